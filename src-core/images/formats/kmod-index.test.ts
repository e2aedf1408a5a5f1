import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kmodIndex, type IndexEntry } from './kmod-index.ts';

const entry = (key: string, value = '', priority = 0): IndexEntry => ({ key, value, priority });

/** All that an index holds, read as libkmod/libkmod-index.c reads it. */
function readIndex(bytes: Uint8Array): IndexEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  expect([view.getUint32(0), view.getUint32(4)]).toEqual([0xb007_f457, 0x0002_0001]);
  const found: IndexEntry[] = [];
  const visit = (offset: number, before: string): void => {
    let at = offset & 0x0fff_ffff;
    const text = (): string => {
      const end = bytes.indexOf(0, at);
      const read = new TextDecoder().decode(bytes.subarray(at, end));
      at = end + 1;
      return read;
    };
    const key = before + (offset & 0x8000_0000 ? text() : '');
    const children: [number, number][] = [];
    if (offset & 0x2000_0000) {
      const first = view.getUint8(at++);
      const last = view.getUint8(at++);
      for (let letter = first; letter <= last; letter++, at += 4) children.push([letter, view.getUint32(at)]);
    }
    if (offset & 0x4000_0000) {
      let count = view.getUint32(at);
      for (at += 4; count > 0; count--) {
        const priority = view.getUint32(at);
        at += 4;
        found.push(entry(key, text(), priority));
      }
    }
    for (const [letter, child] of children) if (child !== 0) visit(child, key + String.fromCharCode(letter));
  };
  visit(view.getUint32(8), '');
  return found;
}

const sorted = (entries: readonly IndexEntry[]): string[] =>
  entries.map(({ key, value, priority }) => `${key} ${priority} ${value}`).sort();

test('holds every value under its key, for any set of keys', () => {
  const letters = fc.constantFrom('a', 'b', 'ab', 'abc', '*', '_', 'z');
  const key = fc.array(letters, { maxLength: 8 }).map((parts) => parts.join(''));
  const entries = fc.array(fc.record({ key, value: letters, priority: fc.nat(1000) }), { maxLength: 60 });
  const property = fc.property(entries, (all) => {
    expect(sorted(readIndex(kmodIndex(all)))).toEqual(sorted(all));
  });
  fc.assert(property, { seed: 20261122, numRuns: 500 });
});

test('lets the lowest priority go first', () => {
  const values = readIndex(kmodIndex([entry('a', 'late', 9), entry('a', 'early', 1)])).map(({ value }) => value);
  expect(values).toEqual(['early', 'late']);
});

test('writes the bytes that depmod 30 writes for the same modules', () => {
  const bytes = kmodIndex([entry('dm_mod'), entry('dm_log'), entry('loop')]);
  expect(Buffer.from(bytes).toString('hex')).toBe(GOLDEN);
});

/** modules.builtin.bin of depmod (kmod 30) for a modules.builtin that names these three. */
const GOLDEN =
  'b007f457000200012000003e6f67000000000100000000006f64000000000100000000006d5f006c6dc000000cc00000186f6f700000000001' +
  '0000000000646ca000002400000000000000000000000000000000000000000000000000000000c0000031';
