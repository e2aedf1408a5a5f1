import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { sourceOf } from './formats/byte-source.ts';
import type { ImageDocument } from './image.ts';
import { ImageStore } from './image-store.ts';
import { failureOf } from './testing/hostile.ts';
import { MemoryStorage } from './testing/memory-storage.ts';

let storage: MemoryStorage;
let store: ImageStore;

beforeEach(() => {
  storage = new MemoryStorage();
  let names = 0;
  const sha256 = (): { update: (bytes: Uint8Array) => void; digest: () => string } => {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
  };
  store = new ImageStore({ images: storage, sha256, uniqueName: () => String(names++) });
});

async function make(name: string, disk = false): Promise<ImageDocument> {
  const draft = store.begin();
  const document: ImageDocument = {
    version: 2,
    name,
    title: 'Test',
    contents: 'Debian 13.7',
    createdAt: 5,
    origin: 'built',
    boot: {
      kind: 'files',
      kernel: await draft.write('kernel', sourceOf(Buffer.from('the '), Buffer.from('kernel'))),
      initrd: await draft.write('initrd', sourceOf(Buffer.from('files'))),
      commandLine: 'console=hvc0',
    },
    disk: disk
      ? { ...(await draft.write('disk.qcow2', sourceOf(Buffer.from('disk')))), virtualBytes: 4096, format: 'qcow2' }
      : null,
    generalize: false,
    packages: [],
    defaults: { processors: 1, memoryBytes: 1 },
    minimumMemoryBytes: 1,
  };
  await draft.publish(document);
  return document;
}

test('lists what was published, with paths and sizes', async () => {
  const document = await make('b');
  await make('a');
  const records = await store.list();
  expect(records.map((record) => record.document.name)).toEqual(['a', 'b']);
  expect(records[1]).toEqual({
    document,
    kernelPath: '/memory/b/kernel',
    initrdPath: '/memory/b/initrd',
    diskPath: null,
    sizeBytes: 15,
  });
  const sha256 = createHash('sha256').update('the kernel').digest('hex');
  expect(document.boot).toMatchObject({ kernel: { sha256 } });
});

test('knows an image by its disk too, and is without it where the disk is not whole', async () => {
  await make('a', true);
  expect(await store.get('a')).toMatchObject({ diskPath: '/memory/a/disk.qcow2', sizeBytes: 19 });
  await (await storage.create('a/disk.qcow2')).finish();
  expect(await failureOf(() => store.get('a'))).toBe('corrupt');
});

test('reads a description that was written before images had disks', async () => {
  const { disk: _, ...older } = await make('a');
  const sink = await storage.create('a/image.json');
  await sink.write(Buffer.from(JSON.stringify({ ...older, version: 1 })));
  await sink.finish();
  expect(await store.get('a')).toMatchObject({ document: { version: 1, disk: null }, diskPath: null });
});

test('shows nothing of an image that is not published', async () => {
  const draft = store.begin();
  await draft.write('kernel', sourceOf(Buffer.from('x')));
  expect(await store.list()).toEqual([]);
  await draft.abandon();
  expect([...storage.files.keys()]).toEqual([]);
});

test('sweeps what was neither published nor given up, and keeps the images', async () => {
  await make('a');
  await store.begin().write('kernel', sourceOf(Buffer.from('x')));
  await store.sweep();
  expect(await storage.list('')).toEqual(['a']);
});

test('leaves damaged images out of the list and says what is wrong with one that is asked for', async () => {
  for (const name of ['no-json', 'other-version', 'other-name', 'no-kernel', 'short']) await make(name);
  const put = (path: string, text: string): unknown =>
    storage.files.set(path, { bytes: Buffer.from(text), modifiedAt: 0 });
  put('no-json/image.json', '{"version": 1');
  put('other-version/image.json', JSON.stringify({ ...(await store.get('other-version')).document, version: 3 }));
  put('other-name/image.json', JSON.stringify((await make('good')) satisfies ImageDocument));
  storage.files.delete('no-kernel/kernel');
  put('short/initrd', 'file');
  put('stray', 'not a folder');
  expect((await store.list()).map((record) => record.document.name)).toEqual(['good']);
  for (const name of ['no-json', 'other-version', 'other-name', 'no-kernel', 'short']) {
    expect([name, await failureOf(() => store.get(name))]).toEqual([name, 'corrupt']);
  }
  expect(await failureOf(() => store.get('none'))).toBe('not-found');
});

test('takes no document that points out of its folder', async () => {
  const document = await make('a');
  const boot = { ...document.boot, kernel: { file: '../../etc/passwd', sizeBytes: 1, sha256: '0'.repeat(64) } };
  storage.files.set('a/image.json', { bytes: Buffer.from(JSON.stringify({ ...document, boot })), modifiedAt: 0 });
  storage.files.set('a/../../etc/passwd', storage.files.get('a/kernel')!);
  expect(await failureOf(() => store.get('a'))).toBe('corrupt');
});

test('removes an image, a damaged one too, and nothing else', async () => {
  await make('a');
  await make('b');
  storage.files.delete('a/kernel');
  await store.remove('a');
  expect(await storage.list('')).toEqual(['b']);
  for (const name of ['a', '..', 'b/kernel', '']) expect(await failureOf(() => store.remove(name))).toBe('not-found');
  expect(await storage.list('')).toEqual(['b']);
});
