import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { countWritten, findRuns, PAGE_BYTES, WRITTEN_EVER, WRITTEN_SINCE } from './memory-runs.ts';
import { countingMachine } from './testing/counting-machine.ts';
import { savedIn, stateBytes, testTools } from './testing/state-bytes.ts';

const HEADER_BYTES = 128;
const CHECKED_BYTES = 124;
const machine = countingMachine();
machine.board.run(50_000);
const sound = stateBytes(machine.board.save(), machine.board.ram.bytes);
const documentBytes = new DataView(sound.buffer).getUint32(12, true);

function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const ram = new Uint8Array(16 * 2 ** 20);
const written = new Uint8Array(ram.length / PAGE_BYTES);

/** @returns why it is refused; null when it was taken whole */
function verdict(bytes: Uint8Array): string | null {
  try {
    savedIn(bytes).loadMemory(ram, written);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code;
  }
}

/** Makes the checksums of header and document right, as somebody would who changed the document on purpose. */
function sealed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  view.setUint32(16, crc32(bytes.subarray(HEADER_BYTES, HEADER_BYTES + documentBytes)), true);
  view.setUint32(CHECKED_BYTES, crc32(bytes.subarray(0, CHECKED_BYTES)), true);
  return bytes;
}

test('a sound file is taken', () => {
  expect(verdict(sound)).toBeNull();
});

test('only pages that hold anything are written', () => {
  const ram = new Uint8Array(64 * PAGE_BYTES);
  for (const at of [0, 3 * PAGE_BYTES + 17, 4 * PAGE_BYTES, 64 * PAGE_BYTES - 1]) ram[at] = 1;
  const written = new Uint8Array(64).fill(WRITTEN_EVER);
  written[20] = WRITTEN_EVER | WRITTEN_SINCE;
  written[21] = WRITTEN_EVER | WRITTEN_SINCE;
  written[4] = WRITTEN_EVER | WRITTEN_SINCE;
  expect(findRuns(ram, written, false, testTools.compare)).toEqual([
    { firstPage: 0, pages: 1, zero: false },
    { firstPage: 3, pages: 2, zero: false },
    { firstPage: 63, pages: 1, zero: false },
  ]);
  expect(findRuns(ram, written, true, testTools.compare)).toEqual([
    { firstPage: 4, pages: 1, zero: false },
    { firstPage: 20, pages: 2, zero: true },
  ]);
  expect(countWritten(written)).toEqual({ ever: 64, since: 3 });
  expect(sound.length).toBeLessThan(machine.board.ram.bytes.length / 8);
});

test('a state of a newer version is refused with what to do', () => {
  const newer = sound.slice();
  new DataView(newer.buffer).setUint32(8, 3, true);
  expect(() => savedIn(sealed(newer))).toThrow(
    expect.objectContaining({ code: 'not-supported', hint: 'Use the newer Innkeeper.' }),
  );
});

test('a file that ends early, anywhere, is refused as damaged', () => {
  const next = seeded(1);
  for (let round = 0; round < 500; round++) expect(verdict(sound.slice(0, next(sound.length)))).toBe('corrupt');
  for (let length = 0; length < 64; length++) expect(verdict(sound.slice(0, length))).toBe('corrupt');
});

test('a file with anything changed is refused as damaged', () => {
  const next = seeded(2);
  const head = HEADER_BYTES + documentBytes + 200;
  const bytes = sound.slice();
  for (let round = 0; round < 3000; round++) {
    const at = next(round % 2 === 0 ? head : bytes.length);
    const before = bytes[at] ?? 0;
    bytes[at] = before ^ (1 + next(255));
    expect(verdict(bytes)).toBe('corrupt');
    bytes[at] = before;
  }
});

test('a document that was changed on purpose makes no machine crash: it is refused, or sound', () => {
  const next = seeded(3);
  const verdicts = { taken: 0, refused: 0 };
  for (let round = 0; round < 1000; round++) {
    const bytes = sound.slice();
    const at = HEADER_BYTES + next(documentBytes);
    bytes[at] = 0x20 + next(0x5f);
    const told = verdict(sealed(bytes));
    if (told === null) verdicts.taken++;
    else verdicts.refused++;
    if (told !== null || round % 50 !== 0) continue;
    try {
      countingMachine(savedIn(bytes)).board.run(1000);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  expect(verdicts.refused).toBeGreaterThan(200);
  expect(verdicts.taken).toBeGreaterThan(50);
});
