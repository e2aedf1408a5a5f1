import type { MachineView } from '../../src-core/contract/machines.ts';
import { formatRate, rateOf } from '../networks/traffic.ts';
import { formatBytes } from '../parts/quantities.ts';
import { Table } from '../parts/Table.tsx';
import { type MachineSample, useInventory } from '../state/inventory.ts';
import { placeHash } from '../state/place.ts';

const COLUMNS = [
  { label: 'Guest' },
  { label: 'Networks' },
  { label: 'Sends', isNumber: true },
  { label: 'Receives', isNumber: true },
  { label: 'Sent', isNumber: true },
  { label: 'Received', isNumber: true },
];

function rateOfMachine(samples: readonly MachineSample[] | undefined) {
  return rateOf(
    samples?.map(({ at, networkSentBytes, networkReceivedBytes }) => ({
      at,
      sentBytes: networkSentBytes,
      receivedBytes: networkReceivedBytes,
    })),
    samples?.at(-1)?.at ?? 0,
  );
}

function Row({ machine }: { machine: MachineView }) {
  const samples = useInventory(({ machineHistory }) => machineHistory[machine.id]);
  const { sent, received } = rateOfMachine(samples);
  const last = samples?.at(-1);
  return (
    <tr>
      <th scope="row">
        <a href={placeHash({ page: 'machines', machine: machine.id, tab: 'network' })}>{machine.name}</a>
      </th>
      <td>{machine.cards.map(({ networkName }) => networkName).join(', ')}</td>
      <td className="number">{formatRate(sent)}</td>
      <td className="number">{formatRate(received)}</td>
      <td className="number">{formatBytes(last?.networkSentBytes ?? 0)}</td>
      <td className="number">{formatBytes(last?.networkReceivedBytes ?? 0)}</td>
    </tr>
  );
}

/** Which guest uses how much of the network, since it was started and now. */
export function NetworkUse() {
  const machines = useInventory((inventory) => inventory.machines);
  const rows = Object.values(machines)
    .filter(({ startedAt, cards }) => startedAt !== null && cards.length > 0)
    .sort((a, b) => a.name.localeCompare(b.name));
  return (
    <section className="stack-tight">
      <h2 className="section-title">Network</h2>
      {rows.length === 0 ? (
        <p className="faint">No guest that runs has a network card.</p>
      ) : (
        <Table columns={COLUMNS}>
          {rows.map((machine) => (
            <Row key={machine.id} machine={machine} />
          ))}
        </Table>
      )}
    </section>
  );
}
