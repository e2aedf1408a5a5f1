import type { MachineView } from '../../src-core/contract/machines.ts';
import { Fact } from '../machines/Fact.tsx';
import { CopyableText } from '../parts/CopyableText.tsx';
import { placeHash } from '../state/place.ts';
import { guestName } from './links.ts';

/** Where a machine is found by others. */
export function AddressFacts({ machine }: { machine: MachineView }) {
  const { cards, name } = machine;
  if (cards.length === 0) return <Fact label="Address">None: it has no network card</Fact>;
  return (
    <>
      <Fact label={cards.length === 1 ? 'Address' : 'Addresses'}>
        {cards.map((card) => (
          <span key={card.slot} className="fact-line">
            {card.address === null ? 'None' : <CopyableText text={card.address} what="The address" />}
            <span className="faint">
              on{' '}
              <a href={placeHash({ page: 'networks', network: card.network, tab: 'overview' })}>{card.networkName}</a>
              {!card.connected && ', cable pulled'}
            </span>
          </span>
        ))}
      </Fact>
      <Fact label="Name for guests">
        <CopyableText text={guestName(name)} what="The name" />
      </Fact>
    </>
  );
}
