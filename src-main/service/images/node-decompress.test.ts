import { gzipSync } from 'node:zlib';
import * as zstd from '@bokuweb/zstd-wasm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../../../src-core/base/errors.ts';
import { collect, sourceOf, type ByteSource } from '../../../src-core/images/formats/byte-source.ts';
import { detectCompression, type Compression } from '../../../src-core/images/formats/compression.ts';
import { chunked, damaged, failureOf } from '../../../src-core/images/testing/hostile.ts';
import { xzOf } from '../../../src-core/images/testing/package-files.ts';
import { nodeDecompress } from './node-decompress.ts';
import { zstdContentSize, zstdWithoutNode } from './zstd-wasm.ts';

await zstd.init();
const content = Buffer.from(Array.from({ length: 150_000 }, (_, index) => (index * index) % 251));
const packed: [Compression, Uint8Array][] = [
  ['none', content],
  ['gzip', gzipSync(content)],
  ['xz', xzOf(content)],
  ['zstd', zstd.compress(content, 3)],
];

const unpack = (compression: Compression, source: ByteSource): Promise<Uint8Array> =>
  collect(nodeDecompress(compression, source, 'data'), 1e6, 'data');

test('unpacks each format, however it is cut into chunks', async () => {
  for (const [compression, bytes] of packed) {
    for (const size of [1000, 65_536, 1e6]) {
      expect(Buffer.compare(await unpack(compression, chunked(bytes, size)), content)).toBe(0);
    }
    expect(detectCompression(bytes)).toBe(compression);
  }
});

test('tells data that ends early or is not such data', async () => {
  for (const [compression, bytes] of packed.slice(1)) {
    for (const length of [0, 1, 10, bytes.length >> 1, bytes.length - 1]) {
      const code = await failureOf(() => unpack(compression, chunked(bytes.subarray(0, length), 777)));
      expect([compression, length, code]).toEqual([compression, length, 'corrupt']);
    }
    expect(await failureOf(() => unpack(compression, sourceOf(Buffer.from('no such data'))))).toBe('corrupt');
  }
});

test("lets a source's own failure through", async () => {
  for (const [compression, bytes] of packed) {
    async function* failing(): AsyncGenerator<Uint8Array, void, void> {
      yield await Promise.resolve(bytes.subarray(0, 1000));
      throw new AppError({ code: 'network', doing: 'download', because: 'the connection broke' });
    }
    expect(await failureOf(() => unpack(compression, failing()))).toBe('network');
  }
});

test('works on after a reader has stopped early, and lets go of the source', async () => {
  for (const [compression, bytes] of packed.slice(0, 3)) {
    let closed = 0;
    async function* source(): AsyncGenerator<Uint8Array, void, void> {
      try {
        yield* chunked(bytes, 5000);
      } finally {
        closed++;
      }
    }
    for (let round = 0; round < 3; round++) {
      for await (const chunk of nodeDecompress(compression, source(), 'data')) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
    }
    expect([compression, closed]).toEqual([compression, 3]);
    expect(Buffer.compare(await unpack(compression, chunked(bytes, 5000)), content)).toBe(0);
  }
});

test('unpacks several xz streams side by side', async () => {
  const all = await Promise.all([1, 2, 3].map(() => unpack('xz', chunked(xzOf(content), 3000))));
  for (const bytes of all) expect(Buffer.compare(bytes, content)).toBe(0);
});

test('unpacks zstd where Node has none, and believes no size that cannot be', async () => {
  const bytes = zstd.compress(content, 3);
  expect(zstdContentSize(bytes)).toBe(content.length);
  expect(Buffer.compare(await collect(zstdWithoutNode(chunked(bytes, 999)), 1e6, 'data'), content)).toBe(0);
  const boastful = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0]);
  expect(zstdContentSize(boastful)).toBe(2 ** 40);
  expect(await failureOf(() => collect(zstdWithoutNode(sourceOf(boastful)), 1e6, 'data'))).toBe('corrupt');
});

test('ends all damaged data with nothing worse than "corrupt"', async () => {
  const small = content.subarray(0, 500);
  const formats: [Compression, Uint8Array][] = [
    ['gzip', gzipSync(small)],
    ['xz', xzOf(small)],
    ['zstd', zstd.compress(small, 3)],
  ];
  for (const [compression, bytes] of formats) {
    const property = fc.asyncProperty(damaged(bytes), async (wrong) => {
      expect(['none', 'corrupt']).toContain(await failureOf(() => unpack(compression, chunked(wrong, 100))));
    });
    await fc.assert(property, { seed: 20261122, numRuns: 100 });
  }
});
