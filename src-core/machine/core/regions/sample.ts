/** Whom a hart is met before: the block at its pc, when a chunk of instructions is used up. */
import * as L from '../layout';
import { forgiveDrops, timesDropped } from '../memory/code';
import { CROSSED, isWanted, list, manyExits, meet, profileOf } from './profile';
import { isRegion, placeOf } from './region';

/**
 * A page whose code was written so often is not worth translating. Programs come and go, so a page's past is forgotten by
 * and by, when it is time to translate it: else there would be more and more pages that never are.
 */
const MOST_DROPPED: u32 = 32;

/** What is met besides blocks has keys that are no address of an operation, of 16 bytes. */
const EXIT: usize = 8;
const CROSSING: usize = 1;
/** All of a region is translated again for one way more, and to go from region to region costs little. */
const TIMES_FOR_EXIT: u32 = 4;
/** Then the interpreter does the rest of a block: that is as much as several exits, and happens less often. */
const CROSSING_COSTS: u32 = 16;

/** The table of blocks of the page that an address lies in; 0 when that is not at hand. */
function tableAt(hart: usize, pc: u64): usize {
  const entry = load<usize>(hart, L.FETCH_TLB) + ((<usize>pc >>> 8) & 0xff0);
  return load<u64>(entry) == (pc & ~0xfff) ? load<usize>(entry, 8) : 0;
}

@inline
function offsetOf(pc: u64): u32 {
  return <u32>pc & 0xffe;
}

/** The first operation of the block at pc, unless it is not decoded, or translated already: then 0. */
function untranslatedAt(table: usize, offset: u32): usize {
  const op = load<usize>(table + (offset << 1));
  return op != 0 && isRegion(op) ? 0 : op;
}

/** Notes the block that the hart stands before, and what regions were left for if that was often. */
export function sample(hart: usize): void {
  const profile = profileOf(hart);
  if (!isWanted(profile)) return;
  const exits = load<u32>(hart, L.EXITS);
  store<u32>(hart, 0, L.EXITS);
  if (exits != 0 && manyExits(profile, exits)) sampleExit(hart, profile);
  const crossings = load<u32>(hart, L.CROSSINGS);
  store<u32>(hart, 0, L.CROSSINGS);
  if (crossings != 0 && manyExits(profile, crossings * CROSSING_COSTS)) sampleCrossing(hart, profile);
  const pc = load<u64>(hart, L.PC);
  const table = tableAt(hart, pc);
  if (table == 0) return;
  const op = untranslatedAt(table, offsetOf(pc));
  if (op != 0 && meet(profile, op, 1)) listWorthwhile(hart, profile, table, offsetOf(pc), 0);
}

/** The last one stands for all: what is left for often is found often. What is not translated becomes a region of its own. */
function sampleExit(hart: usize, profile: usize): void {
  const from = load<u32>(hart, L.EXIT_FROM);
  const pc = load<u64>(hart, L.EXIT_PC);
  const table = tableAt(hart, pc);
  if (table == 0) return;
  const op = load<usize>(table + (offsetOf(pc) << 1));
  if (op == 0 || (isRegion(op) && placeOf(op) == from)) return;
  if (!isRegion(op)) {
    if (meet(profile, op, 1)) listWorthwhile(hart, profile, table, offsetOf(pc), 0);
    return;
  }
  if (meet(profile, (op ^ (from << 4)) | EXIT, TIMES_FOR_EXIT)) listWorthwhile(hart, profile, table, offsetOf(pc), from);
}

/** The same for a span in two pages: its region is made anew, without it. */
function sampleCrossing(hart: usize, profile: usize): void {
  const pc = load<u64>(hart, L.CROSSING_PC);
  const table = tableAt(hart, pc);
  if (table == 0 || !meet(profile, (table + (offsetOf(pc) << 1)) | CROSSING, TIMES_FOR_EXIT)) return;
  list(profile, table, offsetOf(pc), load<u32>(hart, L.CROSSING_FROM) | CROSSED);
}

function listWorthwhile(hart: usize, profile: usize, table: usize, offset: u32, from: u32): void {
  if (timesDropped(hart, table) < MOST_DROPPED) list(profile, table, offset, from);
  else forgiveDrops(hart, table);
}

/**
 * Puts the block that the hart stands before on the list at once, for the region that was left last to reach there if
 * one was left since the last time. The block must have been decoded.
 */
export function listBlockAtPc(hart: usize): void {
  const pc = load<u64>(hart, L.PC);
  const table = tableAt(hart, pc);
  const from = load<u32>(hart, L.EXITS) ? load<u32>(hart, L.EXIT_FROM) : 0;
  store<u32>(hart, 0, L.EXITS);
  if (table == 0) return;
  if (from != 0 || untranslatedAt(table, offsetOf(pc))) list(profileOf(hart), table, offsetOf(pc), from);
}
