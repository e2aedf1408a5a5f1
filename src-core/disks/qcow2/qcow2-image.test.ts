import { expect, test } from 'vitest';
import { commitImage, copyImage } from '../copy.ts';
import { RawImage } from '../raw-image.ts';
import { DiskModel } from '../testing/disk-model.ts';
import { MemoryFile } from '../testing/memory-file.ts';
import { Random } from '../testing/random.ts';
import { check, repairLeaks } from './check.ts';
import { createQcow2 } from './create.ts';
import { Qcow2Image } from './qcow2-image.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

function fresh(
  sizeBytes = 8 * MIB,
  clusterBits = 16,
  backing: { sizeBytes: number; image: RawImage | Qcow2Image } | null = null,
) {
  const file = new MemoryFile();
  createQcow2(file, {
    sizeBytes,
    clusterBits,
    ...(backing ? { backing: { path: 'below', format: backing.image.format } } : {}),
  });
  return { file, image: new Qcow2Image(file, { backing: backing?.image ?? null }) };
}

function isClean(image: Qcow2Image): void {
  expect(check(image.metadata)).toMatchObject({ corruptions: 0, leaks: 0, problems: [] });
}

test('an empty image is small, reads as zeros and is clean', () => {
  const { file, image } = fresh(1024 * MIB);
  expect(file.sizeBytes).toBe(4 * 64 * KIB);
  const bytes = new Uint8Array(1000).fill(7);
  image.read(bytes, 1024 * MIB - 1000);
  expect(bytes.every((byte) => byte === 0)).toBe(true);
  expect(image.extent(0, 1024 * MIB)).toEqual({ kind: 'hole', bytes: 1024 * MIB });
  isClean(image);
});

test('what is written is read again, also after closing and opening', () => {
  const { file, image } = fresh();
  const content = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
  image.write(content, 100_000);
  image.close();
  const again = new Qcow2Image(file);
  const found = new Uint8Array(200_000);
  again.read(found, 100_000);
  expect(found).toEqual(content);
  isClean(again);
});

test('only clusters that are written take room, and discarded ones are used again', () => {
  const { file, image } = fresh(64 * MIB);
  image.write(new Uint8Array(MIB).fill(1), 0);
  image.flush();
  const size = file.sizeBytes;
  expect(size).toBeLessThan(MIB + 8 * 64 * KIB);
  for (let round = 1; round < 20; round++) {
    image.discard((round - 1) * MIB, MIB);
    image.flush();
    image.write(new Uint8Array(MIB).fill(round), round * MIB);
  }
  image.flush();
  expect(file.sizeBytes).toBe(size);
  image.close();
  isClean(new Qcow2Image(file));
});

test.each([9, 10, 12, 16, 21])('random operations on clusters of 2^%i bytes agree with a model', (bits) => {
  const random = new Random(bits);
  const sizeBytes = bits === 9 ? 9 * MIB + 512 : 8 * MIB + 3 * 512;
  const { file, image } = fresh(sizeBytes, bits);
  const model = new DiskModel(sizeBytes);
  for (let count = 0; count < 300; count++) model.step(image, random, 3 * 2 ** Math.max(bits, 16));
  model.grow(image, MIB + 512);
  for (let count = 0; count < 50; count++) model.step(image, random, 3 * 2 ** Math.max(bits, 16));
  model.compare(image);
  image.close();
  const again = new Qcow2Image(file);
  model.compare(again);
  isClean(again);
});

test('with small clusters the refcount table and the L1 table move when they are full', () => {
  const { file, image } = fresh(24 * MIB, 9);
  const { refcountTableOffset, l1Offset } = image.header;
  const model = new DiskModel(24 * MIB);
  image.write(new Uint8Array(24 * MIB).fill(3), 0);
  model.bytes.fill(3);
  model.grow(image, MIB);
  image.close();
  const again = new Qcow2Image(file);
  expect(again.header.refcountTableOffset).not.toBe(refcountTableOffset);
  expect(again.header.l1Offset).not.toBe(l1Offset);
  model.compare(again);
  isClean(again);
});

test('a backing image shows through until it is written, zeroed or discarded over', () => {
  const below = new MemoryFile('below', new Uint8Array(2 * MIB).fill(0x11));
  const { image } = fresh(4 * MIB, 16, { sizeBytes: 2 * MIB, image: new RawImage(below) });
  const model = new DiskModel(4 * MIB);
  model.bytes.fill(0x11, 0, 2 * MIB);
  model.compare(image);
  const random = new Random(5);
  for (let count = 0; count < 200; count++) model.step(image, random, 200_000);
  model.compare(image);
  expect(below.content().every((byte) => byte === 0x11)).toBe(true);
  image.flush();
  isClean(image);
});

test('growing over a larger backing image shows zeros, not what lies there', () => {
  const below = new MemoryFile('below', new Uint8Array(4 * MIB).fill(0x11));
  const { image } = fresh(MIB + 512, 16, { sizeBytes: 4 * MIB, image: new RawImage(below) });
  const model = new DiskModel(MIB + 512);
  model.bytes.fill(0x11);
  image.write(Uint8Array.of(1, 2, 3), MIB);
  model.bytes.set([1, 2, 3], MIB);
  model.grow(image, 4 * MIB);
  model.compare(image);
});

test('a commit brings everything below and leaves the image empty', () => {
  const belowFile = new MemoryFile('below');
  createQcow2(belowFile, { sizeBytes: 2 * MIB });
  const below = new Qcow2Image(belowFile);
  below.write(new Uint8Array(2 * MIB).fill(9), 0);
  const { image } = fresh(3 * MIB, 12, { sizeBytes: 2 * MIB, image: below });
  const model = new DiskModel(3 * MIB);
  model.bytes.fill(9, 0, 2 * MIB);
  const random = new Random(8);
  for (let count = 0; count < 100; count++) model.step(image, random, 100_000);
  commitImage(image);
  model.compare(image);
  model.compare(below);
  expect(check(image.metadata)).toMatchObject({ corruptions: 0, allocatedClusters: 0 });
});

test('a copy is the same without the room that zeros take', () => {
  const { image } = fresh(8 * MIB);
  const model = new DiskModel(8 * MIB);
  image.write(new Uint8Array(MIB).fill(4), 3 * MIB);
  model.bytes.fill(4, 3 * MIB, 4 * MIB);
  image.write(new Uint8Array(MIB), 6 * MIB);
  const rawFile = new MemoryFile('raw', new Uint8Array(8 * MIB));
  const raw = new RawImage(rawFile);
  copyImage(image, raw);
  model.compare(raw);
  const back = fresh(8 * MIB);
  copyImage(raw, back.image);
  model.compare(back.image);
  expect(back.file.sizeBytes).toBeLessThan(2 * MIB);
});

test('a disk that is full fails the write and nothing else', () => {
  const { file, image } = fresh();
  image.write(new Uint8Array(100).fill(1), 0);
  file.roomForWrites = 0;
  expect(() => image.write(new Uint8Array(100).fill(2), 5 * MIB)).toThrow('no space');
  file.roomForWrites = Infinity;
  const found = new Uint8Array(100);
  image.read(found, 0);
  expect(found[0]).toBe(1);
  image.close();
  isClean(new Qcow2Image(file));
});

test('after a flush that failed nothing is promised any more', () => {
  const { file, image } = fresh();
  image.write(new Uint8Array(100).fill(1), 0);
  file.flush = () => {
    throw new Error('the disk is broken');
  };
  expect(() => image.flush()).toThrow('broken');
  expect(() => image.flush()).toThrow('could not be brought to the disk');
  expect(() => image.write(new Uint8Array(1), 0)).toThrow('could not be brought to the disk');
});

test('a power cut at any moment loses nothing that was flushed and damages nothing', () => {
  for (let seed = 0; seed < 25; seed++) {
    const random = new Random(seed);
    const bits = random.pick([9, 12, 16]);
    let { file, image } = fresh(4 * MIB, bits);
    const kept: Uint8Array[] = [];
    for (let round = 0; round < 8; round++) {
      const stable = Uint8Array.from({ length: 1024 }, () => random.below(256));
      image.write(stable, round * 2048);
      image.flush();
      const scratch = new Uint8Array(64 * KIB);
      file.powerLeft = random.below(150);
      try {
        for (;;) stepBeyond(image, random, scratch);
      } catch {
        // At any moment: between two changes, and within the writing of one.
      }
      const keep = random.below(101);
      const after = new MemoryFile(
        'after',
        file.afterPowerCut(() => random.below(100) < keep),
      );
      const again = new Qcow2Image(after);
      expect(check(again.metadata).problems.filter((problem) => !problem.includes('leaked'))).toEqual([]);
      kept.push(stable);
      kept.forEach((bytes, index) => {
        const found = new Uint8Array(1024);
        again.read(found, index * 2048);
        expect(found).toEqual(bytes);
      });
      repairLeaks(again.metadata);
      isClean(again);
      file = after;
      image = again;
    }
  }
});

/** A random change behind the first 64 KiB, where the flushed content lies. */
function stepBeyond(image: Qcow2Image, random: Random, scratch: Uint8Array): void {
  const offset = 64 * KIB + random.below(3 * 1024) * 1024;
  const length = 512 + random.below(100) * 512;
  const kind = random.below(4);
  if (kind < 2) image.write(scratch.subarray(0, length).fill(random.below(256)), offset);
  else if (kind === 2) image.discard(offset, length);
  else image.writeZeroes(offset, length, { keepAllocated: random.below(2) === 1 });
  if (random.below(6) === 0) image.flush();
}
