import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { Workbench } from '../testing/workbench.ts';

const MIB = 1024 * 1024;
const full = new AppError({ code: 'disk-full', doing: 'write it', because: 'the disk is full' });

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
  await bench.create('web', { disks: [{ sizeBytes: 8 * MIB }] });
});

const machine = (name = 'web'): ReturnType<typeof bench.hypervisor.get> => bench.hypervisor.get(name, 'use');
const top = (name: string): string => machine(name).definition.disks[0]?.path.slice(0, 16) ?? '';
const chain = async (name: string): Promise<readonly string[]> =>
  (await bench.layers.reach({ disks: [top(name)], memory: [] })).disks;
const clone = (
  name: string,
  more: { snapshot?: string; full?: boolean } = {},
): ReturnType<typeof bench.hypervisor.clone> => bench.hypervisor.clone('web', { name, full: false, ...more });

describe('a linked clone', () => {
  it('shares what there was, and each goes on in layers of its own', async () => {
    const before = top('web');
    const view = await clone('copy');
    expect(view).toMatchObject({ name: 'copy', state: 'stopped', currentSnapshot: null });
    expect(await chain('web')).toEqual([top('web'), before]);
    expect(await chain('copy')).toEqual([top('copy'), before]);
    await bench.restart();
    expect(bench.hypervisor.list().map(({ name }) => name)).toEqual(['copy', 'web']);
    // The one may go: the other keeps what it needs.
    await bench.hypervisor.remove('web', true);
    await bench.layers.sweep();
    expect(await chain('copy')).toContain(before);
    await machine('copy').start();
    expect(bench.state('copy')).toBe('running');
  });

  it('of a live snapshot is suspended at that moment, and gets an identity of its own as it goes on', async () => {
    await machine().start();
    bench.runner.last.console.say('then');
    await machine().snapshots.create('then', '');
    expect(await clone('copy', { snapshot: 'then' })).toMatchObject({ state: 'suspended' });
    expect(machine('copy').definition).toMatchObject({ resume: { renewed: true }, newIdentity: true });
    expect(new TextDecoder().decode(machine('copy').console.record())).toContain('then');
    // The snapshot is not needed for it.
    await machine().snapshots.remove('then');
    await machine().kill();
    await bench.layers.sweep();
    await bench.restart();
    await machine('copy').resume();
    expect(bench.state('copy')).toBe('running');
    expect(bench.runner.last.spec).toMatchObject({ name: 'copy', start: { kind: 'restore' } });
  });

  it('of a suspended machine goes on from the same moment', async () => {
    await machine().start();
    await machine().suspend();
    expect(await clone('copy')).toMatchObject({ state: 'suspended' });
    expect(bench.state('web')).toBe('suspended');
    expect(machine().definition.resume).toMatchObject({ renewed: false });
  });

  it('is refused of a running machine, for a name that is taken, and with a disk that is somebody’s file', async () => {
    bench.files.put('/theirs', new Uint8Array(MIB));
    await expect(clone('WEB')).rejects.toMatchObject({ code: 'already-exists' });
    await bench.create('other', { disks: [{ path: '/theirs', readOnly: false }] });
    await expect(bench.hypervisor.clone('other', { name: 'x', full: false })).rejects.toMatchObject({
      code: 'not-supported',
      hint: expect.stringContaining('full clone'),
    });
    await machine().start();
    await expect(clone('copy')).rejects.toMatchObject({ code: 'wrong-state', hint: expect.stringContaining('Fork') });
    expect(bench.hypervisor.list()).toHaveLength(2);
  });
});

describe('a full clone', () => {
  it('has a copy of each disk that is written, somebody’s file too, and shares what is only read', async () => {
    bench.files.put('/theirs', new Uint8Array(MIB));
    bench.files.put('/iso', new Uint8Array(MIB));
    const disks = [{ sizeBytes: MIB }, { path: '/theirs', readOnly: false }, { path: '/iso', readOnly: true }];
    await bench.create('other', { disks });
    const before = top('other');
    await bench.hypervisor.clone('other', { name: 'copy', full: true });
    const copied = machine('copy').definition.disks;
    expect(copied).toMatchObject([{ own: true }, { own: true, slot: 1 }, { path: '/iso', own: false }]);
    expect(bench.work.calls).toEqual([
      `copy /data/disks/${before}.qcow2 /data/disks/${top('copy')}.qcow2`,
      `copy /theirs /data/disks/${copied[1]?.path ?? ''}`,
    ]);
    expect(await chain('copy')).toEqual([top('copy')]);
  });

  it('leaves nothing when it cannot be made, and no trace of its name', async () => {
    bench.work.meanwhile = () => Promise.reject(full);
    await expect(clone('copy', { full: true })).rejects.toMatchObject({ doing: 'clone machine web to copy' });
    expect(bench.hypervisor.list()).toHaveLength(1);
    bench.work.meanwhile = () => Promise.resolve();
    await clone('copy', { full: true });
  });

  it('is not disturbed by a sweep, nor by the snapshot being deleted meanwhile', async () => {
    await machine().snapshots.create('then', '');
    const kept = await chain('web');
    bench.work.meanwhile = async () => {
      await machine().snapshots.remove('then');
      await bench.layers.sweep();
      for (const layer of kept) expect(bench.files.entries.has(`/data/disks/${layer}.qcow2`)).toBe(true);
    };
    await clone('copy', { snapshot: 'then', full: true });
  });
});

describe('a fork', () => {
  beforeEach(() => machine().start());

  it('runs on beside the source, which stands still only until the copy is there', async () => {
    const before = top('web');
    const source = bench.runner.last;
    source.console.say('both saw this');
    bench.runner.holds = true;
    const forking = bench.hypervisor.fork('web', 'copy');
    await bench.settle();
    const copy = bench.runner.last;
    expect(copy.spec).toMatchObject({ name: 'copy', start: { kind: 'fork', of: source } });
    expect(source.calls).toEqual(['capture hold']);
    expect(copy.calls).toEqual([]);
    // Meanwhile it was written down as a machine that runs: a crash from here on interrupts it.
    expect(bench.files.text(`/data/machines/${copy.spec.id}/run.json`)).toMatch(/"runningSince": \d/);
    copy.begun.resolve(undefined);
    expect(await forking).toMatchObject({ name: 'copy', state: 'running' });
    expect(source.calls).toEqual(['capture hold', 'resume']);
    expect(copy.calls).toEqual(['resume']);
    expect([await chain('web'), await chain('copy')]).toEqual([
      [top('web'), before],
      [top('copy'), before],
    ]);
    expect(copy.spec.disks[0]?.path).toBe(`/data/disks/${top('copy')}.qcow2`);
    expect(source.captures[0]).toMatchObject({ memory: null, tops: [{ path: `/data/disks/${top('web')}.qcow2` }] });
    expect(new TextDecoder().decode(machine('copy').console.record())).toContain('both saw this');
  });

  it('of a paused machine runs, and leaves that paused', async () => {
    await machine().pause();
    await bench.hypervisor.fork('web', 'copy');
    expect([bench.state('web'), bench.state('copy')]).toEqual(['paused', 'running']);
  });

  it('can be made several times at once', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => bench.hypervisor.fork('web', name)));
    expect(['web', 'a', 'b', 'c'].map((name) => bench.state(name))).toEqual(Array(4).fill('running'));
    expect(new Set(['web', 'a', 'b', 'c'].map(top)).size).toBe(4);
    await bench.restart();
    expect(bench.hypervisor.list()).toMatchObject(
      Array(4).fill({ state: 'stopped', lastEnd: { kind: 'interrupted' } }),
    );
  });

  it('that does not come about leaves the source running, and nothing else', async () => {
    bench.runner.holds = true;
    const forking = bench.hypervisor.fork('web', 'copy');
    await bench.settle();
    bench.runner.last.begun.reject(full);
    await expect(forking).rejects.toMatchObject({ code: 'disk-full', doing: 'fork machine web to copy' });
    expect(bench.hypervisor.list()).toMatchObject([{ name: 'web', state: 'running' }]);
    expect(bench.runner.runs[0]?.calls).toEqual(['capture hold', 'resume']);
    await bench.restart();
    expect(bench.hypervisor.list()).toHaveLength(1);
  });

  it('is refused of a machine that is off, and for a name that is taken', async () => {
    await expect(bench.hypervisor.fork('web', 'web')).rejects.toMatchObject({ code: 'already-exists' });
    await machine().kill();
    await expect(bench.hypervisor.fork('web', 'copy')).rejects.toMatchObject({
      code: 'wrong-state',
      hint: expect.stringContaining('Clone'),
    });
  });

  it('starts anew when its guest resets, and is told who it is each time until it was heard', async () => {
    await bench.hypervisor.fork('web', 'copy');
    bench.runner.last.over.resolve({ kind: 'reset' });
    await bench.settle();
    expect(bench.state('copy')).toBe('running');
    expect(bench.runner.last.spec.start).toEqual({ kind: 'power-on' });
    expect(machine('copy').definition.newIdentity).toBe(true);
  });
});
