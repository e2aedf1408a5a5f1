import { createHash, randomUUID } from 'node:crypto';
import * as openpgp from 'openpgp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { AppError } from '../../../src-core/base/errors.ts';
import type { ArchiveSettings } from '../../../src-core/images/debian/archive.ts';
import { ImageRoom } from '../../../src-core/images/image-room.ts';
import type { BuildProgress, ImageRecord } from '../../../src-core/images/image.ts';
import { MemoryStorage } from '../../../src-core/images/testing/memory-storage.ts';
import type { Workshop } from '../../../src-core/images/workshop.ts';
import { nodeDecompress } from './node-decompress.ts';
import { NodeFetcher } from './node-fetcher.ts';
import { verifyClearSigned } from './openpgp-verify.ts';
import { makeArchive, type TestArchive } from './testing/debian-mirror.ts';
import { LoopbackServer } from './testing/loopback-server.ts';

const NAME = 'debian-13-tiny';

let pristine: TestArchive;
let server: LoopbackServer;
let fetcher: NodeFetcher;
let archive: TestArchive;
let images: MemoryStorage;
let cache: MemoryStorage;
let settings: Omit<ArchiveSettings, 'suite' | 'component' | 'architecture'>;
let progress: BuildProgress[];
let abort: AbortController;
let onProgress: (step: BuildProgress) => void;

beforeAll(async () => {
  pristine = await makeArchive();
  server = await LoopbackServer.start((request, response) => {
    const file = archive.files.get(decodeURI(request.url ?? '').replace(/^\/debian\//, ''));
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': file.length }).end(file);
  });
  fetcher = new NodeFetcher(() => Promise.resolve({ http: undefined, https: undefined }), 2000);
});
afterAll(async () => {
  await fetcher.close();
  await server.stop();
});

beforeEach(() => {
  archive = { ...pristine, files: new Map(pristine.files) };
  images = new MemoryStorage();
  cache = new MemoryStorage();
  settings = {
    mirrors: [`${server.url}/debian`],
    trusted: [pristine.fingerprint],
    keyrings: [pristine.key.toPublic().write()],
    knownIndexes: [],
    checks: { date: true, validUntil: true },
  };
  progress = [];
  onProgress = () => undefined;
  abort = new AbortController();
});
afterEach(() => {
  expect([images.openSinks, cache.openSinks]).toEqual([0, 0]);
});

function room(changes: Partial<Workshop> = {}): ImageRoom {
  const workshop: Workshop = {
    images,
    cache,
    fetcher,
    decompress: nodeDecompress,
    verifyClearSigned,
    sha256: () => {
      const hash = createHash('sha256');
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
    },
    md5: () => {
      throw new Error('nothing here has configuration files');
    },
    builder: { run: () => Promise.reject(new Error('nothing here needs a machine')) },
    now: Date.now,
    uniqueName: randomUUID,
    ...changes,
  };
  return new ImageRoom(workshop, {
    archive: () => Promise.resolve(settings),
    agentSource: () => Promise.resolve('print("agent")'),
  });
}

function build(changes: Partial<Workshop> = {}): Promise<ImageRecord> {
  return room(changes).build(NAME, {
    signal: abort.signal,
    progress: (step) => {
      progress.push(step);
      onProgress(step);
    },
  });
}

/** Its failure, after having made sure that no trace of an image or of a download is left. */
async function failure(changes: Partial<Workshop> = {}): Promise<AppError> {
  const error = await build(changes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect([...images.files.keys()]).toEqual([]);
  expect([...cache.files.keys()].filter((path) => !path.startsWith('sha256/'))).toEqual([]);
  if (error instanceof AppError) return error;
  throw new Error('it ended otherwise', { cause: error });
}

test('builds an image out of verified packages and describes it', async () => {
  const record = await build();
  expect(record.document).toMatchObject({
    name: NAME,
    contents: 'Debian 13.7, Linux 6.12.1, BusyBox 1.37.0, QuickJS 2025.04.26',
    boot: { kernel: { file: 'kernel', sizeBytes: 50_000 }, initrd: { file: 'initrd' } },
  });
  expect(record.document.packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
    'linux-image-6.12.1+deb13-riscv64 6.12.1-1',
    'busybox-static 1:1.37.0-6+b9',
    'quickjs 2025.04.26-1',
    'bsdutils 1:2.41-5',
    'base-files 13.8',
    'libc6 2.41-12',
  ]);
  expect([...images.files.keys()].sort()).toEqual([`${NAME}/image.json`, `${NAME}/initrd`, `${NAME}/kernel`]);
  const initrd = Buffer.from(images.files.get(`${NAME}/initrd`)!.bytes).toString('latin1');
  for (const part of [
    'print("agent")',
    'usr/lib/riscv64-linux-gnu/libm.so.6',
    'kernel/fs/ext4/ext4.ko.xz',
    'kernel/net/core/failover.ko\0',
  ]) {
    expect(initrd).toContain(part);
  }
  expect(initrd).not.toContain('libnsl');
});

test('tells its phases in order, each going from nothing to all', async () => {
  await build();
  const phases = progress.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
  expect(phases).toEqual([
    'Downloading the list of packages',
    'Reading the list of packages',
    'Downloading linux-image-6.12.1+deb13-riscv64',
    'Unpacking the kernel',
    'Downloading busybox-static',
    'Downloading quickjs',
    'Downloading bsdutils',
    'Downloading libc6',
    'Downloading base-files',
    'Assembling the image',
    'Writing the image',
  ]);
  for (const { fraction } of progress) expect(fraction === null || (fraction >= 0 && fraction <= 1)).toBe(true);
});

test('gives the same bytes again, and does not build what is there', async () => {
  await build();
  const first = new Map(images.files);
  const requests = server.requests.length;
  await build();
  expect(server.requests.length).toBe(requests);
  images = new MemoryStorage();
  cache = new MemoryStorage();
  await build();
  for (const file of ['kernel', 'initrd']) {
    const path = `${NAME}/${file}`;
    expect(Buffer.compare(images.files.get(path)!.bytes, first.get(path)!.bytes)).toBe(0);
  }
});

test('takes everything but the release from the cache when it is there', async () => {
  await build();
  const before = server.requests.length;
  images = new MemoryStorage();
  await build();
  expect(server.requests.slice(before)).toEqual(['/debian/dists/trixie/InRelease']);
});

test('obtains the certificate from the archive when this computer has none, and trusts it by its fingerprint', async () => {
  settings = { ...settings, keyrings: [] };
  await build();
  images = new MemoryStorage();
  settings = { ...settings, trusted: ['0'.repeat(40)] };
  const error = await failure();
  expect([error.code, error.message]).toEqual([
    'corrupt',
    `Failed to build image ${NAME}: the archive's release file is damaged: none of the certificates that may sign it is at hand`,
  ]);
});

test('does not trust a release that is signed by another key, with or without a keyring here', async () => {
  const { privateKey: signer } = await openpgp.generateKey({
    type: 'curve25519',
    userIDs: [{ name: 'x' }],
    format: 'object',
  });
  archive = await makeArchive({ signer });
  settings = { ...settings, trusted: [archive.fingerprint], keyrings: [archive.key.toPublic().write()] };
  expect((await failure()).code).toBe('corrupt');
  settings = { ...settings, keyrings: [] };
  expect((await failure()).code).toBe('corrupt');
});

test('refuses a release that was changed, is none, or is of another suite or time', async () => {
  const path = 'dists/trixie/InRelease';
  const good = Buffer.from(archive.files.get(path)!).toString();
  for (const bad of [good.replace('13.7', '13.8'), '<html>log in first</html>', good.slice(0, 300), '']) {
    archive.files.set(path, Buffer.from(bad));
    expect((await failure()).code).toBe('corrupt');
  }
  const day = 24 * 3600 * 1000;
  const utc = (time: number): string => new Date(time).toUTCString().replace('GMT', 'UTC');
  const releases: [string, string][] = [
    ['Codename: sid', 'it is of "sid", not of "trixie"'],
    [`Valid-Until: ${utc(Date.now() - day)}`, 'it was valid until'],
    [`Date: ${utc(Date.now() + 3 * day)}`, 'in the future'],
    ['Date: tomorrow', 'a date is wrong'],
  ];
  for (const [line, because] of releases) {
    const other = await makeArchive({ release: [line] });
    archive = other;
    settings = { ...settings, trusted: [other.fingerprint], keyrings: [] };
    expect((await failure()).because).toContain(because);
  }
});

test('refuses an index and packages that are not the listed ones', async () => {
  const paths = [...archive.files.keys()].filter((path) => /by-hash|busybox|linux-image-6/.test(path));
  expect(paths).toHaveLength(3);
  for (const path of paths) {
    const good = archive.files.get(path)!;
    const changed = Uint8Array.from(good);
    changed[good.length >> 1]! ^= 1;
    for (const bad of [changed, good.subarray(0, good.length >> 1), Buffer.concat([good, good])]) {
      archive.files.set(path, bad);
      cache = new MemoryStorage();
      expect([path, (await failure()).code]).toEqual([path, 'corrupt']);
    }
    archive.files.set(path, good);
  }
});

test('builds from the index of before while a mirror has a new release and not its index, if that was checked here or by us', async () => {
  await build();
  const [byHash = ''] = [...pristine.files.keys()].filter((path) => path.includes('by-hash'));
  const index = byHash.replace(/by-hash.*/, 'Packages.xz');
  archive = await makeArchive({ packages: { 'a-new-one': { version: '1', entries: [] } } });
  settings = { ...settings, trusted: [archive.fingerprint], keyrings: [archive.key.toPublic().write()] };
  for (const path of archive.files.keys()) if (path.includes('by-hash')) archive.files.delete(path);
  archive.files.set(index, pristine.files.get(byHash)!);
  images = new MemoryStorage();
  await build();
  images = new MemoryStorage();
  cache = new MemoryStorage();
  expect((await failure()).code).toBe('not-found');
  for (const [path, bytes] of pristine.files) if (path.startsWith('pool/')) archive.files.set(path, bytes);
  const bytes = pristine.files.get(byHash)!;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  settings = { ...settings, knownIndexes: [{ sha256, sizeBytes: bytes.length }] };
  await build();
});

test('says what is missing on a mirror', async () => {
  archive.files.delete('pool/main/quickjs.deb');
  expect((await failure()).code).toBe('not-found');
  archive.files.clear();
  expect((await failure()).code).toBe('not-found');
  settings = { ...settings, mirrors: ['http://127.0.0.1:9/debian'] };
  const error = await failure();
  expect([error.code, error.because, error.hint]).toEqual([
    'network',
    'the server does not answer (127.0.0.1:9)',
    'Check the network connection, or choose another mirror in the settings.',
  ]);
});

test('goes on to the next mirror when one does not know the suite', async () => {
  settings = {
    ...settings,
    mirrors: ['http://127.0.0.1:9/debian', `${server.url}/elsewhere/debian`, ...settings.mirrors],
  };
  await build();
});

test('leaves no image when a disk is full at any moment, and works on when there is room', async () => {
  const written = (storage: MemoryStorage): number =>
    [...storage.files.values()].reduce((sum, file) => sum + file.bytes.length, 0);
  await build();
  const sizes = { images: written(images), cache: written(cache) };
  images = new MemoryStorage();
  for (let tenth = 0; tenth < 10; tenth++) {
    images.room = (sizes.images * tenth) / 10;
    expect((await failure()).code).toBe('disk-full');
  }
  cache = new MemoryStorage();
  for (let tenth = 0; tenth < 10; tenth++) {
    cache.room = sizes.cache / 10 / 2;
    expect((await failure()).code).toBe('disk-full');
  }
  images.room = Infinity;
  cache.room = Infinity;
  await build();
});

test('can be cancelled at every step and leaves no image', async () => {
  await build();
  const steps = progress.length;
  for (let step = 0; step < steps; step++) {
    images = new MemoryStorage();
    cache = new MemoryStorage();
    progress = [];
    abort = new AbortController();
    onProgress = () => progress.length === step + 1 && abort.abort();
    const error = await failure();
    expect([step, error.code, error.message]).toEqual([
      step,
      'cancelled',
      `Failed to build image ${NAME}: it was cancelled`,
    ]);
  }
});

test('knows only the images of its catalogue', async () => {
  const rooms = room();
  expect(rooms.catalog().map((card) => card.name)).toEqual([NAME, 'debian-13']);
  await expect(rooms.build('windows', { signal: abort.signal, progress: () => undefined })).rejects.toMatchObject({
    code: 'not-found',
  });
  await rooms.build(NAME, { signal: abort.signal, progress: () => undefined });
  expect((await rooms.list()).map((record) => record.document.name)).toEqual([NAME]);
  await rooms.remove(NAME);
  expect(await rooms.list()).toEqual([]);
});

test('sweeps what a killed build left', async () => {
  images.files.set('.unfinished-1/kernel', { bytes: Buffer.from('x'), modifiedAt: 0 });
  cache.files.set('parts/1', { bytes: Buffer.from('x'), modifiedAt: 0 });
  await room().sweep();
  expect([...images.files.keys(), ...cache.files.keys()]).toEqual([]);
});
