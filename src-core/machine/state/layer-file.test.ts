import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { countWritten, findRuns, PAGE_BYTES, WRITTEN_EVER, WRITTEN_SINCE } from './memory-runs.ts';
import { countingMachine } from './testing/counting-machine.ts';
import { MemoryLayers, savedIn, stateBytes, testTools } from './testing/state-bytes.ts';

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
  return sealedHeader(bytes);
}

function sealedHeader(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const checksum = crc32(bytes.subarray(0, CHECKED_BYTES));
  new DataView(bytes.buffer).setUint32(CHECKED_BYTES, checksum, true);
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
  for (let round = 0; round < 1000; round++) expect(verdict(sound.slice(0, next(sound.length)))).toBe('corrupt');
  for (let length = 0; length < 256; length++) expect(verdict(sound.slice(0, length))).toBe('corrupt');
});

const delta = deltaOn(sound);

/** A layer over another one, of a machine that went on from there. */
function deltaOn(base: Uint8Array): Uint8Array<ArrayBuffer> {
  const layers = new MemoryLayers();
  layers.files.set('base', base);
  const saved = layers.read('base');
  const { board } = countingMachine(saved);
  board.run(10_000);
  layers.save('delta', board, saved.base);
  return Uint8Array.from(layers.files.get('delta') ?? []);
}

/** One byte or a stretch of them is another, missing, or too much. Both files are of a chain. */
function damaged(bytes: Uint8Array<ArrayBuffer>, next: (below: number) => number): Uint8Array<ArrayBuffer> {
  const at = next(next(2) === 0 ? Math.min(bytes.length, HEADER_BYTES + documentBytes + 200) : bytes.length);
  const length = 1 + next(64);
  const kind = next(8);
  if (kind === 0) return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
  if (kind === 1) return Uint8Array.from([...bytes.subarray(0, at), ...new Uint8Array(length), ...bytes.subarray(at)]);
  const changed = bytes.slice();
  for (let byte = at; byte < (kind === 2 ? Math.min(bytes.length, at + length) : at + 1); byte++)
    changed[byte] = (changed[byte] ?? 0) ^ (1 + next(255));
  return changed;
}

test('a chain of layers with anything changed in any of them is refused as damaged', () => {
  const next = seeded(2);
  for (let round = 0; round < 7000; round++) {
    const layers = new MemoryLayers();
    const inBase = next(3) === 0;
    layers.files.set('base', inBase ? damaged(sound, next) : sound);
    layers.files.set('delta', inBase ? delta : damaged(delta, next));
    let told = 'taken';
    try {
      layers.read('delta').loadMemory(ram, written);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      told = error.code;
    }
    // A file of version 1 or 3 by its header is checked as one.
    expect(told).toBe('corrupt');
  }
});

test('a header that was changed on purpose is refused, or means the same', () => {
  const next = seeded(4);
  const verdicts = new Map<string | null, number>();
  for (let round = 0; round < 1000; round++) {
    const layers = new MemoryLayers();
    layers.files.set('base', sound);
    const bytes = delta.slice();
    for (let change = 0; change <= next(3); change++)
      bytes[8 + next(CHECKED_BYTES - 8)] = next(3) === 0 ? 0 : next(256);
    layers.files.set('delta', sealedHeader(bytes));
    let told: string | null = null;
    try {
      layers.read('delta').loadMemory(ram, written);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      told = error.code;
    }
    verdicts.set(told, (verdicts.get(told) ?? 0) + 1);
  }
  expect(verdicts.get('corrupt')).toBeGreaterThan(300);
  expect(verdicts.get('not-supported')).toBeGreaterThan(10);
  expect([...verdicts.keys()].sort()).toEqual(['corrupt', 'not-supported', null].sort());
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
