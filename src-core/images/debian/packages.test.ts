import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunked, damaged, failureOf, FUZZ } from '../testing/hostile.ts';
import { parseDependencies } from './dependency.ts';
import { PackageIndex } from './packages.ts';

function entry(name: string, version: string, more = ''): string {
  return `Package: ${name}\nVersion: ${version}\nFilename: pool/${name}_${version.replace(':', '%3a').replace('%3a', '')}.deb\nSize: 10\nSHA256: ${'c'.repeat(64)}\n${more}\n`;
}

const TEXT = [
  entry('app', '1', 'Pre-Depends: libc (>= 2.38)\nDepends: shell | other, awk:any\nDescription: ä\n more\n'),
  entry('libc', '2.41', 'Depends: loader [riscv64]\n'),
  entry('libc', '2.36'),
  entry('loader', '1', 'Depends: libc\n'),
  entry('mawk', '1', 'Provides: awk, c-shell (= 1)\n'),
  entry('shell', '1:5'),
  entry('broken', '1', 'Depends: libc (>= 3) | nowhere\n'),
].join('\n');

const read = (text: string, size = 50): Promise<PackageIndex> =>
  PackageIndex.read(chunked(Buffer.from(text), size), 'the index');

test('keeps the newest version of each package, however the file is cut into chunks', async () => {
  for (const size of [1, 13, 100_000]) {
    const index = await read(TEXT, size);
    expect(index.size).toBe(6);
    expect(index.get('libc').version).toBe('2.41');
    expect(index.get('app').depends).toBe('libc (>= 2.38), shell | other, awk:any');
  }
});

test('finds all that packages need, each once, also in circles and by what others provide', async () => {
  const index = await read(TEXT);
  expect(index.closure(['app']).map((record) => record.name)).toEqual(['app', 'libc', 'shell', 'mawk', 'loader']);
});

test('takes what is chosen or provided already before the first that would do', async () => {
  const text = [
    entry('base', '1', 'Depends: awk, boot-files | other-boot-files\n'),
    entry('gawk', '1', 'Provides: awk\nDepends: nowhere\n'),
    entry('mawk', '1', 'Provides: awk\nPriority: required\n'),
    entry('boot-files', '1', 'Depends: nowhere\nEssential: no\n'),
    entry('dpkg', '1', 'Essential: yes\nDepends: api (>= 3)\n'),
    entry('old', '1', 'Provides: api (= 2), api-other\n'),
    entry('new', '1', 'Provides: api (= 3)\n'),
  ].join('\n');
  const index = await read(text);
  expect(index.required()).toEqual(['dpkg', 'mawk']);
  const names = index.closure(['base', ...index.required()], new Set(['other-boot-files'])).map(({ name }) => name);
  expect(names).toEqual(['base', 'dpkg', 'mawk', 'new']);
});

test('says which package is missing and for whom', async () => {
  const index = await read(TEXT);
  expect(() => index.get('emacs')).toThrow('the archive has no package "emacs"');
  expect(() => index.closure(['broken'])).toThrow('the archive has no libc or nowhere, which broken needs');
});

test('refuses entries that would lead elsewhere', async () => {
  for (const [from, to] of [
    ['pool/app_1', '../../etc/passwd'],
    ['pool/app_1', 'http://elsewhere/app'],
    ['Size: 10', 'Size: -1'],
    ['cccc', 'zzzz'],
  ] as const) {
    expect(await failureOf(() => read(TEXT.replace(from, to)))).toBe('corrupt');
  }
});

test('refuses a paragraph without an end', async () => {
  const endless = async function* (): AsyncGenerator<Uint8Array, void, void> {
    for (;;) yield await Promise.resolve(Buffer.alloc(100_000, 'Package: x\n'));
  };
  expect(await failureOf(() => PackageIndex.read(endless(), 'the index'))).toBe('corrupt');
});

test('reads relationship fields', () => {
  expect(parseDependencies('a (>= 1:2~x), b:any | c [!amd64] ,', 't')).toEqual([
    [{ name: 'a', relation: '>=', version: '1:2~x' }],
    [
      { name: 'b', relation: undefined, version: '' },
      { name: 'c', relation: undefined, version: '' },
    ],
  ]);
  expect(() => parseDependencies('a (> 1)', 'the index')).toThrow('a dependency in it is wrong');
});

test('ends every damaged index with nothing worse than "corrupt" or "unavailable"', async () => {
  const property = fc.asyncProperty(damaged(Buffer.from(TEXT)), async (bytes) => {
    const use = async (): Promise<unknown> => (await PackageIndex.read(chunked(bytes, 99), 'i')).closure(['app']);
    expect(['none', 'corrupt', 'unavailable']).toContain(await failureOf(use));
  });
  await fc.assert(property, FUZZ);
});
