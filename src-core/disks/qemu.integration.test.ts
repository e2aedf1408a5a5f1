import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DiskFile, diskDecompressors, diskFiles } from '../../src-main/workers/disk-file.ts';
import type { BlockImage } from './block-image.ts';
import { commitImage, copyImage } from './copy.ts';
import { openImage } from './open-image.ts';
import { check, repairLeaks } from './qcow2/check.ts';
import { createQcow2 } from './qcow2/create.ts';
import type { CreateOptions } from './qcow2/create.ts';
import { Qcow2Image } from './qcow2/qcow2-image.ts';
import { DiskModel } from './testing/disk-model.ts';
import { Random } from './testing/random.ts';

/**
 * QEMU's own tools say whether our images are right, and make images for us to read. INNKEEPER_DISK_SEQUENCES sets how
 * many random sequences there are; each has a fixed seed.
 */
const SEQUENCES = Number(process.env['INNKEEPER_DISK_SEQUENCES'] ?? 10);
const MIB = 1024 * 1024;
const present = ['qemu-img', 'qemu-io'].every((tool) => spawnSync(tool, ['--version']).status === 0);
if (!present)
  console.warn('qemu-img and qemu-io (package qemu-utils) are missing: images are not compared with QEMU’s');

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'innkeeper-disks-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(tool: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', cwd: folder });
  expect(`${tool} ${args.join(' ')}: ${status} ${stderr}`).toBe(`${tool} ${args.join(' ')}: 0 `);
  return stdout;
}

const qemuImg = (...args: string[]): string => run('qemu-img', ...args);

function qemuIo(path: string, ...commands: string[]): void {
  const out = run('qemu-io', '-f', 'qcow2', ...commands.flatMap((command) => ['-c', command]), path);
  expect(out).not.toMatch(/failed|error/i);
}

function place(name: string): string {
  return join(folder, name);
}

function create(path: string, options: CreateOptions): void {
  const file = new DiskFile(path, false, true);
  createQcow2(file, options);
  file.close();
}

function open(path: string, readOnly = false, writableBacking = false): Qcow2Image {
  const options = { format: 'qcow2', readOnly, writableBacking, decompressors: diskDecompressors } as const;
  const image = openImage(diskFiles, path, { ...options, allowBacking: (backing) => backing.startsWith(folder) });
  if (!(image instanceof Qcow2Image)) return expect.unreachable('not a qcow2 image');
  return image;
}

/** A file with every byte of an image, as QEMU reads it. */
function asQemuReads(path: string): Uint8Array {
  qemuImg('convert', '-f', 'qcow2', '-O', 'raw', path, place('as-qemu-reads.raw'));
  return new Uint8Array(readFileSync(place('as-qemu-reads.raw')));
}

function sameBytes(a: Uint8Array, b: Uint8Array): void {
  expect(Buffer.compare(a, b)).toBe(0);
}

function agreed(path: string, model: DiskModel): void {
  qemuImg('check', '-q', path);
  sameBytes(asQemuReads(path), model.bytes);
  const image = open(path, true);
  model.compare(image);
  expect(check(image.metadata)).toMatchObject({ corruptions: 0, leaks: 0 });
  image.close();
}

const pattern = (length: number, seed = 1): Uint8Array => {
  const tile = new Random(seed).bytes(4096);
  return Uint8Array.from({ length }, (_, at) => ((at >> 12) % 3 === 0 ? 0 : tile[at & 4095]!));
};

function contentOf(image: BlockImage): Uint8Array {
  const bytes = new Uint8Array(image.sizeBytes);
  image.read(bytes, 0);
  return bytes;
}

describe.skipIf(!present)('images of QEMU', () => {
  const MAKES: readonly (readonly [name: string, convert: readonly string[]])[] = [
    ['with the usual clusters', []],
    ['with clusters of 512 bytes', ['-o', 'cluster_size=512']],
    ['with clusters of 4 KiB', ['-o', 'cluster_size=4k']],
    ['with clusters of 2 MiB', ['-o', 'cluster_size=2M']],
    ['of version 2', ['-o', 'compat=0.10']],
    ['with lazy refcounts', ['-o', 'lazy_refcounts=on']],
    ['with all metadata made before', ['-o', 'preallocation=metadata']],
    ['compressed with deflate', ['-c']],
    ['compressed with deflate in clusters of 512 bytes', ['-c', '-o', 'cluster_size=512']],
    ['compressed with deflate in clusters of 2 MiB', ['-c', '-o', 'cluster_size=2M']],
    ['compressed in version 2', ['-c', '-o', 'compat=0.10']],
    ['compressed with zstd', ['-c', '-o', 'compression_type=zstd']],
    ...[1, 2, 4, 8, 32, 64].map((bits) => [`with refcounts of ${bits} bits`, ['-o', `refcount_bits=${bits}`]] as const),
  ];

  test.each(MAKES)('%s are read, and written so that QEMU finds them clean', (name, convert) => {
    const model = new DiskModel(5 * MIB + 512);
    model.bytes.set(pattern(model.bytes.length));
    writeFileSync(place('source.raw'), model.bytes);
    const path = place(`${name.replaceAll(' ', '-')}.qcow2`);
    qemuImg('convert', '-f', 'raw', '-O', 'qcow2', ...convert, 'source.raw', path);
    agreed(path, model);
    const image = open(path);
    const random = new Random(name.length);
    for (let count = 0; count < 60; count++) model.step(image, random, 300_000);
    model.grow(image, MIB);
    for (let count = 0; count < 20; count++) model.step(image, random, 300_000);
    image.close();
    agreed(path, model);
  });

  test('in chains are read through all their images, of whatever format', () => {
    writeFileSync(place('base.raw'), pattern(4 * MIB));
    qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.raw', '-F', 'raw', 'one.qcow2');
    qemuIo(place('one.qcow2'), 'write -P 0x31 1M 100k', 'write -z 2M 64k');
    qemuImg('create', '-q', '-f', 'qcow2', '-b', 'one.qcow2', '-F', 'qcow2', 'two.qcow2', '6M');
    qemuIo(place('two.qcow2'), 'write -P 0x32 1040k 20k', 'discard 0 64k', 'write -P 0x33 5M 1k');
    const image = open(place('two.qcow2'), true);
    sameBytes(contentOf(image), asQemuReads(place('two.qcow2')));
    image.close();
  });

  test('with internal snapshots are read, and not written', () => {
    qemuImg('create', '-q', '-f', 'qcow2', 'snap.qcow2', '4M');
    qemuIo(place('snap.qcow2'), 'write -P 1 0 1M');
    qemuImg('snapshot', '-c', 'first', 'snap.qcow2');
    qemuIo(place('snap.qcow2'), 'write -P 2 0 64k');
    const image = open(place('snap.qcow2'), true);
    sameBytes(contentOf(image), asQemuReads(place('snap.qcow2')));
    image.close();
    expect(() => open(place('snap.qcow2'))).toThrow('internal snapshots');
  });

  test.each([
    ['extended L2', ['-o', 'extended_l2=on']],
    ['another file', ['-o', `data_file=data.raw`]],
  ])('that need more than we know are refused: %s', (what, options) => {
    const name = `${what.replaceAll(' ', '-')}.qcow2`;
    qemuImg('create', '-q', '-f', 'qcow2', ...options, name, '4M');
    expect(() => open(place(name))).toThrow(what);
  });
});

describe.skipIf(!present)('images of ours', () => {
  test.each([9, 12, 16, 21])('with clusters of 2^%i bytes are what qemu-img takes them for', (clusterBits) => {
    const path = place(`ours-${clusterBits}.qcow2`);
    create(path, { sizeBytes: 20 * MIB, clusterBits });
    const info = JSON.parse(qemuImg('info', '--output=json', path)) as Record<string, unknown>;
    expect(info).toMatchObject({ format: 'qcow2', 'virtual-size': 20 * MIB, 'cluster-size': 2 ** clusterBits });
    qemuImg('check', '-q', path);
    qemuIo(path, 'write -P 0x41 1M 3M', 'discard 2M 1M');
    qemuImg('resize', '-q', path, '30M');
    const image = open(path);
    sameBytes(contentOf(image), asQemuReads(path));
    image.write(pattern(MIB), 29 * MIB);
    image.close();
    qemuImg('check', '-q', path);
    sameBytes(contentOf(open(path, true)), asQemuReads(path));
  });

  test('become raw and qcow2 again in both directions, compared by qemu-img', () => {
    const path = place('both.qcow2');
    create(path, { sizeBytes: 8 * MIB });
    const image = open(path);
    image.write(pattern(3 * MIB), 2 * MIB);
    image.flush();
    writeFileSync(place('both.raw'), new Uint8Array(8 * MIB));
    const raw = openImage(diskFiles, place('both.raw'), { format: 'raw', readOnly: false });
    copyImage(image, raw);
    create(place('again.qcow2'), { sizeBytes: 8 * MIB, clusterBits: 12 });
    const again = open(place('again.qcow2'));
    copyImage(raw, again);
    for (const each of [image, raw, again]) each.close();
    qemuImg('compare', '-q', '-f', 'qcow2', '-F', 'raw', path, 'both.raw');
    qemuImg('compare', '-q', '-f', 'qcow2', '-F', 'qcow2', path, 'again.qcow2');
  });

  test('whose leaks were repaired are clean for QEMU', () => {
    const path = place('leaking.qcow2');
    create(path, { sizeBytes: 8 * MIB });
    const image = open(path);
    image.file.write(new Uint8Array(64 * 1024), image.metadata.refcounts.allocate());
    image.close();
    expect(spawnSync('qemu-img', ['check', '-q', path]).status).toBe(3);
    const again = open(path);
    expect(repairLeaks(again.metadata)).toMatchObject({ corruptions: 0, leaks: 1 });
    again.close();
    qemuImg('check', '-q', path);
  });

  test(`agree with a model and with QEMU after ${SEQUENCES} random sequences`, { timeout: 3_600_000 }, () => {
    for (let seed = 0; seed < SEQUENCES; seed++) sequence(seed);
  });
});

/** Writes, discards, zeroes, grows, overlays, commits and converts; after each stage QEMU looks at everything. */
function sequence(seed: number): void {
  const random = new Random(seed);
  const name = `sequence-${seed}`;
  const sizeBytes = (2 + random.below(6)) * MIB + random.below(128) * 512;
  const model = new DiskModel(sizeBytes);
  let path = place(`${name}.0.qcow2`);
  let below: string | null = null;
  create(path, { sizeBytes, clusterBits: random.pick([9, 10, 12, 14, 16, 18, 21]) });
  for (let stage = 1; stage <= 4; stage++) {
    const image = open(path);
    for (let count = 5 + random.below(30); count > 0; count--) model.step(image, random, 400_000);
    if (random.below(3) === 0) model.grow(image, (1 + random.below(4000)) * 512);
    image.close();
    agreed(path, model);
    const next = place(`${name}.${stage}.qcow2`);
    const kind = random.pick(['overlay', 'commit', 'convert', 'nothing'] as const);
    const clusterBits = random.pick([9, 12, 16, 20]);
    if (kind === 'overlay') {
      create(next, { sizeBytes: model.bytes.length, clusterBits, backing: { path, format: 'qcow2' } });
      below = path;
      path = next;
    } else if (kind === 'commit' && below !== null) {
      const overlay = open(path, false, true);
      commitImage(overlay);
      overlay.close();
      agreed(path, model);
      path = below;
      below = null;
      agreed(path, model);
    } else if (kind === 'convert') {
      create(next, { sizeBytes: model.bytes.length, clusterBits });
      const from = open(path, true);
      const to = open(next);
      copyImage(from, to);
      from.close();
      to.close();
      qemuImg('compare', '-q', '-f', 'qcow2', '-F', 'qcow2', path, next);
      below = null;
      path = next;
    }
  }
  agreed(path, model);
}
