import { X } from 'lucide-react';
import { Fact } from '../machines/Fact.tsx';
import { useNow } from '../machines/useNow.ts';
import { IconButton } from '../parts/Button.tsx';
import { CopyableText } from '../parts/CopyableText.tsx';
import { StateLook } from '../parts/StateLook.tsx';
import { useInventory } from '../state/inventory.ts';
import { placeHash } from '../state/place.ts';
import { ForwardState } from './ForwardState.tsx';
import { forwardText } from './forwards.ts';
import { type ContainerOnNetwork, guestName, LINK_LOOKS } from './links.ts';
import { containerRate } from './picture-guests.ts';
import { formatRate } from './traffic.ts';

interface ContainerGuestDetailsProps {
  readonly container: ContainerOnNetwork;
  close(): void;
}

/** Everything about one container on a network. */
export function ContainerGuestDetails({ container, close }: ContainerGuestDetailsProps) {
  const { id, name, address, mac, running, forwards } = container;
  const { sent, received } = containerRate(container, useInventory(), useNow());
  return (
    <aside className="guest-details" aria-label={`Details of ${name}`}>
      <header className="row row-tight">
        <h3 className="guest-details-title">
          <a href={placeHash({ page: 'containers', container: id, tab: 'summary' })}>{name}</a>
        </h3>
        <span className="toolbar-gap" />
        <IconButton icon={X} small label="Close the details" onClick={close} />
      </header>
      <div className="row row-tight guest-details-link">
        <StateLook look={running ? LINK_LOOKS.up : { ...LINK_LOOKS.off, word: 'Container is off' }} />
      </div>
      <dl className="facts facts-narrow">
        <Fact label="Address">
          {address === '' ? 'When it runs' : <CopyableText text={address} what="The address" />}
        </Fact>
        <Fact label="Name">
          <CopyableText text={guestName(name)} what="The name" />
        </Fact>
        <Fact label="Card">
          <CopyableText text={mac} what="The card’s address" />
        </Fact>
        <Fact label="Sends">{formatRate(sent)}</Fact>
        <Fact label="Receives">{formatRate(received)}</Fact>
        <Fact label="Ports">
          {forwards.length === 0
            ? 'None'
            : forwards.map((forward) => (
                <span key={forwardText(forward)} className="guest-details-forward">
                  {forwardText(forward)} <ForwardState forward={forward} />
                </span>
              ))}
        </Fact>
      </dl>
    </aside>
  );
}
