import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMachineSchema } from '../../src-core/contract/machines.ts';
import { createService, type Service } from './service.ts';
import { ConsoleProbe } from './testing/console-probe.ts';
import { taskEnd } from './testing/task-end.ts';
import { TinyBench } from './testing/tiny-run.ts';

/** A Linux that counts in its terminal goes to another computer and counts on there. */
let directory: string;
let tiny: TinyBench;
let here: Service;
let there: Service;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'innkeeper-moving-'));
  tiny = await TinyBench.open();
  const open = (dataDirectory: string): Promise<Service> =>
    createService({ dataDirectory, host: 'background', version: 'test' });
  here = await open(tiny.folder);
  there = await open(join(directory, 'there'));
});

afterAll(async () => {
  await here.dispose();
  await there.dispose();
  await tiny.close();
  rmSync(directory, { recursive: true, force: true });
});

const COUNT = 'i=0; while :; do i=$((i+1)); echo "at-$i"; usleep 100000; done\n';

function last(text: string): number {
  const counts = [...text.matchAll(/at-(\d+)\r?\n/g)].map(([, count]) => Number(count));
  return Math.max(0, ...counts);
}

async function reaches(probe: ConsoleProbe, count: number, from = 0): Promise<void> {
  await probe.shows(`at-${count}\r`, from);
}

test('a live snapshot that was imported counts on from where it was taken', async () => {
  const { machines, snapshots } = here.handlers;
  const source = { kind: 'image', image: 'debian-13-tiny' } as const;
  await machines.create(
    createMachineSchema.parse({ name: 'counter', source, disks: [{ sizeBytes: 64 * 1024 * 1024 }] }),
  );
  const probe = await ConsoleProbe.open(machines.console, 'counter');
  await machines.start({ machine: 'counter' });
  await probe.shows('# ');
  await probe.type(COUNT);
  await reaches(probe, 5);
  await snapshots.create({ machine: 'counter', name: 'early', note: '' });
  const early = last(probe.text);
  await reaches(probe, early + 20);
  await machines.suspend({ machine: 'counter' });
  const late = last(probe.text);
  const path = join(directory, 'counter.machine');
  expect((await taskEnd(here, machines.exportTo({ machine: 'counter', path }))).failure).toBeNull();
  console.info(
    `the file of a suspended machine with one live snapshot: ${Math.round(statSync(path).size / 2 ** 20)} MiB`,
  );

  const other = there.handlers;
  expect((await taskEnd(there, other.machines.importFrom({ path, name: 'moved' }))).failure).toBeNull();
  const moved = await ConsoleProbe.open(other.machines.console, 'moved');
  await other.machines.resume({ machine: 'moved' });
  await reaches(moved, late + 10);
  const from = moved.text.length;
  await other.snapshots.restore({ machine: 'moved', snapshot: 'early' });
  await reaches(moved, early + 3, from);
  expect(moved.text.slice(from)).not.toContain(`at-${late + 10}\r`);
  await other.machines.kill({ machine: 'moved' });
});
