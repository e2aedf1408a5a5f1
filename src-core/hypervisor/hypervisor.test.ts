import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../base/errors.ts';
import { Workbench } from './testing/workbench.ts';

const MIB = 1024 * 1024;
let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});

const failsWith = (code: string, because: RegExp): unknown =>
  expect.objectContaining({ code, because: expect.stringMatching(because) });

describe('creating a machine', () => {
  it('is on disk when it is answered', async () => {
    const { id } = await bench.create('web');
    await bench.restart();
    expect(bench.hypervisor.inspect('web')).toMatchObject({
      id,
      state: 'stopped',
      memoryBytes: 256 * MIB,
      processors: 1,
    });
  });

  it('refuses a name that is taken, in any case, also by one that is just being made', async () => {
    const first = bench.create('web');
    await expect(bench.create('WEB')).rejects.toEqual(failsWith('already-exists', /already a machine WEB/));
    await first;
    await expect(bench.create('Web')).rejects.toEqual(failsWith('already-exists', /already a machine Web/));
    expect(bench.hypervisor.list()).toHaveLength(1);
  });

  it.each([
    ['no such image', { source: { kind: 'image', image: 'nope' } }, 'not-found', /no image nope/],
    ['more memory than the host', { memoryBytes: 900_000 * MIB }, 'no-room', /879 GiB.*largest machine here.*8 GiB/],
    ['too little memory for the image', { memoryBytes: 64 * MIB }, 'invalid-input', /64 MiB of memory is too little/],
    ['more processors than any machine has', { processors: 9 }, 'not-supported', /9 processors.*at most 8/],
    ['a disk that is not there', { disks: [{ path: '/no', readOnly: false }] }, 'not-found', /no disk at \/no/],
    ['a disk that is a folder', { disks: [{ path: '/folder', readOnly: false }] }, 'invalid-input', /not a file/],
    ['a disk that is text', { disks: [{ path: '/text', readOnly: false }] }, 'invalid-input', /text file/],
    ['a disk of odd size', { disks: [{ path: '/odd', readOnly: false }] }, 'invalid-input', /1000 bytes/],
    ['a relative path', { disks: [{ path: 'a.img', readOnly: false }] }, 'invalid-input', /relative/],
    ['a disk that may not be written', { disks: [{ path: '/locked', readOnly: false }] }, 'denied', /not be written/],
    ['a kernel that is none', { source: { kind: 'files', kernel: '/text' } }, 'invalid-input', /not a RISC-V Linux/],
    ['nothing to boot', { source: { kind: 'files' } }, 'invalid-input', /neither a kernel nor firmware/],
  ] as const)('refuses %s and leaves nothing behind', async (_what, more, code, because) => {
    bench.files.put('/text', 'Dear diary,\n'.repeat(100));
    bench.files.put('/odd', new Uint8Array(1000));
    await bench.files.makeDirectory('/folder');
    bench.files.put('/locked', new Uint8Array(1024), { writable: false });
    const before = [...bench.files.entries.keys()];
    await expect(bench.create('web', more as never)).rejects.toEqual(failsWith(code, because));
    expect([...bench.files.entries.keys()]).toEqual(before);
    expect(bench.hypervisor.list()).toEqual([]);
    // The name is free again.
    await bench.create('web');
  });

  it('leaves nothing behind when the disk is full, wherever that is noticed', async () => {
    for (let changes = 0; changes < 3; changes++) {
      bench.files.fillAfter(changes);
      await expect(bench.create('web')).rejects.toThrow('Failed to create machine web: the disk is full');
      bench.files.powerOn();
      await bench.restart();
      expect(bench.hypervisor.list()).toEqual([]);
      expect([...bench.files.entries.keys()]).toEqual([]);
    }
  });

  it('with start, goes on to start', async () => {
    await bench.create('web', { start: true });
    await bench.settle();
    expect(bench.state('web')).toBe('running');
    expect(bench.runner.last.spec.boot.commandLine).toBe('console=hvc0 hostname=web panic=-1');
  });
});

describe('an image that is not here', () => {
  beforeEach(() => {
    bench.images.absent = true;
  });

  it('is prepared by a task, then the machine starts', async () => {
    await bench.create('web', { start: true });
    await bench.settle();
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'preparing', task: 'task-1' });
    bench.images.finish();
    await bench.settle();
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'running', task: null });
  });

  it('is prepared without starting the machine, unless that is asked for meanwhile', async () => {
    expect(await bench.create('idle')).toMatchObject({ state: 'preparing' });
    await bench.create('eager');
    await bench.hypervisor.get('eager', 'start').start();
    bench.images.finish();
    await bench.settle();
    expect([bench.state('idle'), bench.state('eager')]).toEqual(['stopped', 'running']);
  });

  it('leaves the machine stopped with the cause when it cannot be had', async () => {
    await bench.create('web', { start: true });
    await bench.settle();
    bench.images.builds[0]?.done.reject(
      new AppError({ code: 'network', doing: 'download linux', because: 'the archive does not answer' }),
    );
    await bench.settle();
    expect(bench.hypervisor.inspect('web')).toMatchObject({
      state: 'stopped',
      failure: { code: 'network', because: 'the archive does not answer' },
    });
  });

  it('is let go of when the machine is stopped', async () => {
    await bench.create('web');
    bench.hypervisor.get('web', 'stop').stop(0);
    expect(bench.images.builds[0]?.released).toBe(true);
    bench.images.finish();
    await bench.settle();
    expect(bench.state('web')).toBe('stopped');
  });
});

describe('a running machine', () => {
  beforeEach(async () => {
    await bench.create('web');
    await bench.hypervisor.get('web', 'start').start();
  });
  const machine = (): ReturnType<typeof bench.hypervisor.get> => bench.hypervisor.get('web', 'use');

  it('pauses and resumes', async () => {
    await machine().pause();
    expect(bench.state('web')).toBe('paused');
    await expect(machine().pause()).rejects.toEqual(failsWith('wrong-state', /it is paused/));
    await machine().resume();
    expect(bench.state('web')).toBe('running');
    expect(bench.runner.last.calls).toEqual(['pause', 'resume']);
  });

  it('is asked to power off, and said to be overdue when it has not after the grace', async () => {
    machine().stop(20_000);
    bench.clock.pass(19_999);
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'stopping', stopOverdue: false });
    bench.clock.pass(1);
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'stopping', stopOverdue: true });
    bench.runner.last.over.resolve({ kind: 'powered-off' });
    await bench.settle();
    expect(bench.hypervisor.inspect('web')).toMatchObject({
      state: 'stopped',
      stopOverdue: false,
      lastEnd: { kind: 'powered-off' },
    });
  });

  it('is killed, also while it starts or stops, and killing twice is one death', async () => {
    machine().stop(20_000);
    await Promise.all([machine().kill(), machine().kill()]);
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'stopped', lastEnd: { kind: 'killed' } });
    bench.runner.holds = true;
    const starting = machine().start();
    await bench.settle();
    expect(bench.state('web')).toBe('starting');
    await machine().kill();
    await expect(starting).rejects.toThrow();
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'stopped', failure: null });
  });

  it('is not touched by what a killed run still tells', async () => {
    const first = bench.runner.last;
    await machine().kill();
    await machine().start();
    first.over.resolve({ kind: 'failed', cause: 'too late' });
    await bench.settle();
    expect(bench.state('web')).toBe('running');
  });

  it('fails with the cause, says so on its console, and starts again when asked', async () => {
    bench.runner.last.over.resolve({ kind: 'failed', cause: 'Kernel panic - not syncing: no init' });
    await bench.settle();
    expect(bench.hypervisor.inspect('web')).toMatchObject({
      state: 'failed',
      lastEnd: { kind: 'failed', cause: 'Kernel panic - not syncing: no init' },
    });
    await bench.restart();
    expect(bench.state('web')).toBe('failed');
    await machine().start();
    expect(bench.state('web')).toBe('running');
  });

  it('starts again by itself when the guest resets it', async () => {
    bench.runner.last.over.resolve({ kind: 'reset' });
    await bench.settle();
    expect(bench.state('web')).toBe('running');
    expect(bench.runner.runs).toHaveLength(2);
    expect(bench.runner.runs[0]?.calls).toEqual(['terminate']);
  });

  it('starts again after it powered off when a restart was asked for, and stays off when a stop was', async () => {
    machine().restart(1000);
    bench.runner.last.over.resolve({ kind: 'powered-off' });
    await bench.settle();
    expect(bench.state('web')).toBe('running');
    machine().stop(1000);
    bench.runner.last.over.resolve({ kind: 'reset' });
    await bench.settle();
    expect(bench.state('web')).toBe('stopped');
  });

  it('cannot be removed, and says what would help', async () => {
    await expect(bench.hypervisor.remove('web', false)).rejects.toEqual(
      expect.objectContaining({ code: 'wrong-state', hint: 'Stop the machine first.' }),
    );
  });

  it('is given up when its thread neither works nor sleeps', async () => {
    bench.runner.last.measurement = { ...bench.runner.last.measurement, turns: 3, asleep: false };
    bench.clock.pass(29_000);
    expect(bench.state('web')).toBe('running');
    bench.clock.pass(10_000);
    await bench.settle();
    expect(bench.hypervisor.inspect('web')).toMatchObject({
      state: 'failed',
      lastEnd: { cause: expect.stringMatching(/thread/) },
    });
  });

  it('tells the terminal’s size to the run, and to those after it', async () => {
    machine().resize({ columns: 100, rows: 30 });
    await machine().kill();
    await machine().start();
    expect(bench.runner.last.calls).toEqual(['resize 100x30']);
  });
});

describe('starting', () => {
  it('is refused with figures when the memory is not there now, and the cause stays in the view', async () => {
    await bench.create('web');
    bench.meter.availableBytes = 300 * MIB;
    const start = bench.hypervisor.get('web', 'start').start();
    await expect(start).rejects.toEqual(failsWith('no-room', /needs 256 MiB of memory and 44 MiB .* can be given/));
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'stopped', failure: { code: 'no-room' } });
    bench.meter.availableBytes = 3000 * MIB;
    await bench.hypervisor.get('web', 'start').start();
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'running', failure: null });
  });

  it('is refused while another machine writes the same disk, by whichever path', async () => {
    bench.files.put('/disk.img', new Uint8Array(1024));
    const disks = [{ path: '/disk.img', readOnly: false }];
    await bench.create('one', { disks });
    await bench.create('two', { disks });
    await bench.hypervisor.get('one', 'start').start();
    await expect(bench.hypervisor.get('two', 'start').start()).rejects.toEqual(
      failsWith('unavailable', /disk\.img is in use by machine one/),
    );
    await bench.hypervisor.get('one', 'kill').kill();
    await bench.hypervisor.get('two', 'start').start();
    expect(bench.state('two')).toBe('running');
  });

  it('that goes wrong in the thread leaves the machine stopped with the cause', async () => {
    await bench.create('web');
    bench.runner.holds = true;
    const starting = bench.hypervisor.get('web', 'start').start();
    await bench.settle();
    bench.runner.last.begun.reject(new AppError({ code: 'invalid-input', doing: 'load', because: 'not a kernel' }));
    await expect(starting).rejects.toThrow('not a kernel');
    expect(bench.hypervisor.inspect('web')).toMatchObject({
      state: 'stopped',
      startedAt: null,
      failure: { because: 'not a kernel' },
    });
  });
});

describe('removing', () => {
  it('is undone by restore, with everything', async () => {
    const { id } = await bench.create('web');
    await bench.hypervisor.remove('web', false);
    expect(bench.hypervisor.list()).toEqual([]);
    expect(await bench.hypervisor.restore(id)).toMatchObject({ id, name: 'web', state: 'stopped' });
    await bench.restart();
    expect(bench.hypervisor.list()).toHaveLength(1);
  });

  it('frees the name; what is restored then gets another', async () => {
    const { id } = await bench.create('web');
    await bench.hypervisor.remove('web', false);
    await bench.create('web');
    expect(await bench.hypervisor.restore(id)).toMatchObject({ name: 'web-2' });
  });

  it('is final after ten minutes, over a restart too', async () => {
    const { id } = await bench.create('web');
    await bench.hypervisor.remove('web', false);
    bench.clock.pass(5 * 60_000);
    await bench.restart();
    expect(bench.files.entries.size).toBeGreaterThan(0);
    bench.clock.pass(5 * 60_000);
    await bench.settle();
    expect([...bench.files.entries.keys()]).toEqual([]);
    expect(bench.log.at(-1)).toBe(`${id}: forgotten`);
    await expect(bench.hypervisor.restore(id)).rejects.toEqual(failsWith('not-found', /not in the bin/));
  });

  it('with purge is final at once', async () => {
    await bench.create('web');
    await bench.hypervisor.remove('web', true);
    expect([...bench.files.entries.keys()]).toEqual([]);
  });

  it('brings the machine back when the disk does not take it', async () => {
    await bench.create('web');
    bench.files.fillAfter(0);
    await expect(bench.hypervisor.remove('web', false)).rejects.toEqual(failsWith('disk-full', /full/));
    bench.files.powerOn();
    expect(bench.state('web')).toBe('stopped');
  });
});

describe('after Innkeeper itself ended', () => {
  it('a machine that ran is shown as stopped and interrupted', async () => {
    await bench.create('web');
    await bench.hypervisor.get('web', 'start').start();
    await bench.restart();
    expect(bench.hypervisor.inspect('web')).toMatchObject({
      state: 'stopped',
      startedAt: null,
      lastEnd: { kind: 'interrupted', cause: 'Innkeeper itself ended while the machine ran' },
    });
    await bench.restart();
    expect(bench.hypervisor.inspect('web').lastEnd?.kind).toBe('interrupted');
  });

  it.each([
    ['damaged', 'machine.json', '{"version": 1, "na'],
    ['of a newer version', 'machine.json', '{"version": 99}'],
    ['not what it should be', 'machine.json', '{"version": 1, "name": "../../etc"}'],
  ])(
    'a definition that is %s is shown as failed, kept, and can be deleted and brought back',
    async (_w, file, text) => {
      const { id } = await bench.create('web');
      await bench.create('other');
      bench.files.put(`/data/machines/${id}/${file}`, text);
      await bench.restart();
      expect(bench.hypervisor.list().map(({ name, state }) => [name, state])).toEqual([
        [`damaged-${id}`, 'failed'],
        ['other', 'stopped'],
      ]);
      expect(bench.hypervisor.inspect(id).failure?.because).toMatch(/damaged|newer/);
      expect(() => bench.hypervisor.get(id, 'start')).toThrow(/cannot be used/);
      expect(bench.files.text(`/data/machines/${id}/${file}`)).toBe(text);
      await bench.hypervisor.remove(id, false);
      expect(bench.hypervisor.list()).toHaveLength(1);
      expect(await bench.hypervisor.restore(id)).toMatchObject({ id, state: 'failed' });
    },
  );

  it('a damaged run record costs the record, not the machine', async () => {
    const { id } = await bench.create('web');
    bench.files.put(`/data/machines/${id}/run.json`, 'garbage');
    await bench.restart();
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'stopped', lastEnd: null });
  });
});

describe('a power failure at any change of the disk', () => {
  it('loses no machine that was acknowledged, shows none that is half there, and every one starts', async () => {
    for (let changes = 0; changes < 40; changes++) {
      bench = await Workbench.open();
      const acknowledged = new Map<string, 'there' | 'removed' | 'unsure'>();
      const attempt = async (
        name: string,
        outcome: 'there' | 'removed',
        work: () => Promise<unknown>,
      ): Promise<void> => {
        const before = acknowledged.get(name);
        acknowledged.set(name, 'unsure');
        await work();
        acknowledged.set(name, outcome);
        if (before === 'removed' && outcome === 'there') acknowledged.set(name, 'there');
      };
      bench.files.losePowerAfter(changes);
      try {
        await attempt('a', 'there', () => bench.create('a'));
        await attempt('b', 'there', () => bench.create('b'));
        await bench.hypervisor.get('a', 'start').start();
        const { id } = bench.hypervisor.inspect('b');
        await attempt('b', 'removed', () => bench.hypervisor.remove('b', false));
        await attempt('b', 'there', () => bench.hypervisor.restore(id));
        await bench.hypervisor.get('a', 'kill').kill();
        await attempt('c', 'there', () => bench.create('c'));
        await attempt('c', 'removed', () => bench.hypervisor.remove('c', true));
      } catch {
        // The power is gone.
      }
      await bench.restart();
      const names = bench.hypervisor.list().map(({ name }) => name);
      for (const [name, outcome] of acknowledged) {
        if (outcome === 'there') expect(names, `after ${changes} changes`).toContain(name);
        if (outcome === 'removed') expect(names, `after ${changes} changes`).not.toContain(name);
      }
      for (const name of names) {
        await bench.hypervisor.get(name, 'start').start();
        expect(bench.state(name)).toBe('running');
      }
      const stray = [...bench.files.directories].filter((path) => /\.(new|gone)-/.test(path));
      expect(stray).toEqual([]);
    }
  });
});
