import { expect, test } from 'vitest';
import { FILE_TYPE } from './file-mode.ts';
import { decodeIndex, encodeIndex, type LayerIndex, type LayerNode } from './layer-index.ts';
import { PackedIndex } from './packed-index.ts';

const plain: LayerNode = {
  ...{ mode: FILE_TYPE.file | 0o644, owner: 1, group: 2, sizeBytes: 3, offset: 512, modifiedAt: 5, device: 0 },
  ...{ target: '', attributes: {}, links: 1, children: null },
};

/** A directory with these names, all of one file. */
function directoryOf(names: readonly string[]): LayerIndex {
  const children = new Map(names.map((name) => [name, 1]));
  return { nodes: [{ ...plain, mode: FILE_TYPE.directory | 0o755, children }, plain] };
}

const rich: LayerIndex = {
  nodes: [
    {
      ...plain,
      mode: FILE_TYPE.directory | 0o1777,
      children: new Map(['\u00e4', 'b', 'c'].map((name, at) => [name, at + 1])),
    },
    { ...plain, sizeBytes: 2 ** 40 + 1, offset: 2 ** 41, owner: 2 ** 32 - 1, modifiedAt: -1, links: 3 },
    { ...plain, mode: FILE_TYPE.link | 0o777, target: '../b/c' },
    { ...plain, device: 2 ** 32 - 1, attributes: { 'user.a': '\0\u00ff', 'security.capability': '' } },
  ],
};

test('an index is read as it was written', () => {
  expect(decodeIndex(encodeIndex(rich), 'layer x')).toEqual(rich);
});

test('each single byte that is another is noticed, and so is each end that is missing', () => {
  const bytes = encodeIndex(rich);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Uint8Array.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
    expect(() => PackedIndex.open(damaged, 'layer x')).toThrow('its index is damaged');
    expect(() => PackedIndex.open(bytes.subarray(0, at), 'layer x')).toThrow('its index is damaged');
  }
});

test('one that begins anywhere in memory is read too', () => {
  const bytes = encodeIndex(rich);
  const moved = new Uint8Array(bytes.length + 3);
  moved.set(bytes, 3);
  expect(decodeIndex(moved.subarray(3), 'layer x')).toEqual(rich);
});

test('each name is found, and none beside it', () => {
  const names = [
    'a',
    'a.b',
    'aa',
    'b',
    'B',
    '\u00ff',
    '\u00fe',
    'a'.repeat(255),
    ...Array.from({ length: 300 }, (_, at) => String(at)),
  ];
  const packed = PackedIndex.open(encodeIndex(directoryOf(names)), 'layer x');
  const root = packed.node(0);
  if (!root) throw new Error('there is a root');
  for (const name of names) expect(packed.find(root, name), name).toBe(1);
  for (const name of ['', 'c', 'ab', 'A', '\u00fd', 'a'.repeat(254), '300'])
    expect(packed.find(root, name), name).toBe(undefined);
  expect(root.entries).toEqual([0, names.length]);
  const listed = names.map((_, at) => packed.entry(at).name);
  expect(listed).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)));
});

test('nothing is found in a file, and there is no node behind the last', () => {
  const packed = PackedIndex.open(encodeIndex(directoryOf(['a'])), 'layer x');
  const file = packed.node(1);
  if (!file) throw new Error('there is a file');
  expect(packed.find(file, 'a')).toBe(undefined);
  expect(packed.node(2)).toBe(undefined);
});
