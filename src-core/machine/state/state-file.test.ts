import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { PAGE_BYTES, findRuns } from './memory-runs.ts';
import { readState } from './state-file.ts';
import { countingMachine } from './testing/counting-machine.ts';
import { sourceOf, stateBytes, testTools } from './testing/state-bytes.ts';

const HEADER_BYTES = 32;
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

/** @returns why it is refused; null when it was taken whole */
function verdict(bytes: Uint8Array): string | null {
  try {
    readState(sourceOf(bytes), testTools, 'resume machine web').loadMemory(ram);
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
  view.setUint32(28, crc32(bytes.subarray(0, 28)), true);
  return bytes;
}

test('a sound file is taken', () => {
  expect(verdict(sound)).toBeNull();
});

test('only pages that hold anything are written', () => {
  const ram = new Uint8Array(64 * PAGE_BYTES);
  for (const at of [0, 3 * PAGE_BYTES + 17, 4 * PAGE_BYTES, 64 * PAGE_BYTES - 1]) ram[at] = 1;
  expect(findRuns(ram, testTools.compare)).toEqual([
    { firstPage: 0, pages: 1 },
    { firstPage: 3, pages: 2 },
    { firstPage: 63, pages: 1 },
  ]);
  expect(sound.length).toBeLessThan(machine.board.ram.bytes.length / 8);
});

test('a state of a newer version is refused with what to do', () => {
  const newer = sound.slice();
  new DataView(newer.buffer).setUint32(8, 2, true);
  expect(() => readState(sourceOf(sealed(newer)), testTools, 'resume machine web')).toThrow(
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
      countingMachine(readState(sourceOf(bytes), testTools, 'resume')).board.run(1000);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  expect(verdicts.refused).toBeGreaterThan(200);
  expect(verdicts.taken).toBeGreaterThan(50);
});
