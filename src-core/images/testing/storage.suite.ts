import { expect, test } from 'vitest';
import { failureOf } from './hostile.ts';
import { collect, type ByteSource } from '../formats/byte-source.ts';
import type { Storage } from '../storage.ts';

/** What every storage must do. @param open gives an empty one */
export function describeStorage(open: () => Promise<Storage>): void {
  const write = async (storage: Storage, path: string, text: string): Promise<void> => {
    const sink = await storage.create(path);
    await sink.write(Buffer.from(text));
    await sink.finish();
  };
  const textOf = async (source: ByteSource): Promise<string> =>
    new TextDecoder().decode(await collect(source, 1_000_000, 'file'));

  test('gives back what was written, in folders that it makes itself', async () => {
    const storage = await open();
    await write(storage, 'a/b/c', 'text');
    expect(await textOf(storage.read('a/b/c'))).toBe('text');
    expect((await storage.stat('a/b/c'))?.sizeBytes).toBe(4);
    expect(await storage.list('')).toEqual(['a']);
    expect(await storage.list('a/b')).toEqual(['c']);
  });

  test('has nothing where nothing was written', async () => {
    const storage = await open();
    expect(await storage.list('')).toEqual([]);
    expect(await storage.list('none')).toEqual([]);
    expect(await storage.stat('none/x')).toBeUndefined();
    expect(await failureOf(() => textOf(storage.read('none')))).toBe('not-found');
    await storage.remove('none');
  });

  test('renames files over others, and whole folders', async () => {
    const storage = await open();
    await write(storage, 'parts/1', 'new');
    await write(storage, 'files/x', 'old');
    await storage.rename('parts/1', 'files/x');
    expect(await textOf(storage.read('files/x'))).toBe('new');
    expect(await storage.list('parts')).toEqual([]);
    await storage.rename('files', 'moved');
    expect(await storage.list('')).not.toContain('files');
    expect(await textOf(storage.read('moved/x'))).toBe('new');
  });

  test('removes folders with all that is in them', async () => {
    const storage = await open();
    await write(storage, 'a/b/c', 'text');
    await write(storage, 'ab', 'text');
    await storage.remove('a');
    expect(await storage.list('')).toEqual(['ab']);
  });

  test('can be given up while a file is written', async () => {
    const storage = await open();
    const sink = await storage.create('half');
    await sink.write(Buffer.from('some'));
    await sink.abandon();
    await sink.abandon();
    await storage.remove('half');
    expect(await storage.list('')).toEqual([]);
  });
}
