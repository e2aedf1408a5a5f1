import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { riscvImageOf } from '../testing/elf-file.ts';
import { damaged, failureOf, FUZZ } from '../testing/hostile.ts';
import { collect, corrupt, sourceOf } from './byte-source.ts';
import type { Decompress } from './compression.ts';
import { extractRiscvImage, readRiscvImageHeader } from './riscv-image.ts';

const image = riscvImageOf();

const decompress: Decompress = async function* (compression, source, what) {
  expect(compression).toBe('gzip');
  const packed = await collect(source, 1e6, what);
  try {
    yield gunzipSync(packed);
  } catch (error) {
    throw corrupt(what, 'gzip', error);
  }
};

function zboot(payload: Uint8Array, method: string): Uint8Array {
  const header = Buffer.alloc(64);
  header.write('MZ\0\0zimg', 'latin1');
  header.writeUInt32LE(64, 8);
  header.writeUInt32LE(payload.length, 12);
  header.write(method, 24);
  return Buffer.concat([header, payload]);
}

test('reads the header of an Image', () => {
  expect(readRiscvImageHeader(image)).toEqual({ textOffset: 0x20_0000, imageSize: image.length + 1000 });
  expect(readRiscvImageHeader(image.subarray(0, 63))).toBeUndefined();
  expect(readRiscvImageHeader(Buffer.alloc(4096))).toBeUndefined();
});

test('takes the Image as it is, compressed, or out of an EFI zboot wrapper', async () => {
  for (const file of [image, gzipSync(image), zboot(gzipSync(image), 'gzip')]) {
    expect(Buffer.compare(await extractRiscvImage(file, decompress, 'kernel'), image)).toBe(0);
  }
});

test('refuses what is no RISC-V kernel', async () => {
  const files = [
    Buffer.from('hello'),
    gzipSync('hello'),
    zboot(gzipSync(image), 'lzma'),
    zboot(image, 'gzip').subarray(0, 90),
  ];
  for (const file of files) {
    expect(await failureOf(() => extractRiscvImage(file, decompress, 'kernel'))).toBe('corrupt');
  }
  const wrong = 'the kernel is damaged: it is not a RISC-V Linux kernel';
  await expect(extractRiscvImage(Buffer.from('hello'), decompress, 'the kernel')).rejects.toThrow(wrong);
});

test('ends every damaged kernel with nothing worse than "corrupt"', async () => {
  const valid = zboot(gzipSync(image), 'gzip');
  const property = fc.asyncProperty(damaged(valid.subarray(0, 300)), async (bytes) => {
    expect(['none', 'corrupt']).toContain(await failureOf(() => extractRiscvImage(bytes, decompress, 'kernel')));
  });
  await fc.assert(property, FUZZ);
  expect(await collect(sourceOf(), 1, 'nothing')).toHaveLength(0);
});
