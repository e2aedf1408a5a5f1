import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { DiskFile, diskDecompressors, diskFiles } from '../../../src-main/workers/disk-file.ts';
import { openImage } from '../open-image.ts';
import { Random } from '../testing/random.ts';
import { check } from './check.ts';
import { compressedCopySteps } from './compressed-copy.ts';
import { Qcow2Image } from './qcow2-image.ts';

const MIB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'innkeeper-compressed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const deflate = (plain: Uint8Array): Uint8Array => deflateRawSync(plain, { windowBits: 12, memLevel: 9 });

function qemuImg(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('qemu-img', args, { encoding: 'utf8', cwd: folder });
  expect(`${status} ${stderr}`).toBe('0 ');
  return stdout;
}

/** Runs of zeros, of text and of noise, which does not become smaller. */
function content(sizeBytes: number, random: Random): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes;) {
    const length = Math.min(sizeBytes - at, random.below(400_000) + 1);
    const kind = random.below(3);
    if (kind === 1) bytes.fill(0x41 + random.below(20), at, at + length);
    else if (kind === 2) bytes.set(random.bytes(length), at);
    at += length;
  }
  return bytes;
}

test.each([512, 65_536, 5 * MIB + 512, 40 * MIB])(
  'an image of %i bytes that is written packed is clean and the same for qemu-img and for us',
  (sizeBytes) => {
    const plain = content(sizeBytes, new Random(sizeBytes));
    writeFileSync(join(folder, 'plain.raw'), plain);
    const path = join(folder, 'packed.qcow2');
    rmSync(path, { force: true });
    const from = openImage(diskFiles, join(folder, 'plain.raw'), { format: 'raw', readOnly: true });
    const file = new DiskFile(path, false, true);
    expect([...compressedCopySteps(from, file, deflate)].at(-1)).toBe(sizeBytes);
    file.close();
    from.close();
    qemuImg('check', '-q', '-f', 'qcow2', path);
    qemuImg('compare', '-q', '-f', 'raw', '-F', 'qcow2', 'plain.raw', path);
    const ours = openImage(diskFiles, path, { format: 'qcow2', readOnly: true, decompressors: diskDecompressors });
    const read = new Uint8Array(sizeBytes);
    ours.read(read, 0);
    expect(Buffer.compare(read, plain)).toBe(0);
    expect(ours instanceof Qcow2Image && check(ours.metadata)).toMatchObject({ corruptions: 0, leaks: 0 });
    ours.close();
  },
);

test('text becomes smaller than with qemu-img, or nearly as small', () => {
  const text = new TextEncoder()
    .encode('All work and no play makes Jack a dull boy. '.repeat(200_000))
    .slice(0, 8 * MIB);
  writeFileSync(join(folder, 'text.raw'), text);
  const from = openImage(diskFiles, join(folder, 'text.raw'), { format: 'raw', readOnly: true });
  const file = new DiskFile(join(folder, 'text.qcow2'), false, true);
  for (const _ of compressedCopySteps(from, file, deflate));
  file.close();
  qemuImg('convert', '-c', '-f', 'raw', '-O', 'qcow2', 'text.raw', 'theirs.qcow2');
  const size = (name: string): number => statSync(join(folder, name)).size;
  expect(size('text.qcow2')).toBeLessThanOrEqual(size('theirs.qcow2') + 65_536);
  expect(readFileSync(join(folder, 'text.qcow2')).subarray(0, 4).toString('latin1')).toBe('QFI\xfb');
});

test('a disk can be made larger on the way', () => {
  writeFileSync(join(folder, 'small.raw'), content(3 * MIB, new Random(3)));
  const from = openImage(diskFiles, join(folder, 'small.raw'), { format: 'raw', readOnly: true });
  const file = new DiskFile(join(folder, 'larger.qcow2'), false, true);
  for (const _ of compressedCopySteps(from, file, deflate, 3 * 1024 * MIB));
  file.close();
  qemuImg('check', '-q', '-f', 'qcow2', 'larger.qcow2');
  expect(JSON.parse(qemuImg('info', '--output=json', 'larger.qcow2'))).toMatchObject({
    'virtual-size': 3 * 1024 * MIB,
  });
});
