import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../base/errors.ts';
import type { ChangeMachine } from '../../contract/machines.ts';
import type { LiveRun } from '../life/live-run.ts';
import { promisedMemoryOf, promisedProcessors } from './promises.ts';
import { Workbench } from '../testing/workbench.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const NO_STATS = {
  ...{ takenAt: 1, processorUsed: 0, memoryUsedBytes: 0 },
  ...{ instructions: 0, diskReadBytes: 0, diskWrittenBytes: 0 },
};
let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
  bench.files.put('/data.img', new Uint8Array(4 * MIB));
  await bench.create('web', { memoryBytes: 512 * MIB, disks: [{ sizeBytes: GIB }] });
});

const machine = () => bench.hypervisor.get('web', 'change');
const view = () => bench.hypervisor.inspect('web');
const change = (wanted: Omit<ChangeMachine, 'machine'>) => machine().changeHardware(wanted);
const start = () => machine().start();
const fails = (code: string, because: RegExp, hint?: RegExp): unknown =>
  expect.objectContaining({
    code,
    because: expect.stringMatching(because),
    ...(hint ? { hint: expect.stringMatching(hint) } : {}),
  });

/** The run of the machine, with an agent that answers as the test says. */
function live(answers: Partial<Pick<LiveRun['agent'], 'rescanPci' | 'removePci'>> = {}): LiveRun {
  const found = machine().live;
  if (!found) throw new Error('it does not run');
  Object.assign(found.agent, { rescanPci: () => Promise.resolve(), removePci: () => Promise.resolve(), ...answers });
  return found;
}

describe('the hardware of a machine that is off', () => {
  it('is changed for good', async () => {
    await change({ memoryBytes: 300 * MIB, cpuLimit: 40, bootOrder: [0] });
    await bench.restart();
    expect(view()).toMatchObject({ memoryBytes: 300 * MIB, memoryAtStartBytes: null, cpuLimit: 40, bootOrder: [0] });
    await start();
    expect(bench.runner.last.spec).toMatchObject({ memoryBytes: 300 * MIB, cpuLimit: 40 });
    await machine().kill();
    await change({ cpuLimit: null, bootOrder: [] });
    expect(view()).toMatchObject({ memoryBytes: 300 * MIB, cpuLimit: null, bootOrder: [] });
  });

  it.each<[string, Omit<ChangeMachine, 'machine'>, string, RegExp]>([
    ['more processors than any machine has', { processors: 9 }, 'not-supported', /9 processors.*at most 8/],
    ['more memory than the host', { memoryBytes: 900_000 * MIB }, 'no-room', /879 GiB/],
    ['too little memory for the image', { memoryBytes: 64 * MIB }, 'invalid-input', /64 MiB of memory is too little/],
    ['to boot from a disk that it has not', { bootOrder: [0, 3] }, 'invalid-input', /it has no disk 3/],
    ['to boot from a disk twice', { bootOrder: [0, 0] }, 'invalid-input', /twice/],
  ])('is not changed at all when one part is impossible: %s', async (_, wanted, code, because) => {
    const before = view();
    await expect(change({ cpuLimit: 10, ...wanted })).rejects.toEqual(fails(code, because));
    expect(view()).toEqual(before);
  });

  it('stays as it was when it cannot be written down', async () => {
    bench.files.fillAfter(0);
    await expect(change({ memoryBytes: 300 * MIB })).rejects.toThrow('the disk is full');
    expect(view().memoryBytes).toBe(512 * MIB);
  });
});

describe('the hardware of a machine that runs', () => {
  beforeEach(() => start());

  it.each<[string, Omit<ChangeMachine, 'machine'>, RegExp]>([
    ['processors', { processors: 2 }, /Stop the machine to change its processors/],
    ['boot order', { bootOrder: [0] }, /Stop the machine to change its boot order/],
    ['more memory', { memoryBytes: 513 * MIB }, /Stop the machine to give it more memory/],
  ])('does not change what needs a stop, and says so: %s', async (_, wanted, hint) => {
    await expect(change({ cpuLimit: 10, ...wanted })).rejects.toEqual(
      fails('wrong-state', /running|was started/, hint),
    );
    expect(view().cpuLimit).toBeNull();
    expect(bench.runner.last.calls).not.toContain('change cpu-limit');
  });

  it('has another limit at once, and later', async () => {
    await change({ cpuLimit: 25, processors: 1 });
    expect(bench.runner.last.calls).toContain('change cpu-limit');
    await bench.restart();
    expect(view().cpuLimit).toBe(25);
  });

  it('hands memory back and gets it again, and starts with what it was promised last', async () => {
    await change({ memoryBytes: 256 * MIB });
    expect(view()).toMatchObject({ memoryBytes: 256 * MIB, memoryAtStartBytes: 512 * MIB });
    await change({ memoryBytes: 512 * MIB });
    await change({ memoryBytes: 300 * MIB });
    expect(bench.runner.last.calls.filter((call) => call === 'change memory')).toHaveLength(3);
    await machine().kill();
    expect(view()).toMatchObject({ memoryBytes: 300 * MIB, memoryAtStartBytes: null });
    await start();
    expect(bench.runner.last.spec.memoryBytes).toBe(300 * MIB);
    await expect(change({ memoryBytes: 512 * MIB })).rejects.toEqual(fails('wrong-state', /started with 300 MiB/));
  });

  it('is resumed with the memory that it was started with, whatever it handed back', async () => {
    await change({ memoryBytes: 256 * MIB });
    await machine().suspend();
    expect(view()).toMatchObject({ state: 'suspended', memoryBytes: 256 * MIB });
    await machine().resume();
    expect(bench.runner.last.spec.memoryBytes).toBe(512 * MIB);
    expect(view()).toMatchObject({ memoryBytes: 256 * MIB, memoryAtStartBytes: 512 * MIB });
  });

  it('stays as it was when the guest cannot do it, or when it cannot be written down', async () => {
    const because = 'its guest has no driver';
    bench.runner.last.changed = ({ kind }) =>
      kind === 'memory'
        ? Promise.reject(new AppError({ code: 'not-supported', doing: 'x', because }))
        : Promise.resolve();
    await expect(change({ memoryBytes: 256 * MIB, cpuLimit: 5 })).rejects.toThrow(
      `Failed to change machine web: ${because}`,
    );
    expect(view()).toMatchObject({ memoryBytes: 512 * MIB, cpuLimit: null });
    bench.files.fillAfter(0);
    await expect(change({ cpuLimit: 5 })).rejects.toThrow('the disk is full');
    // Set, and taken back.
    expect(bench.runner.last.calls.filter((call) => call === 'change cpu-limit')).toHaveLength(2);
    expect(view().cpuLimit).toBeNull();
  });
});

describe('what a machine is promised of this computer', () => {
  it('is as much of a processor as its limit allows, and the memory that its guest has not handed back', () => {
    expect(promisedProcessors({ processors: 2, cpuLimit: null })).toBe(2);
    expect(promisedProcessors({ processors: 2, cpuLimit: 25 })).toBe(0.5);
    const stats = (memoryReturnedBytes: number) => ({ ...NO_STATS, memoryReturnedBytes });
    const memory = { memoryBytes: 300 * MIB, memoryAtStartBytes: 512 * MIB };
    expect(promisedMemoryOf({ ...memory, stats: null })).toBe(512 * MIB);
    expect(promisedMemoryOf({ ...memory, stats: stats(100 * MIB) })).toBe(412 * MIB);
    expect(promisedMemoryOf({ ...memory, stats: stats(400 * MIB) })).toBe(300 * MIB);
    expect(promisedMemoryOf({ ...memory, memoryAtStartBytes: null, stats: null })).toBe(300 * MIB);
  });
});

describe('the disks of a machine that is off', () => {
  it('come, in the first free slot, and go', async () => {
    await machine().attachDisk({ path: '/data.img', readOnly: true });
    await machine().attachDisk({ sizeBytes: 2 * GIB });
    await machine().detachDisk(1, false);
    await machine().attachDisk({ sizeBytes: 3 * GIB });
    expect(view().disks.map(({ slot, sizeBytes }) => [slot, sizeBytes])).toEqual([
      [0, GIB],
      [1, 3 * GIB],
      [2, 2 * GIB],
    ]);
    await bench.restart();
    expect(view().disks.map(({ slot }) => slot)).toEqual([0, 1, 2]);
  });

  it('leave the boot order when they go, and their files too when they are its own', async () => {
    await machine().attachDisk({ path: '/data.img', readOnly: false });
    await change({ bootOrder: [1, 0] });
    const files = () => [...bench.files.entries.keys()].filter((path) => path.startsWith('/data/disks/'));
    expect(files()).toHaveLength(1);
    await machine().detachDisk(0, false);
    await machine().detachDisk(1, false);
    expect(view()).toMatchObject({ bootOrder: [], disks: [] });
    await bench.layers.sweep();
    expect(files()).toEqual([]);
    expect(bench.files.entries.has('/data.img')).toBe(true);
    await expect(machine().detachDisk(0, false)).rejects.toEqual(fails('not-found', /no disk 0/, /none at all/));
  });

  it('are not attached when that is impossible', async () => {
    await expect(machine().attachDisk({ path: '/no', readOnly: false })).rejects.toEqual(
      fails('not-found', /no disk at/),
    );
    await expect(machine().attachDisk({ sizeBytes: 100 })).rejects.toEqual(fails('invalid-input', /100 bytes/));
    for (let slot = 1; slot < 16; slot++) await machine().attachDisk({ sizeBytes: MIB });
    await expect(machine().attachDisk({ sizeBytes: MIB })).rejects.toEqual(fails('invalid-input', /16 disks/));
  });

  it('become larger, never smaller', async () => {
    await machine().growDisk(0, 2 * GIB);
    expect(view().disks[0]?.sizeBytes).toBe(2 * GIB);
    await expect(machine().growDisk(0, GIB)).rejects.toEqual(fails('invalid-input', /only become larger/));
    await expect(machine().growDisk(0, 2 * GIB + 1)).rejects.toEqual(fails('invalid-input', /no possible size/));
    await expect(machine().growDisk(7, 3 * GIB)).rejects.toEqual(fails('not-found', /no disk 7/, /It has 0/));
    await machine().attachDisk({ path: '/data.img', readOnly: true });
    await expect(machine().growDisk(1, 3 * GIB)).rejects.toEqual(fails('denied', /read-only/));
  });
});

describe('the disks of a machine that runs', () => {
  beforeEach(() => start());

  it('come and go with the guest’s knowledge, and their files are held as long', async () => {
    const asked: string[] = [];
    live({
      rescanPci: () => Promise.resolve(void asked.push('rescan')),
      removePci: (address) => Promise.resolve(void asked.push(address)),
    });
    await machine().attachDisk({ path: '/data.img', readOnly: false });
    expect(asked).toEqual(['rescan']);
    await bench.create('other', { disks: [{ path: '/data.img', readOnly: false }] });
    await expect(bench.hypervisor.get('other', 'start').start()).rejects.toEqual(
      fails('unavailable', /in use by machine web/),
    );
    await machine().detachDisk(1, false);
    // Slot 1 of the disks is slot 4 of the bus.
    expect(asked).toEqual(['rescan', '0000:00:04.0']);
    await bench.hypervisor.get('other', 'start').start();
    expect(bench.state('other')).toBe('running');
  });

  it('stay when the guest uses them, unless it is forced', async () => {
    const busy = new AppError({ code: 'guest-failed', doing: 'x', because: 'vda1 is mounted on /' });
    live({ removePci: () => Promise.reject(busy) });
    await expect(machine().detachDisk(0, false)).rejects.toEqual(
      fails('guest-failed', /mounted on/, /unmount.*force/i),
    );
    expect(view().disks).toHaveLength(1);
    expect(bench.runner.last.calls).not.toContain('change detach-disk');
    await machine().detachDisk(0, true);
    expect(view().disks).toEqual([]);
    expect(bench.runner.last.calls).toContain('change detach-disk');
  });

  it('stay where nobody can be asked, unless it is forced', async () => {
    await expect(machine().detachDisk(0, false)).rejects.toEqual(fails('unavailable', /no agent/, /force/));
    await machine().detachDisk(0, true);
    expect(view().disks).toEqual([]);
  });

  it('are attached all the same to a guest without an agent, and its console says what to do', async () => {
    await machine().attachDisk({ path: '/data.img', readOnly: true });
    expect(view().disks).toHaveLength(2);
    expect(bench.runner.last.calls).toContain('change attach-disk');
  });

  it('are as before when something fails on the way', async () => {
    live();
    bench.files.fillAfter(0);
    await expect(machine().attachDisk({ path: '/data.img', readOnly: false })).rejects.toThrow('the disk is full');
    expect(bench.runner.last.calls.slice(-2)).toEqual(['change attach-disk', 'change detach-disk']);
    await expect(machine().detachDisk(0, false)).rejects.toThrow('the disk is full');
    expect(bench.runner.last.calls.slice(-2)).toEqual(['change detach-disk', 'change attach-disk']);
    bench.files.powerOn();
    expect(view().disks.map(({ slot }) => slot)).toEqual([0]);
    // The file is nobody's again.
    await machine().attachDisk({ path: '/data.img', readOnly: false });
  });

  it('grow in the thread that writes to them', async () => {
    await machine().growDisk(0, 2 * GIB);
    expect(bench.runner.last.calls).toContain('change grow-disk');
  });

  it('are left alone while the machine stands still, or is saved', async () => {
    await machine().pause();
    const paused = fails('wrong-state', /paused/, /Resume the machine to change its disks/);
    await expect(machine().growDisk(0, 2 * GIB)).rejects.toEqual(paused);
    await machine().suspend();
    const suspended = fails('wrong-state', /suspended/, /Resume and stop.*discard/);
    for (const attempt of [machine().detachDisk(0, true), change({ memoryBytes: 256 * MIB })])
      await expect(attempt).rejects.toEqual(suspended);
  });
});
