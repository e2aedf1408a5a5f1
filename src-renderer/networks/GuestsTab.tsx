import type { NetworkView } from '../../src-core/contract/networks.ts';
import { useNow } from '../machines/useNow.ts';
import { CopyableText } from '../parts/CopyableText.tsx';
import { Table } from '../parts/Table.tsx';
import { useInventory } from '../state/inventory.ts';
import { placeHash } from '../state/place.ts';
import { CableButton } from './CableButton.tsx';
import { LinkBadge } from './LinkBadge.tsx';
import { guestKey, guestName, type GuestOnNetwork, linkState, sortedGuests } from './links.ts';
import { formatRate, rateOf } from './traffic.ts';

const COLUMNS = [
  { label: 'Machine' },
  { label: 'Address' },
  { label: 'Card' },
  { label: 'State' },
  { label: 'Sends', isNumber: true },
  { label: 'Receives', isNumber: true },
  { label: 'Actions', isHidden: true },
];

function GuestRow({ guest }: { guest: GuestOnNetwork }) {
  const { machine, machineName, running, card } = guest;
  const samples = useInventory(({ cardHistory }) => cardHistory[guestKey(guest)]);
  const rate = rateOf(samples, useNow());
  return (
    <tr>
      <th scope="row">
        <a href={placeHash({ page: 'machines', machine, tab: 'network' })}>{machineName}</a>
        <small className="cell-small">{guestName(machineName)}</small>
      </th>
      <td>{card.address === null ? '–' : <CopyableText text={card.address} what="The address" />}</td>
      <td>
        <code>{card.mac}</code>
      </td>
      <td>
        <LinkBadge state={linkState(running, card.connected)} />
      </td>
      <td className="number">{card.traffic === null ? '–' : formatRate(rate.sent)}</td>
      <td className="number">{card.traffic === null ? '–' : formatRate(rate.received)}</td>
      <td>
        <span className="row-actions">
          <CableButton machine={{ id: machine, name: machineName }} slot={card.slot} connected={card.connected} />
        </span>
      </td>
    </tr>
  );
}

/** The picture as a table: every card with the address that the network has given to it. */
export function GuestsTab({ network }: { network: NetworkView }) {
  if (network.guests.length === 0) {
    return <p className="section-empty">No machine has a cable to this network: no address is given to anybody.</p>;
  }
  return (
    <Table columns={COLUMNS}>
      {sortedGuests(network).map((guest) => (
        <GuestRow key={guestKey(guest)} guest={guest} />
      ))}
    </Table>
  );
}
