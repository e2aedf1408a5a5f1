import type { Command } from 'commander';
import type { SnapshotView } from '../../../src-core/contract/snapshots.ts';
import type { CliIo } from '../io.ts';
import { printData, table } from '../output.ts';
import { formatSize } from '../quantities.ts';
import { withService } from '../with-service.ts';

interface Options {
  note?: string;
  json?: boolean;
}

/** `inn vm snapshot create NAME [SNAPSHOT] | ls NAME | restore NAME SNAPSHOT | rm NAME SNAPSHOT` */
export function addSnapshotCommands(vm: Command, io: CliIo): void {
  const group = vm.command('snapshot').description('keep a machine as it is at one moment, and put it back');
  group
    .command('create')
    .description('take a snapshot; a running machine goes on')
    .argument('<name>')
    .argument('[snapshot]', 'its name; snapshot-1, snapshot-2, … without one')
    .option('--note <text>', 'what it is good for', '')
    .option('--json', 'print JSON')
    .action((machine: string, name: string | undefined, { note = '', json }: Options) =>
      withService(io, async ({ snapshots }) => {
        const taken = await snapshots.create({ machine, note, ...(name === undefined ? {} : { name }) });
        printData(io, json, taken, () => `Took snapshot ${taken.name} of machine ${machine}`);
      }),
    );
  group
    .command('ls')
    .description('list the snapshots of a machine, each below what it was built on')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action((machine: string, { json }: Options) =>
      withService(io, async ({ snapshots }) => printData(io, json, await snapshots.list({ machine }), snapshotsText)),
    );
  group
    .command('restore')
    .description('put a machine back to a snapshot: what is there now is lost unless it has a snapshot')
    .argument('<name>')
    .argument('<snapshot>')
    .option('--json', 'print JSON')
    .action((machine: string, snapshot: string, { json }: Options) =>
      withService(io, async ({ snapshots }) => {
        const view = await snapshots.restore({ machine, snapshot });
        printData(io, json, view, ({ state }) => `Restored snapshot ${snapshot}: machine ${machine} is ${state}`);
      }),
    );
  group
    .command('rm')
    .description('delete a snapshot')
    .argument('<name>')
    .argument('<snapshot>')
    .action((machine: string, snapshot: string) =>
      withService(io, async ({ snapshots }) => {
        await snapshots.remove({ machine, snapshot });
        io.stdout.write(`Deleted snapshot ${snapshot} of machine ${machine}\n`);
      }),
    );
}

function snapshotsText(snapshots: readonly SnapshotView[]): string {
  const rows = inTreeOrder(snapshots).map(({ snapshot, depth }) => [
    `${'  '.repeat(depth)}${snapshot.name}`,
    new Date(snapshot.createdAt).toISOString(),
    snapshot.live ? 'running' : 'off',
    snapshot.live ? formatSize(snapshot.memoryBytes) : '-',
    formatSize(snapshot.diskBytes),
    snapshot.note,
  ]);
  return table(['NAME', 'TAKEN', 'STATE', 'MEMORY', 'DISK', 'NOTE'], rows);
}

/** Each below its parent. One whose parent cannot be shown stands at the top. */
function inTreeOrder(snapshots: readonly SnapshotView[]): { snapshot: SnapshotView; depth: number }[] {
  const known = new Set(snapshots.map(({ id }) => id));
  const below = (parent: string | null, depth: number): { snapshot: SnapshotView; depth: number }[] =>
    snapshots
      .filter((snapshot) => (known.has(snapshot.parent ?? '') ? snapshot.parent : null) === parent)
      .flatMap((snapshot) => [{ snapshot, depth }, ...below(snapshot.id, depth + 1)]);
  return below(null, 0);
}
