import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileSource, readPieces, writePieces } from './file-pieces.ts';

test('more pieces than a system takes at once come back as they were, from shared memory too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'innkeeper-pieces-'));
  const memory = new Uint8Array(new SharedArrayBuffer(200_000)).map((_, at) => (at * 31) >> 3);
  const pieces = (bytes: Uint8Array) =>
    Array.from({ length: 2500 }, (_, index) => bytes.subarray(index * 70, index * 70 + (index % 60)));
  const path = join(folder, 'pieces');
  const file = openSync(path, 'w');
  const expected = Buffer.concat(pieces(memory));
  expect(writePieces(file, pieces(memory))).toBe(expected.length);
  closeSync(file);
  expect(readFileSync(path).equals(expected)).toBe(true);
  const into = new Uint8Array(new SharedArrayBuffer(200_000));
  readPieces(fileSource(path), pieces(into), 0);
  expect(Buffer.concat(pieces(into)).equals(expected)).toBe(true);
  expect(() => readPieces(fileSource(path), [new Uint8Array(expected.length + 1)], 0)).toThrow('the file ends at');
  rmSync(folder, { recursive: true });
});
