import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { emptyQcow2 } from '../../disks/qcow2/create.ts';
import { backingOf } from '../layers/layer-pool.ts';
import { ownDisk } from '../machine-disks/machine-disks.ts';
import { Workbench, memoryLayer } from '../testing/workbench.ts';
import { BOOTED_VERSION, isNothingButImage, keyOf } from './booted-snapshot.ts';
import type { Booted } from './booted-snapshot.ts';
import { BootedStore } from './booted-store.ts';

const MIB = 1024 * 1024;
const memory = '00000000000000ee';
const memoryPath = `/data/memory/${memory}.state`;

let bench: Workbench;
let store: BootedStore;
let key: string;
beforeEach(async () => {
  bench = await Workbench.open();
  bench.quickStart = true;
  store = new BootedStore(bench.files, '/data/images');
  const image = await bench.images.find('tiny');
  key = image ? keyOf(image.document, { processors: 1, memoryBytes: 256 * MIB }) : '';
  bench.files.put(memoryPath, memoryLayer());
  const booted: Booted = {
    version: BOOTED_VERSION,
    key,
    createdAt: 1,
    processors: 1,
    memoryBytes: 256 * MIB,
    disks: [],
    memory,
  };
  await store.create('tiny', booted, new TextEncoder().encode('login: '));
});

const machine = (): ReturnType<typeof bench.hypervisor.get> => bench.hypervisor.get('web', 'use');

async function startOf(more: Parameters<Workbench['create']>[1] = {}): Promise<string> {
  await bench.create('web', { networks: ['default'], ...more });
  await machine().start();
  return bench.runner.last.spec.start.kind;
}

describe('a new machine of an image that was booted once', () => {
  it('goes on from there, shows what that showed, and is told who it is', async () => {
    expect(await startOf()).toBe('restore');
    expect(bench.runner.last.spec.start).toEqual({ kind: 'restore', memory: memoryPath });
    expect(bench.runner.last.calls).toEqual(['resume']);
    expect(bench.state('web')).toBe('running');
    expect(new TextDecoder().decode(machine().console.record())).toContain('login: ');
    expect(machine().definition).toMatchObject({ newIdentity: true, resume: null });
  });

  it('boots the second time', async () => {
    await startOf();
    await machine().kill();
    await machine().start();
    expect(bench.runner.last.spec.start.kind).toBe('power-on');
  });

  it.each([
    ['with other hardware', { memoryBytes: 512 * MIB }],
    ['with a disk of its own', { disks: [{ sizeBytes: MIB }] }],
    ['with user-data', { userData: '#cloud-config\nhostname: other\n' }],
  ])('boots %s', async (_what, more) => {
    expect(await startOf(more)).toBe('power-on');
  });

  it('boots when it was cloned, or where that is switched off', async () => {
    await bench.create('first', { networks: ['default'] });
    await bench.hypervisor.clone('first', { name: 'web', full: false });
    await machine().start();
    expect(bench.runner.last.spec.start.kind).toBe('power-on');
    bench.quickStart = false;
    await bench.hypervisor.get('first', 'start').start();
    expect(bench.runner.last.spec.start.kind).toBe('power-on');
  });

  it('boots when what was kept turns out to be of no use, which is then deleted', async () => {
    await bench.create('web', { networks: ['default'] });
    bench.runner.holds = true;
    const starting = machine().start();
    await expect.poll(() => bench.runner.runs.length).toBe(1);
    bench.runner.holds = false;
    bench.runner.last.begun.reject(new AppError({ code: 'corrupt', doing: 'resume', because: 'it is damaged' }));
    await starting;
    expect(bench.runner.last.spec.start.kind).toBe('power-on');
    expect(bench.state('web')).toBe('running');
    expect(new TextDecoder().decode(machine().console.record())).not.toContain('login');
    expect(await store.list('tiny')).toEqual([]);
    await bench.layers.sweep();
    expect(bench.files.entries.has(memoryPath)).toBe(false);
  });

  it('is killed while it is being started', async () => {
    await bench.create('web', { networks: ['default'] });
    bench.runner.holds = true;
    const starting = machine().start();
    starting.catch(() => undefined);
    await expect.poll(() => bench.runner.runs.length).toBe(1);
    await machine().kill();
    await expect(starting).rejects.toThrow();
    expect(bench.state('web')).toBe('stopped');
    expect(await store.list('tiny')).toHaveLength(1);
  });
});

describe('what is kept of an image', () => {
  it('is swept only once nothing needs it, and counts as the image’s', async () => {
    await bench.layers.sweep();
    expect(bench.files.entries.has(memoryPath)).toBe(true);
    expect(await bench.hypervisor.quickStartBytes('tiny')).toBe(memoryLayer().length);
    await store.remove('tiny', key);
    await startOf();
    await bench.layers.sweep();
    expect(bench.files.entries.has(memoryPath)).toBe(false);
  });

  it('is known by what is in the image and by the hardware', async () => {
    const document = (await bench.images.find('tiny'))?.document;
    if (!document) return expect.unreachable();
    const other = { processors: 1, memoryBytes: 512 * MIB };
    expect(keyOf(document, other)).not.toBe(key);
    const { boot } = document;
    if (boot.kind !== 'files') return expect.unreachable();
    const changed = { ...document, boot: { ...boot, initrd: { ...boot.kernel, sha256: '1'.repeat(64) } } };
    expect(keyOf(changed, { processors: 1, memoryBytes: 256 * MIB })).not.toBe(key);
  });
});

describe('a new machine of an image with a disk that was booted once', () => {
  const top = '00000000000000dd';
  beforeEach(async () => {
    const sha256 = '0'.repeat(64);
    bench.images.disk = { file: 'disk.qcow2', sizeBytes: 1, sha256, virtualBytes: 8 * MIB, format: 'qcow2' };
    const image = await bench.images.find('tiny');
    if (!image) return expect.unreachable();
    await bench.layers.createDisk(top, 8 * MIB, { image: 'tiny', file: 'disk.qcow2' });
    const hardware = { processors: 1, memoryBytes: 256 * MIB };
    const booted = { version: BOOTED_VERSION, key: keyOf(image.document, hardware), createdAt: 1, memory } as const;
    await store.create('tiny', { ...booted, ...hardware, disks: [ownDisk(0, top)] }, new Uint8Array(0));
  });
  const diskOf = (): string => machine().definition.disks[0]?.path.slice(0, 16) ?? '';

  it('goes on with a layer over the disk of then', async () => {
    expect(await startOf()).toBe('restore');
    const { disks } = await bench.layers.reach({ disks: [diskOf()], memory: [] });
    expect(disks).toEqual([diskOf(), top]);
  });

  it.each([
    ['holds anything', (bytes: Uint8Array) => Uint8Array.from([...bytes, 1])],
    ['is of another size', () => emptyQcow2({ sizeBytes: 9 * MIB, backing: backingOf('tiny', 'disk.qcow2') }, 'grown')],
    ['is built on nothing', () => emptyQcow2({ sizeBytes: 8 * MIB }, 'other')],
  ])('boots, and keeps its disk, when that %s already', async (_what, changed) => {
    await bench.create('web', { networks: ['default'] });
    const before = diskOf();
    const path = bench.layers.diskPath(before);
    bench.files.put(path, changed(bench.files.entries.get(path)?.bytes ?? new Uint8Array(0)));
    await machine().start();
    expect(bench.runner.last.spec.start.kind).toBe('power-on');
    expect(diskOf()).toBe(before);
  });
});

it('only a machine that was never switched on is nothing but its image', async () => {
  await bench.create('web', { networks: ['default'] });
  const { definition } = machine();
  expect(isNothingButImage(definition, { version: 1, runningSince: null, lastEnd: null })).toBe(true);
  expect(isNothingButImage(definition, { version: 1, runningSince: 1, lastEnd: null })).toBe(false);
  const lastEnd = { kind: 'killed', at: 1, cause: null } as const;
  expect(isNothingButImage(definition, { version: 1, runningSince: null, lastEnd })).toBe(false);
  expect(
    isNothingButImage({ ...definition, newIdentity: true }, { version: 1, runningSince: null, lastEnd: null }),
  ).toBe(false);
});
