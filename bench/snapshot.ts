/**
 * How long a running machine takes to be kept as a snapshot, as a second one after a second of idling, and to be put
 * back; and how large they are.
 *
 *     npm run -s bench:snapshot -- [--memory 256] [--rounds 5]      needs the image debian-13-tiny
 *
 * snapshot: from the request to the answer, with everything on stable storage. restore: from the request until the guest
 * runs, and until it has answered a key.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchService, besideV86, median, pause, report, timed } from './service/bench-service.ts';

const { values } = parseArgs({
  options: { memory: { type: 'string', default: '256' }, rounds: { type: 'string', default: '5' } },
});
const MIB = 2 ** 20;
const GOAL = { snapshotMs: 200, secondMs: 30, secondMiB: 2, restoreMs: 150 };
const IDLE_MS = 1000;

const bench = await BenchService.open();
const memoryFolder = join(bench.folder, 'memory');

/** All saved memory, in MiB. */
function savedMiB(): number {
  const sizes = readdirSync(memoryFolder).map((name) => statSync(join(memoryFolder, name)).size);
  return sizes.reduce((sum, size) => sum + size, 0) / MIB;
}

try {
  const { machines, snapshots } = bench;
  const figures = { first: [], second: [], firstMiB: [], secondMiB: [], restore: [], answer: [] } as Record<
    string,
    number[]
  >;
  const note = (name: string, figure: number): void => void (figures[name] ??= []).push(figure);
  for (let round = 0; round < Number(values.rounds); round++) {
    await bench.running('bench', Number(values.memory) * MIB);
    await pause(IDLE_MS);
    const before = savedMiB();
    note('first', await timed(() => snapshots.create({ machine: 'bench', name: 'first', note: '' })));
    const between = savedMiB();
    note('firstMiB', between - before);
    await pause(IDLE_MS);
    note('second', await timed(() => snapshots.create({ machine: 'bench', name: 'second', note: '' })));
    note('secondMiB', savedMiB() - between);
    await pause(IDLE_MS);
    const start = performance.now();
    note('restore', await timed(() => snapshots.restore({ machine: 'bench', snapshot: 'first' })));
    await bench.echoes('bench');
    note('answer', performance.now() - start);
    await machines.kill({ machine: 'bench' });
    await machines.remove({ machine: 'bench', purge: true });
  }
  console.log(`a machine of ${values.memory} MiB after its boot, median of ${values.rounds}:`);
  report('snapshot', figures['first'] ?? [], GOAL.snapshotMs);
  report('its memory', figures['firstMiB'] ?? [], null, 'MiB');
  report('second snapshot, 1 s later', figures['second'] ?? [], GOAL.secondMs);
  report('its memory', figures['secondMiB'] ?? [], GOAL.secondMiB, 'MiB');
  report('restore to running', figures['restore'] ?? [], GOAL.restoreMs);
  report('restore to answering a key', figures['answer'] ?? [], null);
  console.log(besideV86(median(figures['restore'] ?? [])));
} finally {
  await bench.close();
}
