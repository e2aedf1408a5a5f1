import { useQuery } from '@tanstack/react-query';
import type { Compared, Comparison } from '../../src-core/contract/compare.ts';
import { attempt } from '../parts/attempt.ts';
import { Button } from '../parts/Button.tsx';
import { CommandLine } from '../parts/CommandLine.tsx';
import { formatBytes, formatTime } from '../parts/quantities.ts';
import { Table } from '../parts/Table.tsx';
import { useInventory } from '../state/inventory.ts';
import { service } from '../state/session.ts';
import { PreparationProgress } from '../tasks/PreparationProgress.tsx';

/** As the service calls its task. */
const TITLE = 'Compare a machine with a container';
const ROUNDS = 5;

const LINES: readonly { readonly label: string; of(compared: Compared): string }[] = [
  { label: 'Image', of: ({ image }) => image },
  { label: 'Size of the image', of: ({ imageBytes }) => formatBytes(imageBytes) },
  { label: 'Moved to another computer, packed', of: ({ movedBytes }) => formatBytes(movedBytes) },
  { label: 'Start to first answer', of: ({ startMs }) => spread(startMs) },
  { label: 'Memory while it serves', of: ({ memoryBytes }) => formatBytes(memoryBytes) },
  { label: 'As many in 1 GiB', of: ({ perGibibyte }) => String(perGibibyte) },
];

/** Median, and from where to where. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => Math.round(sorted[index] ?? 0);
  return `${at(Math.floor(sorted.length / 2))} ms (${at(0)} to ${at(sorted.length - 1)})`;
}

function Result({ comparison }: { comparison: Comparison }) {
  const { machine, container, node, takenAt, service: name } = comparison;
  return (
    <>
      <Table columns={[{ label: name }, { label: 'Machine', isNumber: true }, { label: 'Container', isNumber: true }]}>
        {LINES.map(({ label, of }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td className="number">{of(machine)}</td>
            <td className="number">{of(container)}</td>
          </tr>
        ))}
      </Table>
      <p className="faint">
        Measured {formatTime(takenAt)}. Containers need a node besides, once: its image takes{' '}
        {formatBytes(node.imageBytes)}, its memory {formatBytes(node.memoryBytes)} in all.
      </p>
    </>
  );
}

/** What virtualization costs: the same service as a machine and as a container, measured here and now. */
export function ComparisonSection() {
  const running = useInventory(({ tasks }) =>
    Object.values(tasks).find(({ title, state }) => title === TITLE && state === 'running'),
  );
  // Asked again whenever a comparison has begun or ended.
  const { data } = useQuery({ queryKey: ['comparison', running?.id], queryFn: () => service().compare.last({}) });
  const start = (): void =>
    void attempt('compare a machine with a container', () => service().compare.run({ rounds: ROUNDS }));
  return (
    <section className="stack-tight">
      <h2 className="section-title">Machine or container?</h2>
      <p className="page-text">
        Runs the same small web server as a machine and as a container, {ROUNDS} times each, and measures both.
      </p>
      {data?.comparison && <Result comparison={data.comparison} />}
      {running ? (
        <PreparationProgress taskId={running.id} />
      ) : (
        <div>
          <Button onClick={start}>{data?.comparison ? 'Compare again' : 'Compare now'}</Button>
        </div>
      )}
      <CommandLine command="inn compare" />
    </section>
  );
}
