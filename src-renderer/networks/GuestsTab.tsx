import type { NetworkView } from '../../src-core/contract/networks.ts';
import { useNow } from '../machines/useNow.ts';
import { CopyableText } from '../parts/CopyableText.tsx';
import { StateLook } from '../parts/StateLook.tsx';
import { Table } from '../parts/Table.tsx';
import { useInventory } from '../state/inventory.ts';
import { placeHash } from '../state/place.ts';
import { CableButton } from './CableButton.tsx';
import { LinkBadge } from './LinkBadge.tsx';
import {
  type ContainerOnNetwork,
  guestCount,
  guestKey,
  guestName,
  type GuestOnNetwork,
  LINK_LOOKS,
  linkState,
  sortedContainers,
  sortedGuests,
} from './links.ts';
import { containerRate } from './picture-guests.ts';
import { formatRate, rateOf } from './traffic.ts';

const COLUMNS = [
  { label: 'Guest' },
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

function ContainerRow({ container }: { container: ContainerOnNetwork }) {
  const { id, name, address, mac, running } = container;
  const { sent, received } = containerRate(container, useInventory(), useNow());
  return (
    <tr>
      <th scope="row">
        <a href={placeHash({ page: 'containers', container: id, tab: 'summary' })}>{name}</a>
        <small className="cell-small">container · {guestName(name)}</small>
      </th>
      <td>{address === '' ? '–' : <CopyableText text={address} what="The address" />}</td>
      <td>
        <code>{mac}</code>
      </td>
      <td>
        <StateLook look={running ? LINK_LOOKS.up : { ...LINK_LOOKS.off, word: 'Container is off' }} />
      </td>
      <td className="number">{running ? formatRate(sent) : '–'}</td>
      <td className="number">{running ? formatRate(received) : '–'}</td>
      <td />
    </tr>
  );
}

/** The picture as a table: every card with the address that the network has given to it. */
export function GuestsTab({ network }: { network: NetworkView }) {
  if (guestCount(network) === 0) {
    return <p className="section-empty">Nobody has a cable to this network: no address is given to anybody.</p>;
  }
  return (
    <Table columns={COLUMNS}>
      {sortedGuests(network).map((guest) => (
        <GuestRow key={guestKey(guest)} guest={guest} />
      ))}
      {sortedContainers(network).map((container) => (
        <ContainerRow key={container.id} container={container} />
      ))}
    </Table>
  );
}
