import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TransferWork } from '../../../src-core/containers/oci/container-images.ts';
import type { Descriptor } from '../../../src-core/containers/oci/manifest.ts';
import { OCI_CONFIG, OCI_LAYER, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../../src-core/containers/oci/media-types.ts';
import { configOf } from '../../../src-core/containers/oci/testing/fake-registry.ts';
import { digestOf, tarOf } from '../../../src-core/containers/oci/testing/image-bench.ts';
import { NodeHttpClient } from './oci-http.ts';
import { openContainerImages } from './open-container-images.ts';
import { ServedRegistry, type Trick } from './testing/served-registry.ts';

/** What a registry can do to sockets, the disk and memory. What it may say that is not so is in the unit tests of `pull`. */

const MIB = 1024 * 1024;
const WORK: TransferWork = { signal: new AbortController().signal, progress: () => undefined };
/** What no kind of body may take; one of them is a gigabyte or more. */
const MOST_MEMORY_BYTES = 200 * MIB;
/** What is on the way between two processes. */
const ON_THE_WAY_BYTES = 16 * MIB;

let folder: string;
let registry: ServedRegistry;
let images: ReturnType<typeof openContainerImages>;
const elsewhere: ServedRegistry[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-lies-'));
  registry = await ServedRegistry.start();
  images = openContainerImages({ dataDirectory: folder });
  await images.open();
});

afterEach(async () => {
  await images.close();
  for (const each of [registry, ...elsewhere.splice(0)]) await each.stop();
  await rm(folder, { recursive: true });
});

const pull = (name = 'web:1') => images.pull(`${registry.address}/${name}`, WORK);
/** Only what stands for the path is tricked. */
const at =
  (part: string, trick: (...from: Parameters<Trick>) => unknown): Trick =>
  (request, response) => {
    if (!request.url?.includes(part) || request.method !== 'GET') return false;
    trick(request, response);
    return true;
  };

async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** An image of one layer. @param diffId what its configuration says */
function offer(packed: Uint8Array, diffId: string, mediaType = OCI_LAYER_GZIP): Descriptor {
  const layer = registry.content.put(packed, mediaType);
  const config = registry.content.put(JSON.stringify(configOf([diffId])), OCI_CONFIG);
  registry.content.manifest('web:1', config, [layer]);
  return layer;
}

async function* endless(): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(64 * 1024).fill(65);
  for (;;) yield await Promise.resolve(piece);
}

/** @returns how much more memory there was at most than before */
async function memoryOf(work: () => Promise<unknown>): Promise<number> {
  const now = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = now();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, now())), 5);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return most - before;
}

describe('of a registry that wants to fill this computer', () => {
  const bombs: [string, () => void, string, number][] = [
    [
      'a layer of gigabytes of zeros in gzip',
      // gzip's members follow one another.
      () => {
        const part = gzipSync(new Uint8Array(16 * MIB));
        offer(Buffer.concat(Array.from({ length: 128 }, () => part)), digestOf('x'));
      },
      'which no layer does',
      3 * MIB,
    ],
    [
      'a layer of half a gigabyte of zeros in zstd',
      () => void offer(zstdCompressSync(new Uint8Array(512 * MIB)), digestOf('x'), `${OCI_LAYER}+zstd`),
      'which no layer does',
      MIB,
    ],
    [
      'a manifest of 100 MB',
      () => {
        registry.trick = at('/manifests/', (_, response) => {
          response.writeHead(200, { 'content-type': OCI_MANIFEST, 'content-length': 100_000_000 });
          void registry.send(response, endless());
        });
      },
      'is larger than 4194304 bytes',
      0,
    ],
    [
      'a manifest without end',
      () => {
        registry.trick = at('/manifests/', (_, response) => {
          response.writeHead(200, { 'content-type': OCI_MANIFEST });
          void registry.send(response, endless());
        });
      },
      'is larger than 4194304 bytes',
      4 * MIB,
    ],
    [
      'a layer without end',
      () => {
        const { digest } = offer(randomBytes(MIB), digestOf('x'));
        registry.trick = at(digest, (_, response) => void registry.send(response, endless()));
      },
      'were announced',
      MIB,
    ],
    [
      'a page of errors without end',
      () => {
        registry.trick = at('/manifests/', (_, response) => {
          response.writeHead(418);
          void registry.send(response, endless());
        });
      },
      'answered 418',
      MIB,
    ],
    [
      'headers without end',
      () => {
        registry.trick = at('/manifests/', (_, response) => {
          response.writeHead(200, { 'x-long': 'x'.repeat(MIB) });
          response.end('{}');
        });
      },
      '127.0.0.1:',
      MIB,
    ],
  ];

  test.each(bombs)('%s is refused, without its bytes in memory or on the disk', async (_, prepare, words, wanted) => {
    const before = await files();
    prepare();
    const taken = await memoryOf(async () => {
      const failure = await pull().catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'AppError' });
      expect(String(failure)).toContain(words);
    });
    expect(taken).toBeLessThan(MOST_MEMORY_BYTES);
    expect(registry.sentBytes).toBeLessThan(wanted + ON_THE_WAY_BYTES);
    expect(await files()).toEqual(before);
  });
});

describe('a connection', () => {
  const archive = tarOf({ noise: randomBytes(3 * MIB).toString('latin1') });
  const packed = gzipSync(archive);

  test('that breaks is gone on with where it was, and what was whole moves once', async () => {
    const { digest } = offer(packed, digestOf(archive));
    registry.trick = at(digest, (request, response) => {
      const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
      const start = Number(from ?? 0);
      const left = packed.subarray(start);
      const range = `bytes ${start}-${packed.length - 1}/${packed.length}`;
      response.writeHead(from === undefined ? 200 : 206, {
        'content-length': left.length,
        ...(from === undefined ? {} : { 'content-range': range }),
      });
      const part = left.subarray(0, packed.length / 5);
      registry.sentBytes += part.length;
      response.write(part, () => setTimeout(() => response.destroy(), 50));
    });
    await expect(pull()).rejects.toMatchObject({ code: 'network' });
    const ranges = registry.requests.map(({ headers }) => headers.range).filter((range) => range !== undefined);
    expect(ranges).toHaveLength(2);
    registry.trick = () => false;
    const image = await pull();
    expect(image.layers.map(({ diffId }) => diffId)).toEqual([digestOf(archive)]);
    const others = [...registry.content.blobs.values(), ...registry.content.manifests.values()].length * 4096;
    expect(registry.sentBytes).toBeLessThan(packed.length + others);
    registry.sentBytes = 0;
    await pull();
    expect(registry.sentBytes).toBeLessThan(others);
  });

  test('on which nothing is said is given up, at its beginning and in its middle', async () => {
    const http = new NodeHttpClient(200);
    const request = {
      ...{ method: 'GET' as const, url: `http://${registry.address}/x`, headers: {} },
      signal: new AbortController().signal,
    };
    try {
      registry.trick = () => true;
      await expect(http.exchange(request)).rejects.toMatchObject({ name: 'AppError', code: 'network' });
      registry.trick = (_, response) => response.write('begun');
      const { body } = await http.exchange(request);
      const reading = (async () => {
        for await (const piece of body) expect(Buffer.from(piece).toString()).toBe('begun');
      })();
      await expect(reading).rejects.toMatchObject({ name: 'AppError', code: 'network' });
    } finally {
      await http.close();
    }
  });
});

test('a password goes to its registry alone, not where that leads', async () => {
  const other = await ServedRegistry.start();
  elsewhere.push(other);
  const archive = tarOf({ a: '1' });
  const { digest } = offer(gzipSync(archive), digestOf(archive));
  const isKnown = `Basic ${btoa('me:secret')}`;
  registry.trick = (request, response) => {
    if (request.headers.authorization !== isKnown) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' });
    else if (request.url?.includes(digest)) response.writeHead(307, { location: `http://${other.address}/blob` });
    else return false;
    response.end();
    return true;
  };
  other.trick = (_, response) => Boolean(response.end(gzipSync(archive)));
  await expect(images.login(registry.address, 'me', 'wrong')).rejects.toMatchObject({ code: 'denied' });
  await images.login(registry.address, 'me', 'secret');
  await pull();
  expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});
