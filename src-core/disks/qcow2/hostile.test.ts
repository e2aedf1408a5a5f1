import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { copyImage } from '../copy.ts';
import { RawImage } from '../raw-image.ts';
import { MemoryFile } from '../testing/memory-file.ts';
import { Random } from '../testing/random.ts';
import { check, repairLeaks } from './check.ts';
import { createQcow2 } from './create.ts';
import { Qcow2Image } from './qcow2-image.ts';

const SIZE_BYTES = 256 * 1024;
const CLUSTER_BITS = 12;
const MUTATIONS = 10_000;
const decompressors = {
  deflate: (packed: Uint8Array, plainBytes: number) => inflateRawSync(packed, { maxOutputLength: plainBytes }),
};

/** An image with all that there is: data, zero clusters, kept ones, a compressed one, a leak. */
function specimen(): Uint8Array {
  const file = new MemoryFile();
  createQcow2(file, { sizeBytes: SIZE_BYTES, clusterBits: CLUSTER_BITS });
  const image = new Qcow2Image(file);
  image.write(new Uint8Array(100_000).fill(0x5a), 1000);
  image.writeZeroes(8192, 8192);
  image.writeZeroes(32_768, 8192, { keepAllocated: true });
  image.flush();
  const packed = deflateRawSync(new Uint8Array(2 ** CLUSTER_BITS).fill(0x77));
  const place = image.metadata.refcounts.allocate();
  image.file.write(packed, place);
  image.close();
  return withCompressed(file.content(), place);
}

/** Lets the L2 entry of cluster 50 lead to compressed data at `place`. */
function withCompressed(bytes: Uint8Array, place: number): Uint8Array {
  const view = new DataView(bytes.buffer);
  const l1Offset = Number(view.getBigUint64(40));
  const l2Offset = Number(view.getBigUint64(l1Offset) & 0x00ff_ffff_ffff_fe00n);
  view.setBigUint64(l2Offset + 50 * 8, (1n << 62n) | BigInt(place));
  return bytes;
}

/** Where damage does most: the header, and the tables behind it. */
function mutate(image: Uint8Array, random: Random): Uint8Array {
  const bytes = image.slice(0, random.below(20) === 0 ? random.below(image.length) : image.length);
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(random.pick([112, 5 * 4096, 5 * 4096, bytes.length]));
    const kind = random.below(3);
    if (kind === 0) bytes[at] = random.below(256);
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    else bytes.fill(random.pick([0, 0xff, 0x80, random.below(256)]), at & ~7, (at & ~7) + 8);
  }
  return bytes;
}

/** Every way in which the service or a machine uses an image. @returns how it ended */
function use(bytes: Uint8Array, readOnly: boolean, random: Random): 'fine' | 'refused' {
  const file = new MemoryFile('hostile.qcow2', bytes);
  file.readOnly = readOnly;
  try {
    const image = new Qcow2Image(file, { decompressors });
    check(image.metadata);
    const wanted = Math.min(image.sizeBytes, SIZE_BYTES);
    image.read(new Uint8Array(wanted), image.sizeBytes - wanted);
    image.extent(0, image.sizeBytes);
    if (readOnly) return 'fine';
    for (let count = 0; count < 6; count++) {
      const at = random.below(wanted);
      image.write(new Uint8Array(Math.min(600, random.below(wanted - at))).fill(1), at);
      image.discard(at, random.below(wanted - at));
      image.writeZeroes(at, random.below(wanted - at));
    }
    image.flush();
    repairLeaks(image.metadata);
    if (image.sizeBytes <= 4 * SIZE_BYTES) {
      image.grow(image.sizeBytes + 512);
      copyImage(image, new RawImage(new MemoryFile('copy', new Uint8Array(image.sizeBytes))));
    }
    image.close();
    return 'fine';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(['corrupt', 'not-supported', 'invalid-input']).toContain(error.code);
    return 'refused';
  }
}

test(`${MUTATIONS} damaged images are used or refused, and nothing worse`, { timeout: 120_000 }, () => {
  const image = specimen();
  expect(use(image, true, new Random(0))).toBe('fine');
  const random = new Random(2026);
  const ends = { fine: 0, refused: 0 };
  for (let count = 0; count < MUTATIONS; count++) {
    const bytes = mutate(image, random);
    ends[use(bytes, count % 2 === 0, random)]++;
  }
  expect(ends.refused).toBeGreaterThan(MUTATIONS / 5);
  expect(ends.fine).toBeGreaterThan(MUTATIONS / 50);
});

test('refcounts that call everything used end the search for a free cluster', () => {
  const file = new MemoryFile();
  createQcow2(file, { sizeBytes: SIZE_BYTES, clusterBits: 9 });
  const image = new Qcow2Image(file);
  const blockAt = Number(new DataView(file.content().buffer).getBigUint64(512));
  const full = new Uint8Array(512).fill(0xff);
  file.write(full, blockAt);
  for (let index = 0; index < 64; index++) {
    const entry = new Uint8Array(8);
    new DataView(entry.buffer).setBigUint64(0, BigInt(blockAt));
    file.write(entry, 512 + index * 8);
  }
  expect(image).toBeDefined();
  const again = new Qcow2Image(file);
  expect(check(again.metadata).corruptions).toBeGreaterThan(0);
  again.write(Uint8Array.of(1), 0);
  expect(file.sizeBytes).toBeLessThan(16 * 1024 * 1024);
});
