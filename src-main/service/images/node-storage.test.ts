import { mkdtemp, open as openFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { failureOf } from '../../../src-core/images/testing/hostile.ts';
import { describeStorage } from '../../../src-core/images/testing/storage.suite.ts';
import { defaultCacheDirectory } from '../os/cache-directory.ts';
import { NodeFileSink, NodeStorage } from './node-storage.ts';

const root = await mkdtemp(join(tmpdir(), 'innkeeper-storage-'));
afterAll(() => rm(root, { recursive: true }));

let count = 0;
const open = (): Promise<NodeStorage> => Promise.resolve(new NodeStorage(join(root, String(count++))));

describeStorage(open);

test('never leaves its folder', async () => {
  const storage = await open();
  expect(() => storage.absolute('../other')).toThrow('stays in its folder');
  expect(() => storage.absolute('/etc/passwd')).toThrow('stays in its folder');
});

test('does not write over a file that somebody else is writing', async () => {
  const storage = await open();
  const sink = await storage.create('x');
  expect(await failureOf(() => storage.create('x'))).toBe('unavailable');
  await sink.finish();
});

test.runIf(process.platform === 'linux')('tells a full disk as what it is', async () => {
  // A device that is always full stands in for the disk.
  const sink = new NodeFileSink(await openFile('/dev/full', 'w'), 'full');
  expect(await failureOf(() => sink.write(Buffer.from('x')))).toBe('disk-full');
  await sink.abandon();
});

test('keeps downloads where caches are kept, or where it is told to', () => {
  expect(defaultCacheDirectory({ INNKEEPER_CACHE: '/c' }, '/home/u')).toBe('/c');
  if (process.platform === 'linux') {
    expect(defaultCacheDirectory({ XDG_CACHE_HOME: '/x' }, '/home/u')).toBe('/x/innkeeper');
    expect(defaultCacheDirectory({}, '/home/u')).toBe('/home/u/.cache/innkeeper');
  }
});

test('reads nothing of a file that is a folder', async () => {
  const storage = await open();
  await storage.makeFolder('folder');
  await writeFile(storage.absolute('folder/x'), 'x');
  expect(await readdir(storage.absolute('folder'))).toEqual(['x']);
  expect(
    await failureOf(async () => {
      for await (const chunk of storage.read('folder')) expect(chunk).toBeUndefined();
    }),
  ).toBe('unavailable');
});
