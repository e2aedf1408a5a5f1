import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { AppError } from '../base/errors.ts';
import { DownloadCache, type Wanted } from './download-cache.ts';
import type { ByteSource } from './formats/byte-source.ts';
import { collect } from './formats/byte-source.ts';
import type { BuildProgress } from './image.ts';
import { chunked, failureOf } from './testing/hostile.ts';
import { MemoryStorage } from './testing/memory-storage.ts';
import { describeStorage } from './testing/storage.suite.ts';

const content = Buffer.from('package '.repeat(1000));
const wanted: Wanted = {
  sha256: createHash('sha256').update(content).digest('hex'),
  sizeBytes: content.length,
  url: 'http://mirror.example/debian/pool/x.deb',
  label: 'x',
};

let storage: MemoryStorage;
let fetched: string[];
let serve: () => { sizeBytes: number | undefined; body: ByteSource };
let progress: BuildProgress[];
let abort: AbortController;
let cache: DownloadCache;

beforeEach(() => {
  storage = new MemoryStorage();
  fetched = [];
  progress = [];
  abort = new AbortController();
  serve = () => ({ sizeBytes: content.length, body: chunked(content, 1000) });
  let names = 0;
  cache = new DownloadCache({
    cache: storage,
    fetcher: {
      open: (url) => {
        fetched.push(url);
        return Promise.resolve(serve());
      },
    },
    sha256: () => {
      const hash = createHash('sha256');
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
    },
    now: () => storage.now,
    uniqueName: () => `part-${names++}`,
  });
});

const get = (): Promise<string> =>
  cache.get(wanted, { signal: abort.signal, progress: (step) => void progress.push(step) });
const nothingIsLeft = (): void => {
  expect([...storage.files.keys()]).toEqual([]);
  expect(storage.openSinks).toBe(0);
};

describeStorage(() => Promise.resolve(new MemoryStorage()));

test('downloads a file once and then takes it from the cache', async () => {
  const path = await get();
  expect(Buffer.compare(await collect(cache.open(path), 10_000, 'x'), content)).toBe(0);
  expect(await get()).toBe(path);
  expect(fetched).toEqual([wanted.url]);
  expect(progress.at(0)).toEqual({ phase: 'Downloading x', fraction: 0 });
  expect(progress.findLast(({ phase }) => phase === 'Downloading x')).toHaveProperty('fraction', 1);
  expect(progress.at(-1)).toEqual({ phase: 'Verifying x', fraction: 1 });
});

test('fetches anew what was damaged in the cache, whether its size still fits or not', async () => {
  const path = await get();
  for (const damage of [Uint8Array.from(content).fill(0, 5, 6), content.subarray(0, 10), Buffer.alloc(0)]) {
    storage.files.set(path, { bytes: Uint8Array.from(damage), modifiedAt: 0 });
    await get();
    expect(Buffer.compare(storage.files.get(path)!.bytes, content)).toBe(0);
  }
  expect(fetched).toHaveLength(4);
});

test('takes no file of another hash or size, and leaves nothing of it', async () => {
  const wrong = [
    Uint8Array.from(content).fill(0, 100, 101),
    Buffer.concat([content, Buffer.from('x')]),
    Buffer.alloc(content.length * 100),
  ];
  for (const bytes of wrong) {
    for (const sizeBytes of [undefined, content.length, bytes.length]) {
      serve = () => ({ sizeBytes, body: chunked(bytes, 999) });
      expect(await failureOf(get)).toBe('corrupt');
      nothingIsLeft();
    }
  }
  expect(fetched).toHaveLength(wrong.length * 3);
});

test('stops reading a server that never ends', async () => {
  let sent = 0;
  async function* endless(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      sent += 1000;
      yield await Promise.resolve(Buffer.alloc(1000));
    }
  }
  serve = () => ({ sizeBytes: undefined, body: endless() });
  expect(await failureOf(get)).toBe('corrupt');
  expect(sent).toBeLessThanOrEqual(content.length + 2000);
  nothingIsLeft();
});

test('tries again after a broken connection, three times in all', async () => {
  const whole = serve;
  serve = () =>
    fetched.length < 3 ? { sizeBytes: undefined, body: chunked(content.subarray(0, 2500), 1000) } : whole();
  await get();
  expect(fetched).toHaveLength(3);
  await storage.remove('sha256');
  serve = () => ({ sizeBytes: undefined, body: chunked(content.subarray(0, 2500), 1000) });
  expect(await failureOf(get)).toBe('network');
  expect(fetched).toHaveLength(6);
  nothingIsLeft();
});

test('leaves nothing when the disk is full', async () => {
  for (const room of [0, 1500, content.length - 1]) {
    storage.room = room;
    expect(await failureOf(get)).toBe('disk-full');
    nothingIsLeft();
  }
});

test('can be cancelled at every chunk and leaves nothing', async () => {
  for (let at = 0; at <= content.length / 1000; at++) {
    abort = new AbortController();
    serve = () => ({
      sizeBytes: undefined,
      body: (async function* () {
        let count = 0;
        for await (const chunk of chunked(content, 1000)) {
          if (count++ === at) abort.abort();
          yield chunk;
        }
        abort.abort();
      })(),
    });
    expect(await failureOf(get)).toBe('cancelled');
    nothingIsLeft();
  }
});

test('does not try again after a cancelled connection', async () => {
  serve = () => {
    abort.abort();
    throw new AppError({ code: 'network', doing: 'download', because: 'the connection broke' });
  };
  expect(await failureOf(get)).toBe('cancelled');
  expect(fetched).toHaveLength(1);
});

test('sweeps parts that nobody writes any more, and no others', async () => {
  const hour = 3600 * 1000;
  storage.now = 10 * hour;
  storage.files.set('parts/old', { bytes: content, modifiedAt: 8 * hour });
  storage.files.set('parts/young', { bytes: content, modifiedAt: 9.5 * hour });
  storage.files.set('sha256/abc', { bytes: content, modifiedAt: 0 });
  await cache.sweep();
  expect([...storage.files.keys()]).toEqual(['parts/young', 'sha256/abc']);
});
