import type { Random } from '../../../devices/testing/random.ts';
import { A, D, PageTables, R, U, V, W, X, type TableMemory } from '../page-tables.ts';
import { CODE_BYTES, DATA_ABOVE, FRAMES, FRAME_BYTES, HOLE, PLACE, SEEN } from './layout.ts';
import { pick } from './random-instruction.ts';

/** Pages of the windows of data that may always be accessed. */
const SAFE_PAGES = 4;
/** What one space's tables take at most. */
const TABLES_BYTES = 28 * 4096;
export const SPACES = 8;
const SUPERPAGE_BYTES = 2 ** 21;
const GIGAPAGE = 2;

/** An entry that may be changed, what it maps, and for which address space. */
export interface Entry {
  readonly place: number;
  readonly address: bigint;
  readonly asid: bigint;
}

/** An address space: the program for the supervisor, code and safe data for both, and data with all that can be wrong. */
export interface Space {
  readonly satp: bigint;
  /** Two for each page of data, by number: that of the lower window, and that of the upper. */
  readonly entries: readonly Entry[];
}

const page = (address: number | bigint, index: number): bigint => BigInt(address) + BigInt(index * FRAME_BYTES);

/** The flags of a page of data: mostly those of one that may be accessed by somebody. */
function flags(random: Random): bigint {
  const owner = random(2) === 0 ? U : 0n;
  const used = [A | D, A | D, A, 0n][random(4)] ?? 0n;
  const full = V | R | W | owner | used;
  switch (random(10)) {
    case 0:
      return V | R | owner | used;
    case 1:
      return V | X | owner | used;
    case 2:
      return V | R | W | X | owner | used;
    case 3:
      // Wrong in one way: W without R, invalid, or a bit that is reserved (or Svpbmt's, which is off).
      return pick(random, [V | W | owner | used, full & ~V, full | (1n << BigInt(54 + random(9))), V | owner | used]);
    default:
      return full;
  }
}

const frame = (random: Random): bigint => page(PLACE.frames, random(FRAMES));

function mapCode(tables: PageTables, random: Random): void {
  const writable = random(3) === 0 ? 0n : W;
  const whole = random(2) === 0;
  const each = whole ? SUPERPAGE_BYTES : FRAME_BYTES;
  for (let at = 0; at < CODE_BYTES; at += each) {
    const place = BigInt(PLACE.code + at);
    const rights = V | R | X | writable | A | D;
    tables.map(BigInt(SEEN.userCode + at), place, rights | U, whole ? 1 : 0);
    tables.map(BigInt(SEEN.supervisorCode + at), place, rights, whole ? 1 : 0);
  }
}

function mapData(tables: PageTables, random: Random): Entry[] {
  const entries: Entry[] = [];
  for (let index = 0; index < FRAMES; index++) {
    for (const window of [BigInt(SEEN.data), DATA_ABOVE]) {
      const address = page(window, index);
      tables.map(address, frame(random), flags(random));
      entries.push({ place: Number(tables.entry(address)), address, asid: tables.asid });
    }
    if (index >= SAFE_PAGES) continue;
    tables.map(page(SEEN.userSafe, index), page(PLACE.frames, FRAMES + index), V | R | W | U);
    tables.map(page(SEEN.supervisorSafe, index), page(PLACE.frames, FRAMES + index), V | R | W);
  }
  tables.map(BigInt(SEEN.hole), BigInt(HOLE), V | R | W | X | (random(2) === 0 ? U : 0n));
  // The second one is not aligned to its size, which is a fault.
  tables.map(BigInt(SEEN.superpage), BigInt(PLACE.frames), flags(random), 1);
  tables.map(BigInt(SEEN.superpage + SUPERPAGE_BYTES), page(PLACE.frames, 1 + random(8)), flags(random), 1);
  return entries;
}

/** Builds the tables of one space into memory. */
export function buildSpace(memory: TableMemory, random: Random, index: number): Space {
  const area = BigInt(PLACE.tables + index * TABLES_BYTES);
  const asid = BigInt(index + 1);
  const tables = new PageTables(memory, area, index % 2 === 0 ? 3 : 4, asid);
  tables.map(
    BigInt(PLACE.program),
    BigInt(PLACE.program & ~(2 ** 30 - 1)) & 0xffff_ffffn,
    V | R | W | X | A | D,
    GIGAPAGE,
  );
  mapCode(tables, random);
  return { satp: tables.satp(), entries: mapData(tables, random) };
}
