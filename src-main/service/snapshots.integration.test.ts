import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAgent } from '../setup/build-agent.ts';
import { openImageRoom } from './images/open-image-room.ts';
import { createService } from './service.ts';
import type { Service } from './service.ts';
import { ConsoleProbe } from './testing/console-probe.ts';
import { runScript } from './testing/exec-lines.ts';

/** Snapshots, clones and forks of machines that run Linux: a program counts in them, and they write to their disks. */
const MIB = 1024 * 1024;
const source = { kind: 'image', image: 'debian-13-tiny' } as const;

let directory: string;
let service: Service;

const open = (): Promise<Service> =>
  createService({ dataDirectory: join(directory, 'data'), host: 'background', version: 'test' });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-snapshots-'));
  const dataDirectory = join(directory, 'data');
  const room = openImageRoom({ dataDirectory, debianMirror: () => null, agentSource: buildAgent });
  await room.build('debian-13-tiny', { signal: new AbortController().signal, progress: () => undefined });
  await room.close();
  service = await open();
  await service.handlers.machines.create({ name: 'one', source, disks: [{ sizeBytes: 16 * MIB }], start: false });
  await service.handlers.machines.start({ machine: 'one' });
  expect(await sh('one', COUNT)).toEqual([]);
});
afterAll(async () => {
  await service.dispose();
  await rm(directory, { recursive: true });
});

/** Counts on the console and on the disk, each number flushed before it is told. */
const COUNT = `
  (i=0; while true; do i=$((i + 1)); printf '%08d' $i | dd of=/dev/vda conv=notrunc,fsync 2>/dev/null; echo n=$i; sleep 0.05; done) \\
    >/dev/hvc0 2>&1 </dev/null &
  echo $! >/run/counter
`;
const ON_DISK = 'head -c 8 /dev/vda; echo';
const STOP = 'kill -9 $(cat /run/counter)';

async function sh(machine: string, script: string): Promise<string[]> {
  const lines: string[] = [];
  expect(await runScript(service.handlers.machines.exec, machine, script, (line) => lines.push(line))).toBe(0);
  return lines;
}

const onDisk = async (machine: string): Promise<number> => Number((await sh(machine, ON_DISK))[0]);

/** The numbers that a console shows from now on, as many as asked for. */
async function counted(machine: string, many: number): Promise<number[]> {
  const probe = await ConsoleProbe.open(service.handlers.machines.console, machine);
  const already = numbersIn(probe.text).length;
  await expect.poll(() => numbersIn(probe.text).length, { timeout: 60_000 }).toBeGreaterThan(already + many);
  probe.close();
  return numbersIn(probe.text);
}

function numbersIn(text: string): number[] {
  return [...text.matchAll(/n=(\d+)\r/g)].map(([, number]) => Number(number));
}

const inOrder = (numbers: readonly number[]): void =>
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));

describe('a running machine', () => {
  it('counts on from a snapshot when that is restored, on its console and on its disk', async () => {
    const { machines, snapshots } = service.handlers;
    await counted('one', 5);
    const view = await snapshots.create({ machine: 'one', name: 'early', note: 'while it counts' });
    expect(view).toMatchObject({ live: true, parent: null });
    const then = Math.max(...numbersIn([...(view.screen?.lines ?? []), ''].join('\r\n')));
    expect(then).toBeGreaterThan(4);
    await counted('one', 20);
    expect(await onDisk('one')).toBeGreaterThan(then + 20);
    expect(await snapshots.restore({ machine: 'one', snapshot: 'early' })).toMatchObject({
      state: 'running',
      currentSnapshot: view.id,
    });
    const numbers = await counted('one', 3);
    // Nothing of what came after the snapshot is shown, and no number twice.
    inOrder(numbers);
    expect(numbers.at(-1)).toBeLessThan(then + 20);
    expect(await onDisk('one')).toBeLessThan(then + 40);
    expect((await machines.inspect({ machine: 'one' })).name).toBe('one');
  });

  it('is forked: both count on, each on its own disk, and they differ in who they are', async () => {
    const { machines } = service.handlers;
    await machines.fork({ machine: 'one', name: 'two' });
    await machines.fork({ machine: 'one', name: 'three' });
    for (const name of ['one', 'two', 'three']) inOrder((await counted(name, 5)).slice(-5));
    const identity = 'hostname; cat /etc/machine-id; head -c 16 /dev/urandom | md5sum';
    const names = async (machine: string): Promise<string | undefined> => (await sh(machine, 'hostname'))[0];
    await expect.poll(() => names('two'), { timeout: 60_000 }).toBe('two');
    await expect.poll(() => names('three'), { timeout: 60_000 }).toBe('three');
    const [two, three] = await Promise.all([sh('two', identity), sh('three', identity)]);
    expect(two[1]).not.toBe(three[1]);
    expect(two[2]).not.toBe(three[2]);
    // The one stops to write: the others do not notice.
    await sh('two', STOP);
    await sh('two', 'printf same >/dev/vda; sync');
    const before = await onDisk('one');
    await counted('one', 5);
    expect(await onDisk('one')).toBeGreaterThan(before);
    expect((await sh('two', 'head -c 4 /dev/vda; echo'))[0]).toBe('same');
    await machines.kill({ machine: 'two' });
    await machines.kill({ machine: 'three' });
  });

  it('has clones that go on from its snapshot, also when that and the machine are deleted', async () => {
    const { machines, snapshots } = service.handlers;
    const { id } = await snapshots.create({ machine: 'one', name: 'late', note: '' });
    const at = await onDisk('one');
    expect(await machines.clone({ machine: 'one', name: 'linked', snapshot: 'late', full: false })).toMatchObject({
      state: 'suspended',
    });
    await machines.clone({ machine: 'one', name: 'full', snapshot: id, full: true });
    await machines.kill({ machine: 'one' });
    await machines.remove({ machine: 'one', purge: true });
    for (const name of ['linked', 'full']) {
      await machines.resume({ machine: name });
      inOrder((await counted(name, 3)).slice(-3));
      expect(await onDisk(name)).toBeLessThan(at + 200);
    }
    await machines.kill({ machine: 'full' });
  });

  it('shows what it showed before when it was suspended and Innkeeper started anew', async () => {
    const { machines } = service.handlers;
    const before = await counted('linked', 3);
    await machines.suspend({ machine: 'linked' });
    await service.dispose();
    service = await open();
    const probe = await ConsoleProbe.open(service.handlers.machines.console, 'linked');
    await probe.shows(`n=${before.at(-1)}`);
    probe.close();
    await service.handlers.machines.resume({ machine: 'linked' });
    inOrder((await counted('linked', 3)).slice(-5));
  });
});
