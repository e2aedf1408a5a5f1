import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { EngineBench } from './testing/engine-bench.ts';

const MIB = 1024 * 1024;

let bench: EngineBench;
beforeEach(async () => {
  bench = await EngineBench.open();
});

describe('nodes', () => {
  it('are promised what their containers may use, and the next one is made when one is full', async () => {
    await bench.create({ name: 'a', limits: { memoryBytes: 300 * MIB } });
    await bench.create({ name: 'b', limits: { memoryBytes: 100 * MIB } });
    await bench.create({ name: 'c', limits: { memoryBytes: 100 * MIB } });
    expect(bench.engine.nodes.list()).toMatchObject([
      { name: 'node-1', promisedMemoryBytes: 400 * MIB, running: 2 },
      { name: 'node-2', promisedMemoryBytes: 100 * MIB, running: 1 },
    ]);
  });

  it('are not made beyond the most, and the refusal has the figures', async () => {
    await bench.engine.nodes.change({ mostNodes: 1 });
    await bench.create({ name: 'a', limits: { memoryBytes: 300 * MIB } });
    await expect(bench.create({ name: 'b', limits: { memoryBytes: 200 * MIB } })).rejects.toMatchObject({
      code: 'no-room',
      because: 'it is promised 200 MiB of memory and the node with the most room has 116 MiB (1 of at most 1 nodes)',
      data: { memoryBytes: 200 * MIB, freeMemoryBytes: 116 * MIB },
    });
  });

  it('refuse what no node of the preset size can hold, and say so', async () => {
    await expect(bench.create({ limits: { memoryBytes: 500 * MIB } })).rejects.toMatchObject({
      code: 'no-room',
      because: 'it is promised 500 MiB of memory and a node of 512 MiB can give 416 MiB',
    });
  });

  it('are asked for at the same time by many, and only one is made', async () => {
    const many = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => bench.create({ name, limits: { memoryBytes: 50 * MIB } })),
    );
    expect(new Set(many.map(({ record }) => record.node)).size).toBe(1);
    expect(bench.node.calls.filter((call) => call === 'wake')).toHaveLength(1);
  });

  it('go to sleep when nothing has run on them for a while, and are there again when wanted', async () => {
    const web = await bench.create();
    await bench.pass(600_000);
    expect(bench.engine.nodes.list()[0]?.state).toBe('ready');
    await web.stop();
    await bench.pass(59_000);
    expect(bench.engine.nodes.list()[0]?.state).toBe('ready');
    await bench.pass(1000);
    expect(bench.engine.nodes.list()[0]?.state).toBe('asleep');
    await web.start();
    expect(bench.engine.nodes.list()[0]?.state).toBe('ready');
    expect(web.state).toBe('running');
  });

  it('stay up when they cannot be put to sleep, and are tried again', async () => {
    const web = await bench.create();
    await web.stop();
    bench.node.fails.set('sleep', new AppError({ code: 'disk-full', doing: 'suspend', because: 'the disk is full' }));
    await bench.pass(60_000);
    expect(bench.engine.nodes.list()[0]?.state).toBe('ready');
    await bench.pass(60_000);
    expect(bench.engine.nodes.list()[0]?.state).toBe('asleep');
  });

  it('go to sleep when the service ends, after their containers have ended', async () => {
    const web = await bench.create();
    await bench.engine.close();
    expect(web.view().lastEnd).toMatchObject({ kind: 'interrupted', exitStatus: 143 });
    expect(bench.node.state).toBe('asleep');
    await bench.restart();
    expect(bench.engine.get('web', 'look at').view()).toMatchObject({
      state: 'exited',
      lastEnd: { kind: 'interrupted', exitStatus: 143 },
    });
  });

  it('that die end their containers, with the cause; those with a policy start again where their files are', async () => {
    const plain = await bench.create({ name: 'plain' });
    const kept = await bench.create({ name: 'kept', restart: { policy: 'always' } });
    bench.node.disk.set(kept.id, 'its data');
    bench.node.die('a kernel panic');
    await bench.settle();
    expect(plain.view()).toMatchObject({
      state: 'exited',
      lastEnd: { kind: 'node-lost', exitStatus: null, cause: 'its node node-1 was lost: a kernel panic' },
    });
    expect(kept.state).toBe('restarting');
    await bench.pass(100);
    expect(kept.view()).toMatchObject({ state: 'running', restarts: 1, node: { name: 'node-1' } });
    expect(bench.node.disk.get(kept.id)).toBe('its data');
  });

  it('that cannot come up any more are left for another, with a fresh root', async () => {
    const web = await bench.create({ restart: { policy: 'always' } });
    bench.node.die('a kernel panic');
    bench.node.failure = { code: 'corrupt', doing: 'start', because: 'its disk is damaged' } as never;
    await bench.pass(100);
    expect(web.view()).toMatchObject({ state: 'running', node: { name: 'node-2' } });
    expect(bench.nodes.nodes[1]?.disk.get(web.id)).toBe('fresh');
  });

  it('are cleared of what no document knows when they come up', async () => {
    const web = await bench.create();
    await web.stop();
    await bench.engine.close();
    bench.node.disk.set('feedfeedfeedfeed', 'of one that is gone');
    await bench.restart();
    await bench.engine.get('web', 'start').start();
    await bench.settle();
    expect([...bench.node.disk.keys()]).toEqual([web.id]);
  });

  it('lose what a container wrote that was removed while they slept', async () => {
    const web = await bench.create();
    await web.stop();
    await bench.pass(60_000);
    await web.remove(false);
    await bench.settle();
    expect(bench.node.disk.has(web.id)).toBe(true);
    await bench.create({ name: 'other' });
    await bench.settle();
    expect(bench.node.disk.has(web.id)).toBe(false);
  });

  it('are removed when nothing is on them, or with all that is', async () => {
    const web = await bench.create({ mounts: [{ kind: 'volume', volume: 'data', destination: '/data' }] });
    await expect(bench.engine.nodes.remove('node-1', false)).rejects.toMatchObject({
      code: 'wrong-state',
      because: 'web, data are on it',
    });
    await bench.engine.nodes.remove('NODE-1', true);
    expect(bench.engine.list()).toEqual([]);
    expect(await bench.engine.volumes.list()).toEqual([]);
    expect(bench.engine.nodes.list()).toEqual([]);
    expect(bench.removed).toEqual([web.id]);
  });

  it('are measured with what runs on them, and processor time becomes a share', async () => {
    const web = await bench.create();
    expect(await bench.engine.sample()).toMatchObject([{ id: web.id, stats: { processorUsed: 0 } }]);
    bench.clock.pass(1000);
    bench.nodes.processorNs = 250_000_000;
    expect(await bench.engine.sample()).toMatchObject([{ stats: { processorUsed: 0.25, memoryBytes: MIB } }]);
    expect(web.view().stats?.processorUsed).toBe(0.25);
    expect(bench.engine.nodes.list()[0]).toMatchObject({ freeDiskBytes: 512 * MIB, freeMemoryBytes: 256 * MIB });
  });

  it('let a running container be promised more as long as there is room', async () => {
    const web = await bench.create({ limits: { memoryBytes: 100 * MIB } });
    await bench.engine.update('web', { limits: { memoryBytes: 400 * MIB } });
    expect(web.view().limits).toEqual({ memoryBytes: 400 * MIB, cpus: null, pids: 2048, diskBytes: null });
    expect(bench.node.calls).toContain(`limit ${400 * MIB}`);
    await expect(bench.engine.update('web', { limits: { memoryBytes: 420 * MIB } })).rejects.toMatchObject({
      code: 'no-room',
    });
    expect(bench.engine.nodes.list()[0]?.promisedMemoryBytes).toBe(400 * MIB);
  });
});

describe('volumes', () => {
  const mounts = [{ kind: 'volume', volume: 'data', destination: '/data' }] as const;

  it('are made with the container that mounts them, and outlive it', async () => {
    const web = await bench.create({ mounts: [...mounts] });
    expect(bench.node.running.get(web.id)?.prepared.mounts).toEqual([
      { kind: 'volume', volume: 'data', destination: '/data', readOnly: false },
    ]);
    expect(await bench.engine.volumes.list()).toMatchObject([
      { name: 'data', node: { name: 'node-1' }, usedBytes: 4096, usedBy: ['web'] },
    ]);
    await expect(bench.engine.volumes.remove('data')).rejects.toMatchObject({ code: 'wrong-state' });
    await web.remove(true);
    await bench.restart();
    expect(await bench.engine.volumes.list()).toMatchObject([{ name: 'data', usedBytes: null, usedBy: [] }]);
    expect(await bench.engine.volumes.prune()).toEqual(['data']);
    expect(bench.node.volumesOnDisk.size).toBe(0);
  });

  it('take their containers to the node that they lie on', async () => {
    await bench.create({ name: 'a', mounts: [...mounts], limits: { memoryBytes: 300 * MIB } });
    await bench.create({ name: 'b', limits: { memoryBytes: 300 * MIB } });
    await bench.create({ name: 'c', mounts: [...mounts] });
    expect(bench.engine.get('c', 'look at').view().node?.name).toBe('node-1');
    await expect(
      bench.create({ name: 'd', mounts: [...mounts], limits: { memoryBytes: 200 * MIB } }),
    ).rejects.toMatchObject({ code: 'no-room' });
  });

  it('are made by themselves too', async () => {
    expect(await bench.engine.volumes.create('mine')).toMatchObject({
      name: 'mine',
      node: { name: 'node-1' },
      usedBytes: null,
    });
    await expect(bench.engine.volumes.create('Mine')).rejects.toMatchObject({ code: 'already-exists' });
  });
});

describe('folders of this computer', () => {
  it('are seen through shares of the node, one folder by many', async () => {
    bench.files.put('/home/work/notes.txt', 'x');
    const web = await bench.create({
      mounts: [
        { kind: 'folder', directory: '/home/work', destination: '/work', readOnly: true },
        { kind: 'folder', directory: '/home/work/notes.txt', destination: '/notes.txt' },
      ],
    });
    expect(bench.node.shares).toEqual(['/home/work read-only', '/home/work']);
    expect(bench.node.running.get(web.id)?.prepared.mounts).toEqual([
      { kind: 'folder', tag: 'tag0', file: null, destination: '/work', readOnly: true },
      { kind: 'folder', tag: 'tag1', file: 'notes.txt', destination: '/notes.txt', readOnly: false },
    ]);
  });

  it('that are not there are refused before anything runs', async () => {
    const mount = { kind: 'folder', directory: '/nowhere', destination: '/work' } as const;
    await expect(bench.create({ mounts: [mount] })).rejects.toMatchObject({ code: 'not-found' });
    expect(bench.node.running.size).toBe(0);
  });
});
