import { describe, expect, test } from 'vitest';
import { writeIso9660 } from './iso9660.ts';

const SECTOR = 2048;
const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

/** Reads the root directory as ECMA-119 has it, with Rock Ridge's names. */
function list(volume: Uint8Array): Record<string, Uint8Array> {
  const view = new DataView(volume.buffer);
  const root = view.getUint32(16 * SECTOR + 156 + 2, true) * SECTOR;
  const files: Record<string, Uint8Array> = {};
  for (let at = root; volume[at] !== 0; at += volume[at] ?? 0) {
    const [sector, size] = [view.getUint32(at + 2, true), view.getUint32(at + 10, true)];
    expect([view.getUint32(at + 6, false), view.getUint32(at + 14, false)]).toEqual([sector, size]);
    const nameBytes = volume[at + 32] ?? 0;
    if (nameBytes === 1) continue;
    let name = '';
    const end = at + (volume[at] ?? 0);
    for (let use = (at + 33 + nameBytes + 1) & ~1; use + 4 <= end; use += volume[use + 2] || 256) {
      if (text(volume.subarray(use, use + 2)) === 'NM')
        name = text(volume.subarray(use + 5, use + (volume[use + 2] ?? 0)));
    }
    files[name] = volume.subarray(sector * SECTOR, sector * SECTOR + size);
  }
  return files;
}

describe('a volume', () => {
  const small = new TextEncoder().encode('small');
  const large = Uint8Array.from({ length: 5000 }, (_, at) => at & 0xff);

  test('has its label, its size and its files with their whole names', () => {
    const volume = writeIso9660('CIDATA', [
      { name: 'user-data', content: large },
      { name: 'meta-data', content: small },
      { name: 'empty', content: new Uint8Array(0) },
    ]);
    const view = new DataView(volume.buffer);
    expect(text(volume.subarray(16 * SECTOR, 16 * SECTOR + 7))).toBe('\u0001CD001\u0001');
    expect(text(volume.subarray(16 * SECTOR + 40, 16 * SECTOR + 72)).trimEnd()).toBe('CIDATA');
    expect(view.getUint32(16 * SECTOR + 80, true) * SECTOR).toBe(volume.length);
    expect(text(volume.subarray(17 * SECTOR, 17 * SECTOR + 6))).toBe('\u00ffCD001');
    expect(list(volume)).toEqual({ 'user-data': large, 'meta-data': small, empty: new Uint8Array(0) });
  });

  test('is the same for the same content', () => {
    expect(writeIso9660('A', [{ name: 'a', content: small }])).toEqual(
      writeIso9660('A', [{ name: 'a', content: small }]),
    );
  });

  test('is not made with names that cannot be', () => {
    const file = (name: string) => ({ name, content: small });
    for (const [label, files] of [
      ['cidata', []],
      ['A', [file('a/b')]],
      ['A', [file('')]],
      ['A', [file('long-name-1'), file('long-name-2')]],
      ['A', Array.from({ length: 40 }, (_, index) => file(`f${index}`))],
    ] as const) {
      expect(() => writeIso9660(label, files)).toThrow();
    }
  });
});
