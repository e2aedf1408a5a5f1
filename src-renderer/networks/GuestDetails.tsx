import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import { Fact } from '../machines/Fact.tsx';
import { useNow } from '../machines/useNow.ts';
import { IconButton } from '../parts/Button.tsx';
import { CopyableText } from '../parts/CopyableText.tsx';
import { formatBytes } from '../parts/quantities.ts';
import { useInventory } from '../state/inventory.ts';
import { placeHash } from '../state/place.ts';
import { CableButton } from './CableButton.tsx';
import { ForwardState } from './ForwardState.tsx';
import { forwardText } from './forwards.ts';
import { LinkBadge } from './LinkBadge.tsx';
import { guestKey, guestName, type GuestOnNetwork, linkState } from './links.ts';
import { formatRate, rateOf } from './traffic.ts';

function Addresses({ guest }: { guest: GuestOnNetwork }) {
  const { card, seenAddresses } = guest;
  const others = seenAddresses.filter((address) => address !== card.address);
  return (
    <>
      <Fact label="Address">
        {card.address === null ? 'None' : <CopyableText text={card.address} what="The address" />}
      </Fact>
      <Fact label="Name">
        <CopyableText text={guestName(guest.machineName)} what="The name" />
      </Fact>
      {others.length > 0 && (
        <Fact label="Seen to use">
          {others.map((address) => (
            <CopyableText key={address} text={address} what="The address" />
          ))}
        </Fact>
      )}
      <Fact label="Card">
        {card.slot}
        <br />
        <CopyableText text={card.mac} what="The card’s address" />
      </Fact>
    </>
  );
}

function Counters({ guest }: { guest: GuestOnNetwork }) {
  const samples = useInventory(({ cardHistory }) => cardHistory[guestKey(guest)]);
  const { traffic } = guest.card;
  const now = useNow();
  if (traffic === null) return null;
  const { sent, received } = rateOf(samples, now);
  const frames = (count: number): ReactNode => <span className="faint"> · {count.toLocaleString()} frames</span>;
  return (
    <>
      <Fact label="Sent">
        {formatBytes(traffic.sentBytes)} · {formatRate(sent)}
        {frames(traffic.sentFrames)}
      </Fact>
      <Fact label="Received">
        {formatBytes(traffic.receivedBytes)} · {formatRate(received)}
        {frames(traffic.receivedFrames)}
      </Fact>
      <Fact label="Lost">{traffic.droppedFrames.toLocaleString()} frames</Fact>
    </>
  );
}

interface GuestDetailsProps {
  readonly network: NetworkView;
  readonly guest: GuestOnNetwork;
  close(): void;
}

/** Everything about one card on a network, and its cable. */
export function GuestDetails({ guest, close }: GuestDetailsProps) {
  const { machine, machineName, running, card, forwards } = guest;
  const ref = { id: machine, name: machineName };
  return (
    <aside className="guest-details" aria-label={`Details of ${machineName}`}>
      <header className="row row-tight">
        <h3 className="guest-details-title">
          <a href={placeHash({ page: 'machines', machine, tab: 'network' })}>{machineName}</a>
        </h3>
        <span className="toolbar-gap" />
        <IconButton icon={X} small label="Close the details" onClick={close} />
      </header>
      <div className="row row-tight guest-details-link">
        <LinkBadge state={linkState(running, card.connected)} />
        <CableButton machine={ref} slot={card.slot} connected={card.connected} />
      </div>
      <dl className="facts facts-narrow">
        <Addresses guest={guest} />
        <Counters guest={guest} />
        <Fact label="Forwards">
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
