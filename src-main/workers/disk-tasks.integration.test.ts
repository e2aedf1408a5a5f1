import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppError } from '../../src-core/base/errors.ts';
import { createQcow2 } from '../../src-core/disks/qcow2/create.ts';
import { DiskModel } from '../../src-core/disks/testing/disk-model.ts';
import { Random } from '../../src-core/disks/testing/random.ts';
import type { DiskPlace } from '../../src-core/hypervisor/layers/disk-work.ts';
import { DiskFile } from './disk-file.ts';
import { carryOut } from './disk-tasks.ts';
import { openDisk } from './host-files.ts';
import { isLayer } from './run-disk.ts';

/** Snapshots, clones, deletions, growth and copies in a pool of layers; QEMU's tools look at all of it in between. */
const SEQUENCES = Number(process.env['INNKEEPER_DISK_SEQUENCES'] ?? 3);
const MIB = 1024 * 1024;
const present = spawnSync('qemu-img', ['--version']).status === 0;
if (!present) console.warn('qemu-img (package qemu-utils) is missing: layers are not compared with QEMU’s');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'innkeeper-layers-'));
  mkdirSync(join(folder, 'disks'));
  mkdirSync(join(folder, 'images/base'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const work = { doing: 'test', progress: () => undefined, cancelled: () => false };
const own = (layer: number): DiskPlace => ({ path: layerPath(layer), format: 'qcow2', own: true });
const layerFile = (layer: number): string => `${layer.toString(16).padStart(16, '0')}.qcow2`;
const layerPath = (layer: number): string => join(folder, 'disks', layerFile(layer));

function qemuImg(...args: string[]): void {
  const { status, stderr } = spawnSync('qemu-img', args, { encoding: 'utf8', cwd: folder });
  expect(`qemu-img ${args.join(' ')}: ${status} ${stderr}`).toBe(`qemu-img ${args.join(' ')}: 0 `);
}

function agreed(path: string, model: DiskModel): void {
  qemuImg('check', '-q', path);
  const raw = join(folder, 'as-qemu-reads.raw');
  qemuImg('convert', '-O', 'raw', path, raw);
  expect(Buffer.compare(readFileSync(raw), model.bytes)).toBe(0);
}

/** A machine's disk, or a snapshot of one: a layer and what it shows. */
interface Disk {
  top: number;
  model: DiskModel;
}

function sequence(seed: number): void {
  const random = new Random(seed);
  let last = seed * 1000;
  const machines: Disk[] = [];
  const snapshots: Disk[] = [];
  const below = new Map<number, number | null>();
  const create = (on: number | null, sizeBytes: number, backing: string | null): number => {
    const file = new DiskFile(layerPath(++last), false, true);
    createQcow2(file, { sizeBytes, ...(backing === null ? {} : { backing: { path: backing, format: 'qcow2' } }) });
    file.close();
    below.set(last, on);
    return last;
  };
  const copyOf = ({ bytes }: DiskModel): DiskModel => {
    const model = new DiskModel(0);
    model.bytes = bytes.slice();
    return model;
  };
  const over = (layer: number, { bytes }: DiskModel): number => create(layer, bytes.length, layerFile(layer));
  const base = new DiskModel(2 * MIB);
  base.bytes.set(random.bytes(MIB), 512 * 1024);
  writeFileSync(join(folder, 'base.raw'), base.bytes);
  qemuImg('convert', '-c', '-O', 'qcow2', 'base.raw', 'images/base/disk.qcow2');
  machines.push({ top: create(null, base.bytes.length, '../images/base/disk.qcow2'), model: copyOf(base) });
  for (let step = 0; step < 14; step++) {
    const machine = random.pick(machines);
    const image = openDisk(layerPath(machine.top), false, 'qcow2', (path) => isLayer(layerPath(machine.top), path));
    for (let count = random.below(12); count > 0; count--) machine.model.step(image, random, 300_000);
    image.close();
    const kind = random.pick(['snapshot', 'snapshot', 'clone', 'delete', 'delete', 'grow', 'restore', 'full'] as const);
    if (kind === 'snapshot') {
      snapshots.push({ top: machine.top, model: copyOf(machine.model) });
      machine.top = over(machine.top, machine.model);
    } else if (kind === 'clone' && snapshots.length > 0) {
      const from = random.pick(snapshots);
      machines.push({ top: over(from.top, from.model), model: copyOf(from.model) });
    } else if (kind === 'restore' && snapshots.length > 0) {
      const to = random.pick(snapshots);
      machine.top = over(to.top, to.model);
      machine.model = copyOf(to.model);
    } else if (kind === 'delete' && snapshots.length > 0) {
      snapshots.splice(random.below(snapshots.length), 1);
      foldAll([...machines, ...snapshots], below);
    } else if (kind === 'grow') {
      const sizeBytes = machine.model.bytes.length + (1 + random.below(200)) * 512;
      carryOut({ kind: 'grow', disk: own(machine.top), sizeBytes }, work);
      const model = new DiskModel(sizeBytes);
      model.bytes.set(machine.model.bytes);
      machine.model = model;
    } else if (kind === 'full') {
      const compress = random.below(2) === 1;
      const to = { path: layerPath(++last), format: 'qcow2', compress } as const;
      carryOut({ kind: 'copy', request: { from: own(machine.top), to } }, work);
      below.set(last, null);
      machines.push({ top: last, model: copyOf(machine.model) });
    }
    for (const { top, model } of [...machines, ...snapshots]) agreed(layerPath(top), model);
  }
}

/** What the service does after a snapshot was deleted. */
function foldAll(named: readonly Disk[], below: Map<number, number | null>): void {
  const tops = new Set(named.map(({ top }) => top));
  const reached = new Set<number>();
  for (const top of tops) for (let at: number | null = top; at !== null; at = below.get(at) ?? null) reached.add(at);
  for (const layer of below.keys()) if (!reached.has(layer)) below.delete(layer);
  for (const lower of [...reached]) {
    const uppers = [...below].filter(([, on]) => on === lower);
    if (tops.has(lower) || uppers.length !== 1) continue;
    const [[upper]] = uppers as [[number, number | null]];
    carryOut({ kind: 'fold', request: { lower: own(lower), upper: own(upper) } }, work);
    below.set(upper, below.get(lower) ?? null);
    below.delete(lower);
    rmSync(layerPath(lower), { force: true });
  }
}

describe.skipIf(!present)('layers of the pool', () => {
  test(`are what QEMU takes them for after ${SEQUENCES} random sequences`, { timeout: 3_600_000 }, () => {
    for (let seed = 1; seed <= SEQUENCES; seed++) sequence(seed);
  });

  test('are copied compressed so that QEMU reads them, and takes little room', () => {
    const model = new DiskModel(8 * MIB + 512);
    model.bytes.fill(0x41, MIB, 5 * MIB);
    model.bytes.set(new Random(5).bytes(MIB), 6 * MIB);
    writeFileSync(join(folder, 'plain.raw'), model.bytes);
    const path = join(folder, 'packed.qcow2');
    const from = { path: join(folder, 'plain.raw'), format: 'raw', own: false } as const;
    carryOut({ kind: 'copy', request: { from, to: { path, format: 'qcow2', compress: true } } }, work);
    agreed(path, model);
    expect(readFileSync(path).length).toBeLessThan(2 * MIB);
  });
});

describe('a copy', () => {
  test('never takes the place of a file, and leaves nothing when it is cancelled', () => {
    const from = { path: join(folder, 'some.raw'), format: 'raw', own: false } as const;
    writeFileSync(from.path, new Uint8Array(3 * MIB).fill(1));
    const to = { path: join(folder, 'target.qcow2'), format: 'qcow2' } as const;
    writeFileSync(to.path, 'precious');
    const code = (error: unknown): string => (error as AppError).code;
    expect(failure(() => carryOut({ kind: 'copy', request: { from, to } }, work), code)).toBe('already-exists');
    expect(readFileSync(to.path, 'utf8')).toBe('precious');
    rmSync(to.path);
    const cancelled = { ...work, cancelled: () => true };
    expect(failure(() => carryOut({ kind: 'copy', request: { from, to } }, cancelled), code)).toBe('cancelled');
    expect([to.path, `${to.path}.draft`].filter(existsSync)).toEqual([]);
  });
});

function failure<T>(work: () => unknown, told: (error: unknown) => T): T {
  try {
    work();
  } catch (error) {
    return told(error);
  }
  return expect.unreachable('it did not fail');
}
