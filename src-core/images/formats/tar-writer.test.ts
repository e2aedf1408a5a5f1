import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { chunked } from '../testing/hostile.ts';
import { collect } from './byte-source.ts';
import { readTar } from './tar.ts';
import { tarEnd, tarHeader, tarPadding, type TarItem } from './tar-writer.ts';

const long = `deep/${'directory-with-a-name/'.repeat(12)}file`;
const usual = { mode: 0o644, owner: 0, group: 0, modifiedAt: 1_700_000_000, sizeBytes: 0, target: '' };
const items: readonly TarItem[] = [
  { ...usual, path: 'usr', type: 'directory', mode: 0o755 },
  { ...usual, path: 'usr/bin/wall', type: 'file', mode: 0o2755, group: 5, sizeBytes: 700 },
  { ...usual, path: 'usr/bin/write', type: 'hard-link', target: 'usr/bin/wall' },
  { ...usual, path: long, type: 'file', owner: 65_534, sizeBytes: 512 },
  { ...usual, path: 'käse', type: 'symlink', mode: 0o777, target: `far/${'away/'.repeat(30)}` },
];

const contentOf = ({ type, sizeBytes }: TarItem): Uint8Array => new Uint8Array(type === 'file' ? sizeBytes : 0).fill(7);
const archive = Buffer.concat([
  ...items.flatMap((item) => [tarHeader(item), contentOf(item), tarPadding(contentOf(item).length)]),
  tarEnd(),
]);

test('writes what its reader reads', async () => {
  const read: TarItem[] = [];
  for await (const { content, ...item } of readTar(chunked(archive, 999), 'a')) {
    expect(await collect(content, 1000, 'a')).toEqual(contentOf(item as TarItem));
    read.push(item as TarItem);
  }
  expect(read).toMatchObject(items);
});

test('writes what tar lists, with owners as numbers', () => {
  const { stdout, stderr } = spawnSync('tar', ['--numeric-owner', '-tvf', '-'], { input: archive, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^-rwxr-sr-x 0\/5 +700 .* usr\/bin\/wall$/m);
  expect(stdout).toMatch(/^hrw-r--r-- .* usr\/bin\/write link to usr\/bin\/wall$/m);
  expect(stdout).toContain(long);
  expect(stdout.trim().split('\n')).toHaveLength(items.length);
});

test('tells the size of a file that is too large for octal digits, and cuts no other number', async () => {
  const sizeBytes = 5 * 8 ** 11 + 3;
  const header = tarHeader({ ...usual, path: 'a', type: 'file', sizeBytes });
  const first = await readTar(chunked(header, 999), 'a').next();
  expect(first.value?.sizeBytes).toBe(sizeBytes);
  expect(() => tarHeader({ ...usual, path: 'a', type: 'file', owner: 8 ** 7 })).toThrow('fits into its field');
});
