import { beforeEach, describe, expect, it } from 'vitest';
import { Deferred } from '../../base/deferred.ts';
import { AppError } from '../../base/errors.ts';
import { Workbench } from '../testing/workbench.ts';

const MIB = 1024 * 1024;
const full = new AppError({ code: 'disk-full', doing: 'write it', because: 'the disk is full' });

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
  await bench.create('web', { disks: [{ sizeBytes: 8 * MIB }] });
});

const machine = (): ReturnType<typeof bench.hypervisor.get> => bench.hypervisor.get('web', 'use');
/** The layer on top of its disk. */
const top = (name = 'web'): string => bench.hypervisor.get(name, 'use').definition.disks[0]?.path.slice(0, 16) ?? '';
const chain = async (layer: string): Promise<readonly string[]> =>
  (await bench.layers.reach({ disks: [layer], memory: [] })).disks;
const memoryFiles = (): string[] => [...bench.files.entries.keys()].filter((path) => path.startsWith('/data/memory/'));
const take = (name?: string): ReturnType<ReturnType<typeof machine>['snapshots']['create']> =>
  machine().snapshots.create(name, '');

describe('a snapshot of a machine that is off', () => {
  it('keeps its disks as they are, and the machine goes on in new layers over them', async () => {
    const before = top();
    const view = await take();
    expect(view).toMatchObject({ name: 'snapshot-1', parent: null, live: false, memoryBytes: 0, screen: null });
    expect(await chain(top())).toEqual([top(), before]);
    expect(bench.hypervisor.inspect('web').currentSnapshot).toBe(view.id);
    await bench.restart();
    expect(await machine().snapshots.list()).toEqual([view]);
  });

  it('is restored to a machine that is off, with the hardware of then and the name of now', async () => {
    await take('clean');
    const kept = await chain(top());
    const written = top();
    await machine().changeHardware({ memoryBytes: 512 * MIB });
    await bench.hypervisor.rename('web', 'shop');
    const shop = bench.hypervisor.get('shop', 'use');
    await shop.start();
    await shop.restore('clean');
    expect(bench.hypervisor.inspect('shop')).toMatchObject({
      state: 'stopped',
      memoryBytes: 256 * MIB,
      lastEnd: { kind: 'killed' },
    });
    expect(bench.runner.last.calls).toContain('terminate');
    expect((await chain(top('shop'))).slice(1)).toEqual(kept.slice(1));
    expect(await chain(top('shop'))).not.toContain(written);
  });
});

describe('a snapshot of a running machine', () => {
  beforeEach(() => machine().start());

  it('makes new layers, names them, switches to them, and lets it go on: in this order', async () => {
    const before = top();
    const steps: string[] = [];
    const { writeAtomically, rename } = bench.files;
    bench.files.writeAtomically = (path, bytes) => {
      steps.push(path.replace(/[0-9a-f]{16}/g, 'ID'));
      return writeAtomically.call(bench.files, path, bytes);
    };
    bench.files.rename = (from, to) => {
      steps.push(`rename ${to.replace(/[0-9a-f]{16}/g, 'ID')}`);
      return rename.call(bench.files, from, to);
    };
    const run = bench.runner.last;
    run.console.say('hello');
    const view = await take();
    expect(view).toMatchObject({ live: true, screen: { lines: [expect.stringContaining('hello')] } });
    expect(steps).toEqual([
      '/data/disks/ID.qcow2',
      '/data/machines/ID/machine.json',
      '/data/memory/ID.state',
      '/data/machines/ID/snapshots/.new-ID/console',
      '/data/machines/ID/snapshots/.new-ID/snapshot.json',
      'rename /data/machines/ID/snapshots/ID',
      '/data/machines/ID/machine.json',
    ]);
    expect(run.captures).toEqual([
      { memory: memoryFiles()[0], tops: [{ disk: 0, path: `/data/disks/${top()}.qcow2` }], then: 'hold' },
    ]);
    expect(run.calls).toEqual(['capture hold', 'resume']);
    expect(await chain(top())).toEqual([top(), before]);
  });

  it('leaves a paused one paused', async () => {
    await machine().pause();
    await take();
    expect(bench.state('web')).toBe('paused');
    expect(bench.runner.last.calls).toEqual(['pause', 'capture hold']);
  });

  it('that cannot be written leaves all as it was', async () => {
    const before = top();
    bench.runner.last.save = () => Promise.reject(full);
    await expect(take('first')).rejects.toMatchObject({
      code: 'disk-full',
      doing: 'take snapshot first of machine web',
    });
    expect([bench.state('web'), top()]).toEqual(['running', before]);
    expect(await machine().snapshots.list()).toEqual([]);
    await bench.layers.sweep();
    expect([...bench.files.entries.keys()].filter((path) => path.endsWith('.qcow2'))).toHaveLength(1);
  });

  it('gives way when it is killed meanwhile, and loses nothing of its disks', async () => {
    const before = top();
    const written = new Deferred<undefined>();
    bench.runner.last.save = () => written.promise;
    const taking = take();
    taking.catch(() => undefined);
    await bench.settle();
    await machine().kill();
    written.reject(full);
    await expect(taking).rejects.toThrow();
    expect(await chain(top())).toContain(before);
  });

  it('ends when the machine ends by itself meanwhile', async () => {
    bench.runner.last.save = () => new Promise(() => undefined);
    const taking = take();
    taking.catch(() => undefined);
    await bench.settle();
    bench.runner.last.over.resolve({ kind: 'powered-off' });
    await expect(taking).rejects.toMatchObject({ because: 'it has just ended' });
    expect(bench.state('web')).toBe('stopped');
  });

  it('is refused with a disk that is somebody’s file', async () => {
    bench.files.put('/theirs', new Uint8Array(MIB));
    await bench.create('other', { disks: [{ path: '/theirs', readOnly: false }] });
    await expect(bench.hypervisor.get('other', 'use').snapshots.create('x', '')).rejects.toMatchObject({
      code: 'not-supported',
      hint: expect.stringContaining('read-only'),
    });
  });
});

describe('restoring a live snapshot', () => {
  beforeEach(async () => {
    await machine().start();
    bench.runner.last.console.say('then');
    await take('then');
    bench.runner.last.console.say(' and now');
  });

  it('lets a new run stand ready before anything is given up, decides by one write, and goes on', async () => {
    const old = bench.runner.last;
    const calls: string[] = [];
    const { writeAtomically } = bench.files;
    bench.files.writeAtomically = (path, bytes) => {
      if (path.endsWith('machine.json')) {
        const { resume } = JSON.parse(new TextDecoder().decode(bytes)) as { resume: unknown };
        calls.push(resume === null ? 'not suspended' : 'suspended');
        calls.push(old.calls.includes('terminate') ? 'old gone' : 'old there');
        calls.push(`new ${bench.runner.last.calls.join()}`);
      }
      return writeAtomically.call(bench.files, path, bytes);
    };
    await machine().restore('then');
    expect(calls).toEqual(['suspended', 'old there', 'new ', 'not suspended', 'old gone', 'new ']);
    expect(bench.runner.last.spec.start).toEqual({ kind: 'restore', memory: memoryFiles()[0] });
    expect(bench.runner.last.calls).toEqual(['resume']);
    expect(bench.state('web')).toBe('running');
  });

  it('shows who is attached what was shown then', async () => {
    let shown = '';
    machine().console.attach({
      write: (bytes) => {
        shown += new TextDecoder().decode(bytes);
        return Promise.resolve();
      },
    });
    await bench.settle();
    expect(shown).toContain('then and now');
    shown = '';
    await machine().restore('then');
    await bench.settle();
    expect(shown).toMatch(/\[2J.*then$/s);
  });

  it('changes nothing when the new run does not come about', async () => {
    const before = machine().definition;
    const old = bench.runner.last;
    bench.runner.holds = true;
    const restoring = machine().restore('then');
    await bench.settle();
    bench.runner.last.begun.reject(new AppError({ code: 'corrupt', doing: 'resume', because: 'it is damaged' }));
    await expect(restoring).rejects.toMatchObject({ code: 'corrupt', doing: 'restore snapshot then of machine web' });
    expect(machine().definition).toEqual(before);
    expect(old.calls).not.toContain('terminate');
    expect(bench.state('web')).toBe('running');
    old.over.resolve({ kind: 'powered-off' });
    await bench.settle();
    expect(bench.state('web')).toBe('stopped');
  });

  it('gives way to a kill before the decision', async () => {
    bench.runner.holds = true;
    const restoring = machine().restore('then');
    restoring.catch(() => undefined);
    await bench.settle();
    await machine().kill();
    bench.runner.last.begun.resolve(undefined);
    await expect(restoring).rejects.toMatchObject({ code: 'cancelled' });
    expect(bench.state('web')).toBe('stopped');
    expect(bench.runner.last.calls).toContain('terminate');
    expect(machine().definition.resume).toBeNull();
  });

  it.each(['stopped', 'suspended'])('makes a %s machine run on from there', async (state) => {
    if (state === 'stopped') await machine().kill();
    else await machine().suspend();
    expect(bench.state('web')).toBe(state);
    await machine().restore('then');
    expect(bench.state('web')).toBe('running');
    expect(machine().definition.resume).toBeNull();
    // Whoever ends Innkeeper now finds a machine that was interrupted.
    await bench.restart();
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'stopped', lastEnd: { kind: 'interrupted' } });
  });

  it('of a clone that never ran is an identity of its own, also from a snapshot of it', async () => {
    await bench.hypervisor.clone('web', { name: 'copy', snapshot: 'then', full: false });
    const copy = bench.hypervisor.get('copy', 'use');
    expect(copy.definition.resume).toMatchObject({ renewed: true });
    await copy.snapshots.create('fresh', '');
    expect(copy.snapshots.get('fresh', 'look')).toMatchObject({ renewed: true });
  });
});

describe('a tree of snapshots', () => {
  it('has names that are unique in any case, notes, and can be changed', async () => {
    await take('Clean');
    await expect(take('clean')).rejects.toMatchObject({ code: 'already-exists' });
    expect((await take()).name).toBe('snapshot-1');
    await machine().snapshots.change('clean', { name: 'CLEAN', note: 'before the update' });
    await expect(machine().snapshots.change('clean', { name: 'snapshot-1' })).rejects.toMatchObject({
      code: 'already-exists',
    });
    await bench.restart();
    expect((await machine().snapshots.list())[0]).toMatchObject({ name: 'CLEAN', note: 'before the update' });
    await expect(machine().restore('none')).rejects.toMatchObject({
      code: 'not-found',
      hint: 'It has CLEAN, snapshot-1.',
    });
  });

  it('closes over one that is deleted, in any order, and gives its layers back', async () => {
    const a = await take('a');
    const b = await take('b');
    const c = await take('c');
    expect([a.parent, b.parent, c.parent]).toEqual([null, a.id, b.id]);
    await machine().snapshots.remove('b');
    expect((await machine().snapshots.list()).map(({ parent }) => parent)).toEqual([null, a.id]);
    await machine().snapshots.remove('a');
    await machine().snapshots.remove('c');
    expect(bench.hypervisor.inspect('web').currentSnapshot).toBeNull();
    bench.clock.pass(100);
    await expect.poll(async () => (await chain(top())).length).toBe(1);
    expect(await chain(top())).toEqual([top()]);
    expect([...bench.files.entries.keys()].filter((path) => path.endsWith('.qcow2'))).toHaveLength(1);
  });

  it('goes to the bin and comes back with its machine', async () => {
    const { id } = machine();
    await take('kept');
    await bench.hypervisor.remove('web', false);
    await bench.layers.sweep();
    await bench.hypervisor.restore(id);
    expect(await machine().snapshots.list()).toMatchObject([{ name: 'kept' }]);
    await machine().restore('kept');
    expect(bench.state('web')).toBe('stopped');
  });

  it('is not swept while one of it cannot be read', async () => {
    const { id } = await take('first');
    const path = `/data/machines/${machine().id}/snapshots/${id}/snapshot.json`;
    bench.files.put(path, 'nonsense');
    await bench.restart();
    expect(await machine().snapshots.list()).toEqual([]);
    await expect(bench.layers.sweep()).rejects.toMatchObject({ code: 'corrupt' });
    expect(await chain(top())).toHaveLength(2);
  });
});
