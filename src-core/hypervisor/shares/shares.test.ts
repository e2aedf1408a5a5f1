import { beforeEach, describe, expect, it } from 'vitest';
import { guestDirectorySchema, type Share } from '../../contract/shares.ts';
import type { Machine } from '../life/machine.ts';
import { runShareOf, withoutShare, withShare } from './shares.ts';
import type { HostFolders } from './shares.ts';
import { Workbench } from '../testing/workbench.ts';

const folders: HostFolders = {
  resolve: (path) => Promise.resolve(path === '/gone' ? null : path.replace('/link', '/real')),
  refused: (path) => Promise.resolve(path === '/private' ? 'it is private' : null),
};
const request = (hostDirectory: string, guestDirectory: string, readOnly = false) => {
  return { hostDirectory, guestDirectory, readOnly };
};
const share = (slot: number, guestDirectory: string): Share => {
  return { slot, hostDirectory: '/work', guestDirectory, readOnly: false };
};

describe('the shared folders of a definition', () => {
  it('get one more, by its real path, in the first free slot', async () => {
    const before = [share(0, '/a'), share(2, '/c')];
    expect(await withShare(before, request('/link/x', '/b', true), 'share', folders)).toEqual([
      ...before,
      { slot: 1, hostDirectory: '/real/x', guestDirectory: '/b', readOnly: true },
    ]);
  });

  it.each([
    ['a folder that is not there', '/gone', '/b', 'not-found'],
    ['a folder that no guest may have', '/private', '/b', 'denied'],
    ['a place that is taken', '/work', '/a', 'already-exists'],
    ['a place within another', '/work', '/a/b', 'already-exists'],
    ['a place around another', '/work', '/mnt', 'already-exists'],
  ])('refuse %s', async (_, host, guest, code) => {
    const before = [share(0, '/a'), share(1, '/mnt/x')];
    await expect(withShare(before, request(host, guest), 'share', folders)).rejects.toMatchObject({ code });
  });

  it('are eight at most', async () => {
    const full = Array.from({ length: 8 }, (_, slot) => share(slot, `/s${slot}`));
    await expect(withShare(full, request('/work', '/b'), 'share', folders)).rejects.toMatchObject({ code: 'no-room' });
  });

  it('lose the one at a place, and say which there are when there is none', () => {
    const before = [share(0, '/a'), share(1, '/b')];
    expect(withoutShare(before, '/a', 'take')).toEqual([share(1, '/b')]);
    expect(() => withoutShare(before, '/c', 'take')).toThrow(expect.objectContaining({ hint: 'It has /a, /b.' }));
  });

  it('have a tag by their slot, which fits into a device', () => {
    expect(runShareOf(share(7, '/a')).tag).toBe('innkeeper-share7');
  });
});

it.each(['/mnt', '/a/b c/d', '/srv/..x', '/grüße'])('a guest can have %s', (path) => {
  expect(guestDirectorySchema.safeParse(path).success).toBe(true);
});

it.each([
  '',
  '/',
  'mnt',
  '/a/',
  '/a//b',
  '/a/../b',
  '/..',
  '/.',
  '/a\nb',
  '/a\0',
  '/proc',
  '/proc/x',
  '/dev/shm',
  '/sys',
])('a guest cannot have "%s"', (path) => {
  expect(guestDirectorySchema.safeParse(path).success).toBe(false);
});

describe('the shared folders of a machine', () => {
  let bench: Workbench;
  let machine: Machine;

  beforeEach(async () => {
    bench = await Workbench.open();
    await bench.create('web');
    machine = bench.hypervisor.get('web', 'use');
  });

  it('are in its definition, safely, and in its next run', async () => {
    await machine.shares.add(request('/work', '/mnt/work', true), folders);
    await bench.restart();
    machine = bench.hypervisor.get('web', 'use');
    expect(machine.view().shares).toEqual([
      { slot: 0, hostDirectory: '/work', guestDirectory: '/mnt/work', readOnly: true, mounted: false, failure: null },
    ]);
    await machine.start();
    expect(bench.runner.last.spec.shares).toEqual([
      { slot: 0, tag: 'innkeeper-share0', hostDirectory: '/work', readOnly: true },
    ]);
  });

  it('come while it runs, at once; go only when its guest can be asked', async () => {
    await machine.start();
    await machine.shares.add(request('/work', '/mnt/work'), folders);
    expect(bench.runner.last.calls).toContain('change attach-share');
    const refused = machine.shares.remove('/mnt/work');
    await expect(refused).rejects.toMatchObject({
      code: 'wrong-state',
      hint: expect.stringContaining('Stop the machine'),
    });
    expect(machine.view().shares).toHaveLength(1);
    await machine.kill();
    await machine.shares.remove('/mnt/work');
    expect(machine.view().shares).toEqual([]);
  });

  it('are as before when the run cannot take another, or the definition cannot be written', async () => {
    await machine.start();
    bench.runner.last.changed = () => Promise.reject(new Error('no'));
    await expect(machine.shares.add(request('/work', '/mnt/work'), folders)).rejects.toThrow('no');
    expect(machine.view().shares).toEqual([]);
    bench.runner.last.changed = () => Promise.resolve();
    bench.files.fillAfter(0);
    await expect(machine.shares.add(request('/work', '/mnt/work'), folders)).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect(bench.runner.last.calls.slice(-2)).toEqual(['change attach-share', 'change detach-share']);
    expect(machine.view().shares).toEqual([]);
  });

  it('do not change while it is suspended', async () => {
    await machine.start();
    await machine.suspend();
    await expect(machine.shares.add(request('/work', '/a'), folders)).rejects.toMatchObject({ code: 'wrong-state' });
  });
});

describe('a machine of an image that runs containers', () => {
  let bench: Workbench;
  const layers = {
    ...{ slot: 7, tag: 'innkeeper-layers', hostDirectory: '/data/containers/layers' },
    ...{ readOnly: true, kind: 'layers' },
  };

  beforeEach(async () => {
    bench = await Workbench.open();
    bench.images.runsContainers = true;
  });

  async function withFolders(machine: Machine, count: number): Promise<void> {
    for (let each = 0; each < count; each++) await machine.shares.add(request('/work', `/s${each}`), folders);
  }

  it('sees the layers each time it starts, also where it goes on', async () => {
    await bench.create('web');
    const machine = bench.hypervisor.get('web', 'use');
    await machine.start();
    expect(bench.runner.last.spec.shares).toEqual([layers]);
    await machine.suspend();
    await machine.resume();
    expect(bench.runner.last.spec.start.kind).toBe('restore');
    expect(bench.runner.last.spec.shares).toEqual([layers]);
  });

  it('leaves their place free as a node, and has at most seven folders of this computer beside them', async () => {
    const { id } = await bench.hypervisor.createNode({
      ...{ name: 'node', source: { kind: 'image', image: 'tiny' }, disks: [], networks: [], start: false },
    });
    const node = bench.hypervisor.nodes().find((each) => each.id === id);
    if (!node) throw new Error('there is a node');
    await withFolders(node, 7);
    await expect(node.shares.add(request('/work', '/s7'), folders)).rejects.toMatchObject({ code: 'no-room' });
    await node.start();
    expect(bench.runner.last.spec.shares?.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(bench.runner.last.spec.shares?.at(-1)).toEqual(layers);
  });

  it('has what its person wants in their place, where it is no node', async () => {
    await bench.create('web');
    const machine = bench.hypervisor.get('web', 'use');
    await withFolders(machine, 8);
    await machine.start();
    expect(bench.runner.last.spec.shares?.at(-1)).toMatchObject({ slot: 7, tag: 'innkeeper-share7' });
    expect(bench.runner.last.spec.shares).toHaveLength(8);
  });
});
