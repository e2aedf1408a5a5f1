import { describe, expect, it } from 'vitest';
import { Deferred } from '../../src-core/base/deferred.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { FakeIo } from './testing/fake-io.ts';
import { FakeService, machineView, taskView } from './testing/fake-service.ts';

const MIB = 1024 * 1024;

function snapshotView(fields: Partial<SnapshotView>): SnapshotView {
  return {
    id: 'id-1',
    name: 'first',
    note: '',
    createdAt: 0,
    parent: null,
    live: false,
    memoryBytes: 0,
    diskBytes: MIB,
    hardware: { processors: 1, memoryBytes: 256 * MIB },
    screen: null,
    ...fields,
  };
}

describe('inn vm snapshot', () => {
  it('takes one with a name and a note, or lets the service choose the name', async () => {
    const create = (): Promise<SnapshotView> => Promise.resolve(snapshotView({ name: 'snapshot-1' }));
    const service = new FakeService({ snapshots: { create } });
    const io = new FakeIo(service);
    expect(await io.run('vm snapshot create a')).toBe(0);
    expect(io.out).toBe('Took snapshot snapshot-1 of machine a\n');
    await io.run('vm snapshot create a clean --note fresh --json');
    expect(service.calls.map(({ input }) => input)).toEqual([
      { machine: 'a', note: '' },
      { machine: 'a', name: 'clean', note: 'fresh' },
    ]);
  });

  it('lists them as the tree that they are', async () => {
    const list = (): Promise<SnapshotView[]> =>
      Promise.resolve([
        snapshotView({ id: '1', name: 'root' }),
        snapshotView({ id: '2', name: 'left', parent: '1', live: true, memoryBytes: 50 * MIB }),
        snapshotView({ id: '3', name: 'other' }),
        snapshotView({ id: '4', name: 'leaf', parent: '2', note: 'the last' }),
        snapshotView({ id: '5', name: 'lost', parent: 'unknown' }),
      ]);
    const io = new FakeIo(new FakeService({ snapshots: { list } }));
    await io.run('vm snapshot ls a');
    const lines = io.out.split('\n');
    expect(lines.slice(1, 6).map((line) => line.trimEnd().split(/ {2,}(?=\S)/)[0] || line)).toHaveLength(5);
    expect(lines[1]).toMatch(/^root .* off +- +1M$/);
    expect(lines[2]).toMatch(/^ {2}left .* running +50M +1M$/);
    expect(lines[3]).toMatch(/^ {4}leaf .* the last$/);
    expect(lines[4]).toMatch(/^other /);
    expect(lines[5]).toMatch(/^lost /);
  });

  it('restores and deletes by name', async () => {
    const service = new FakeService({
      snapshots: {
        restore: () => Promise.resolve(machineView({ state: 'running' })),
        remove: () => Promise.resolve({}),
      },
    });
    const io = new FakeIo(service);
    await io.run('vm snapshot restore a first');
    await io.run('vm snapshot rm a first');
    expect(io.out).toBe('Restored snapshot first: machine a is running\nDeleted snapshot first of machine a\n');
  });
});

describe('inn vm clone and fork', () => {
  it('say what came of it', async () => {
    const service = new FakeService({
      machines: {
        clone: ({ name }) => Promise.resolve(machineView({ name, state: 'suspended' })),
        fork: ({ name }) => Promise.resolve(machineView({ name, state: 'running' })),
      },
    });
    const io = new FakeIo(service);
    await io.run('vm clone a b --snapshot first');
    await io.run('vm fork a c');
    expect(io.out).toBe('Cloned machine a to b, which is suspended\nForked machine a to c\n');
    expect(service.calls[0]?.input).toEqual({ machine: 'a', name: 'b', full: false, snapshot: 'first' });
  });

  it('show how far a full copy has come', async () => {
    const copied = new Deferred<MachineView>();
    const service = new FakeService({ machines: { clone: () => copied.promise } });
    service.machines.push(machineView());
    const io = new FakeIo(service);
    const done = io.run('vm clone a b --full');
    await expect.poll(() => service.calls.some(({ method }) => method === 'machines.clone')).toBe(true);
    service.tellTask(taskView({ id: 'other', phase: 'Something else', subject: { kind: 'machine', id: 'id-z' } }));
    service.tellTask(taskView({ phase: 'Copy the disks', fraction: 0.5, subject: { kind: 'machine', id: 'id-a' } }));
    await expect.poll(() => io.err).toContain('Copy the disks 50 %');
    copied.resolve(machineView({ name: 'b' }));
    expect(await done).toBe(0);
    expect(io.err).not.toContain('Something else');
  });
});
