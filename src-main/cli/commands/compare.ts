import type { Command } from 'commander';
import type { Compared, Comparison } from '../../../src-core/contract/compare.ts';
import type { CliIo } from '../io.ts';
import { printData, table } from '../output.ts';
import { formatSize, parseCount } from '../quantities.ts';
import { followToEnd } from '../task-follow.ts';

/** `inn compare` */
export function addCompareCommand(program: Command, io: CliIo): void {
  program
    .command('compare')
    .description('run the same service as a machine and as a container, now, and say what each took')
    .option('--rounds <count>', 'how often each is started', parseCount, 5)
    .option('--json', 'print JSON')
    .action(({ rounds, json }: { rounds: number; json?: boolean }) =>
      followToEnd(io, 'compare a machine with a container', {
        start: ({ compare }) => compare.run({ rounds }),
        after: async ({ compare }) => {
          const { comparison } = await compare.last({});
          printData(io, json, comparison, (found) => (found === null ? '' : comparisonText(found)));
        },
      }),
    );
}

function comparisonText({ service, machine, container, node }: Comparison): string {
  const both = (name: string, of: (compared: Compared) => string): string[] => [name, of(machine), of(container)];
  const rows = [
    both('image', ({ image }) => image),
    both('size of the image', ({ imageBytes }) => formatSize(imageBytes)),
    both('moved, packed', ({ movedBytes }) => formatSize(movedBytes)),
    both('start to first answer', ({ startMs }) => spread(startMs)),
    both('memory while it serves', ({ memoryBytes }) => formatSize(memoryBytes)),
    both('as many in 1 GiB', ({ perGibibyte }) => String(perGibibyte)),
  ];
  const needs = `Containers need a node besides: its image takes ${formatSize(node.imageBytes)}, its memory ${formatSize(node.memoryBytes)} in all.`;
  return `${table([service, 'MACHINE', 'CONTAINER'], rows)}\n${needs}`;
}

/** Median, and from where to where. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): string => `${Math.round(sorted[index] ?? 0)}`;
  return `${at(Math.floor(sorted.length / 2))} ms (${at(0)} to ${at(sorted.length - 1)})`;
}
