import type { HostView } from '../../src-core/contract/host.ts';
import { Table } from '../parts/Table.tsx';

const COLUMNS = [{ label: 'Address' }, { label: 'Port' }, { label: 'Held by' }];

/** The ports of this computer that Innkeeper or a guest holds. */
export function Ports({ ports }: { ports: HostView['network']['ports'] }) {
  return (
    <section className="stack-tight">
      <h2 className="section-title">Ports</h2>
      {ports.length === 0 ? (
        <p className="faint">Neither Innkeeper nor a guest listens on a port of this computer.</p>
      ) : (
        <Table columns={COLUMNS}>
          {ports.map(({ address, port, protocol, owner }) => (
            <tr key={`${protocol} ${address} ${port}`}>
              <td>
                <code>{address}</code>
              </td>
              <td className="figure">
                {port}/{protocol}
              </td>
              <td>{owner}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
