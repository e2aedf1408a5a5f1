import { expect, it } from 'vitest';
import type { MachineDefinition } from '../store/definition.ts';
import { Workbench } from '../testing/workbench.ts';

const MIB = 1024 * 1024;

/** What a person may have been told when the power failed. */
interface Told {
  readonly snapshots: string[];
}

type Work = (bench: Workbench, told: Told) => Promise<unknown>;

const machine = (bench: Workbench, name = 'web'): ReturnType<Workbench['hypervisor']['get']> =>
  bench.hypervisor.get(name, 'use');

const WORK: readonly (readonly [what: string, work: Work])[] = [
  [
    'a snapshot of it running',
    (bench, told) =>
      machine(bench)
        .snapshots.create('new', '')
        .then(() => told.snapshots.push('new')),
  ],
  ['restoring', (bench) => machine(bench).restore('live')],
  ['restoring what was off', (bench) => machine(bench).restore('off')],
  [
    'deleting a snapshot',
    (bench, told) => {
      told.snapshots.splice(told.snapshots.indexOf('off'), 1);
      return machine(bench).snapshots.remove('off');
    },
  ],
  [
    'suspending and going on',
    (bench) =>
      machine(bench)
        .suspend()
        .then(() => machine(bench).resume()),
  ],
  ['a fork', (bench) => bench.hypervisor.fork('web', 'fork')],
  ['a clone', (bench) => bench.hypervisor.clone('web', { name: 'clone', snapshot: 'live', full: false })],
  ['a full clone', (bench) => bench.hypervisor.clone('web', { name: 'clone', snapshot: 'live', full: true })],
];

/** A running machine with a snapshot from when it was off and one from when it ran. */
async function prepared(): Promise<Workbench> {
  const bench = await Workbench.open();
  await bench.create('web', { disks: [{ sizeBytes: 8 * MIB }] });
  await machine(bench).snapshots.create('off', '');
  await machine(bench).start();
  await machine(bench).snapshots.create('live', '');
  return bench;
}

async function layersOf(bench: Workbench, { disks, resume }: Pick<MachineDefinition, 'disks' | 'resume'>) {
  const named = { disks: disks.map(({ path }) => path.slice(0, 16)), memory: resume ? [resume.memory] : [] };
  const { disks: reached, memory } = await bench.layers.reach(named);
  return [
    ...reached.map((layer) => bench.layers.diskPath(layer)),
    ...memory.map((layer) => bench.layers.memoryPath(layer)),
  ];
}

/** Every layer that anything needs is there, and what held the machine's data is below its disk. */
async function isWhole(bench: Workbench, told: Told, bases: readonly string[]): Promise<void> {
  for (const view of bench.hypervisor.list()) {
    const { definition, snapshots } = machine(bench, view.id);
    const needed = await layersOf(bench, definition);
    for (const { hardware, memory } of snapshots.all) {
      needed.push(
        ...(await layersOf(bench, { ...hardware, resume: memory === null ? null : { memory, renewed: false } })),
      );
    }
    for (const path of needed) expect([...bench.files.entries.keys()]).toContain(path);
    // A full clone has a copy instead.
    if (view.name !== 'clone') expect(needed.some((path) => bases.includes(path))).toBe(true);
  }
  const names = machine(bench).snapshots.all.map(({ name }) => name);
  for (const name of told.snapshots) expect(names).toContain(name);
}

it.each(WORK)('a power failure at any moment of %s loses nothing', async (_what, work) => {
  let failures = 0;
  for (let changes = 0; ; changes++) {
    const bench = await prepared();
    const bases = await layersOf(bench, machine(bench).definition);
    const told = { snapshots: ['off', 'live'] };
    bench.files.losePowerAfter(changes);
    const failed = await work(bench, told).then(
      () => false,
      () => true,
    );
    await bench.restart();
    await bench.layers.sweep();
    await isWhole(bench, told, bases);
    // Whatever it is now, it starts, and its snapshots can be restored.
    if (!['running', 'paused'].includes(bench.state('web'))) await machine(bench).start();
    await machine(bench).restore('live');
    await isWhole(bench, told, bases);
    if (!failed) break;
    failures++;
  }
  expect(failures).toBeGreaterThan(1);
});
