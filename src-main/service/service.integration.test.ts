import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InnkeeperHandlers } from '../../src-core/contract/contract.ts';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import { createService } from './service.ts';
import type { Service } from './service.ts';
import { ConsoleProbe } from './testing/console-probe.ts';
import { TINY_GUEST } from './testing/tiny-guest.ts';

type MachineView = Awaited<ReturnType<InnkeeperHandlers['machines']['inspect']>>;

const MIB = 1024 * 1024;
let directory: string;
let service: Service;
let machines: InnkeeperHandlers['machines'];
let kernel: string;

async function open(): Promise<void> {
  service = await createService({ dataDirectory: join(directory, 'data'), host: 'background', version: 'test' });
  machines = service.handlers.machines;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-'));
  kernel = join(directory, 'kernel');
  await writeFile(kernel, TINY_GUEST);
  await open();
});

afterEach(async () => {
  await service.dispose();
  await rm(directory, { recursive: true });
});

function create(name: string, start = true): Promise<MachineView> {
  return machines.create({ name, source: { kind: 'files', kernel }, memoryBytes: 64 * MIB, disks: [], start });
}

/** Resolves with the view once it is as wanted. */
function becomes(name: string, wanted: (view: MachineView) => boolean): Promise<MachineView> {
  return new Promise((resolve) => {
    const look = (): void => {
      const view = service.handlers.machines.inspect({ machine: name });
      void view.then((now) => {
        if (!wanted(now)) return;
        subscription.dispose();
        resolve(now);
      });
    };
    const subscription = service.onEvent((event) => {
      if (event.type === 'machine' && event.machine.name === name) look();
    });
    look();
  });
}

async function started(name: string): Promise<ConsoleProbe> {
  await create(name);
  await becomes(name, ({ state }) => state === 'running');
  const probe = await ConsoleProbe.open(machines.console, name);
  await probe.shows('R');
  return probe;
}

describe('a machine in its thread', () => {
  it('runs, echoes what is typed, powers off, and runs again', async () => {
    const probe = await started('one');
    await probe.type('hello');
    await probe.shows('hello');
    await probe.type('p');
    expect(await becomes('one', ({ state }) => state === 'stopped')).toMatchObject({
      lastEnd: { kind: 'powered-off' },
    });
    await machines.start({ machine: 'one' });
    await probe.shows('R', probe.text.indexOf('is off'));
  });

  it('stands still while it is paused, and takes what was typed meanwhile when it goes on', async () => {
    const probe = await started('one');
    await machines.pause({ machine: 'one' });
    await probe.type('abc');
    const events = await nextStats();
    const later = await nextStats();
    expect(later.instructions).toBe(events.instructions);
    expect(probe.text).not.toContain('a');
    await machines.resume({ machine: 'one' });
    await probe.shows('abc');
  });

  it('uses next to nothing while the guest waits, and one processor when it spins', async () => {
    const probe = await started('one');
    const first = await nextStats();
    const idle = await nextStats();
    expect(idle.instructions - first.instructions).toBeLessThan(1_000_000);
    await probe.type('s');
    await nextStats();
    const before = await nextStats();
    const busy = await nextStats();
    expect(busy.instructions - before.instructions).toBeGreaterThan(1_000_000);
    expect(busy.processorUsed).toBeGreaterThan(idle.processorUsed);
    expect(busy.processorUsed).toBeLessThan(1.2);
    expect(busy.memoryUsedBytes).toBeLessThan(8 * MIB);
  });

  it('resets itself when the guest asks for it', async () => {
    const probe = await started('one');
    await probe.type('r');
    await probe.shows('R', 1);
    expect((await machines.inspect({ machine: 'one' })).lastEnd).toBeNull();
  });

  it.each([
    ['f', /guest reported a system failure/],
    ['u', /processor 0 stopped at .*no handler/],
  ])('fails with the cause when the guest cannot go on (%s), and the others go on', async (key, cause) => {
    const other = await started('other');
    const probe = await started('one');
    await probe.type(key);
    const view = await becomes('one', ({ state }) => state === 'failed');
    expect(view.lastEnd).toMatchObject({ kind: 'failed', cause: expect.stringMatching(cause) });
    await probe.shows('The machine failed');
    await other.type('hello');
    await other.shows('hello');
  });

  it('is killed while it spins', async () => {
    const probe = await started('one');
    await probe.type('s');
    expect(await machines.kill({ machine: 'one' })).toMatchObject({ state: 'stopped', lastEnd: { kind: 'killed' } });
  });

  it('is not read further than a terminal takes, and on when it does', async () => {
    const probe = await started('one');
    let release = (): void => undefined;
    probe.stalled = new Promise((resolve) => (release = resolve));
    await probe.type('x');
    await nextStats();
    await nextStats();
    const taken = probe.bytes;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(200_000);
    await nextStats();
    expect(probe.bytes).toBe(taken);
    probe.stalled = null;
    release();
    while (probe.bytes < 1_000_000) await nextStats();
  });

  it('ends with the service, and is told as killed at the next start', async () => {
    await started('one');
    await service.dispose();
    await open();
    expect(await machines.inspect({ machine: 'one' })).toMatchObject({ state: 'stopped', lastEnd: { kind: 'killed' } });
  });
});

describe('a suspended machine', () => {
  it('goes on where it stood, in another service, with what was typed meanwhile', async () => {
    const probe = await started('one');
    await probe.type('hello');
    await probe.shows('hello');
    await machines.pause({ machine: 'one' });
    await probe.type('tail');
    expect(await machines.suspend({ machine: 'one' })).toMatchObject({ state: 'suspended', startedAt: null });
    await service.dispose();
    await open();
    expect(await machines.inspect({ machine: 'one' })).toMatchObject({
      state: 'suspended',
      lastEnd: { kind: 'suspended' },
    });
    const again = await ConsoleProbe.open(machines.console, 'one');
    expect(await machines.resume({ machine: 'one' })).toMatchObject({ state: 'running' });
    await again.shows('tail');
    await again.type('again');
    await again.shows('again');
    // One that had started anew would have said so again.
    expect(again.text.match(/R/g)).toHaveLength(1);
  });

  it('is refused with the cause when its state is damaged, stays suspended, and starts anew once that is discarded', async () => {
    await started('one').then(() => machines.suspend({ machine: 'one' }));
    const folder = join(directory, 'data/memory');
    const [file = ''] = await readdir(folder);
    const path = join(folder, file);
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await expect(machines.start({ machine: 'one' })).rejects.toMatchObject({ code: 'corrupt' });
    expect(await machines.inspect({ machine: 'one' })).toMatchObject({
      state: 'suspended',
      failure: { code: 'corrupt' },
    });
    expect(await machines.discard({ machine: 'one' })).toMatchObject({ state: 'stopped' });
    const probe = await ConsoleProbe.open(machines.console, 'one');
    await machines.start({ machine: 'one' });
    await probe.shows('R');
  });

  it('goes on as before when its state cannot be written', async () => {
    const probe = await started('one');
    const folder = join(directory, 'data/memory');
    await rm(folder, { recursive: true });
    await writeFile(folder, 'in the way');
    await expect(machines.suspend({ machine: 'one' })).rejects.toThrow(/^Failed to suspend machine one: /);
    expect(await machines.inspect({ machine: 'one' })).toMatchObject({ state: 'running' });
    await probe.type('hello');
    await probe.shows('hello');
  });
});

describe('what is wrong', () => {
  it('is refused with a cause, and leaves nothing behind', async () => {
    const junk = join(directory, 'junk');
    await writeFile(junk, 'no kernel, no disk\n'.repeat(100));
    const source = { kind: 'files', kernel: junk } as const;
    const base = { name: 'one', disks: [], start: false };
    await expect(machines.create({ ...base, source })).rejects.toThrow(/junk: it is not a RISC-V Linux kernel/);
    const disks = [{ path: junk, readOnly: false }];
    const good = { kind: 'files', kernel } as const;
    await expect(machines.create({ ...base, source: good, disks })).rejects.toThrow(/not a raw or qcow2 disk image/);
    await expect(machines.create({ ...base, source: good, memoryBytes: 2 ** 50 })).rejects.toThrow(/largest machine/);
    await expect(machines.start({ machine: 'one' })).rejects.toThrow('there is no such machine');
    expect(await machines.list({})).toEqual([]);
    await create('one', false);
    await expect(create('ONE', false)).rejects.toThrow('already a machine ONE');
    expect(await machines.list({})).toHaveLength(1);
  });

  it('in a second service for the same directory is refused with the owner’s number', async () => {
    const options = { dataDirectory: join(directory, 'data'), host: 'background', version: 'test' } as const;
    await expect(createService(options)).rejects.toMatchObject({ code: 'unavailable', data: { pid: process.pid } });
  });
});

describe('the service', () => {
  it('tells everything there is to a newcomer, and every change afterwards', async () => {
    await create('one', false);
    const snapshot = await service.snapshotEvents();
    expect(snapshot.map(({ type }) => type)).toEqual(['machine', 'snapshots', 'network', 'host']);
    const events: ServiceEvent[] = [];
    service.onEvent((event) => events.push(event));
    const { id } = await machines.remove({ machine: 'one', purge: false });
    await machines.restore({ id });
    await machines.rename({ machine: 'one', name: 'two' });
    expect(events.filter(({ type }) => type.startsWith('machine')).map((event) => event.type)).toEqual([
      'machine-removed',
      'machine',
      'machine',
    ]);
  });

  it('ends consoles of a machine that is deleted', async () => {
    await create('one', false);
    const probe = await ConsoleProbe.open(machines.console, 'one');
    await machines.remove({ machine: 'one', purge: true });
    expect(await probe.ended.promise).toEqual({ reason: 'deleted' });
  });

  it('shows the host with what is promised and used', async () => {
    const probe = await started('one');
    await probe.type('s');
    await nextStats();
    await nextStats();
    const host = await service.handlers.host.view({});
    expect(host.memory).toMatchObject({ promised: 64 * MIB, shares: [{ guestName: 'one', promised: 64 * MIB }] });
    expect(host.processor.used).toBeGreaterThan(0);
    expect(host.processor.total).toBeGreaterThan(0);
    expect(host.limits.processors).toBe(8);
  });

  it('writes a log for itself and one for each machine', async () => {
    const { id } = await create('one', false);
    const line = await readFile(join(directory, 'data/logs/machines', `${id}.log`), 'utf8');
    expect(JSON.parse(line)).toMatchObject({ msg: 'created as one' });
    expect(await readFile(join(directory, 'data/logs/service.log'), 'utf8')).toContain('the service has started');
  });

  it('keeps its settings', async () => {
    await service.handlers.service.changeSettings({ debianMirror: 'https://deb.example/debian' });
    await service.dispose();
    await open();
    expect(await service.handlers.service.settings({})).toEqual({
      debianMirror: 'https://deb.example/debian',
      quickStart: true,
    });
  });

  it('suspends what runs when it is stopped, and says what', async () => {
    await started('one');
    await create('two', false);
    expect(await service.handlers.service.stop({ force: false })).toEqual({ suspended: ['one'] });
    await service.stopRequested;
    expect(await machines.inspect({ machine: 'one' })).toMatchObject({ state: 'suspended' });
  });

  it('suspends nothing when it is stopped by force', async () => {
    await started('one');
    expect(await service.handlers.service.stop({ force: true })).toEqual({ suspended: [] });
    await service.stopRequested;
    expect(await machines.inspect({ machine: 'one' })).toMatchObject({ state: 'running' });
  });
});

function nextStats(): Promise<Extract<ServiceEvent, { type: 'machine-stats' }>['stats']> {
  return new Promise((resolve) => {
    const subscription = service.onEvent((event) => {
      if (event.type !== 'machine-stats') return;
      subscription.dispose();
      resolve(event.stats);
    });
  });
}
