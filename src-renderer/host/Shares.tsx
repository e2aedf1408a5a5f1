import type { HostView } from '../../src-core/contract/host.ts';
import { Table } from '../parts/Table.tsx';
import { useInventory } from '../state/inventory.ts';
import { placeHash } from '../state/place.ts';
import { RESOURCES } from './resources.ts';

const COLUMNS = [
  { label: 'Guest' },
  ...RESOURCES.map(({ label }) => ({ label: `${label}: used / promised`, isNumber: true })),
];

/** Every guest that holds a share of anything, by name. */
function guests(host: HostView): readonly { id: string; name: string }[] {
  const found = new Map<string, string>();
  for (const { key } of RESOURCES) for (const share of host[key].shares) found.set(share.guest, share.guestName);
  return [...found].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
}

function GuestName({ id, name }: { id: string; name: string }) {
  const known = useInventory(({ machines }) => machines[id] !== undefined);
  if (!known) return name;
  return <a href={placeHash({ page: 'machines', machine: id, tab: 'summary' })}>{name}</a>;
}

/** Who has what: for each guest and resource, what is promised and what is used. */
export function Shares({ host }: { host: HostView }) {
  const rows = guests(host);
  return (
    <section className="stack-tight">
      <h2 className="section-title">Guests</h2>
      {rows.length === 0 ? (
        <p className="faint">No guest holds anything of this computer now.</p>
      ) : (
        <Table columns={COLUMNS}>
          {rows.map(({ id, name }) => (
            <tr key={id}>
              <th scope="row">
                <GuestName id={id} name={name} />
              </th>
              {RESOURCES.map(({ key, format }) => {
                const share = host[key].shares.find(({ guest }) => guest === id);
                return (
                  <td key={key} className="number">
                    {share ? `${format(share.used)} / ${format(share.promised)}` : '–'}
                  </td>
                );
              })}
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
