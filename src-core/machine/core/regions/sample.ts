/** Whom a hart is met before: the block at its pc, when a chunk of instructions is used up. */
import * as L from '../layout';
import { timesDropped } from '../memory/code';
import { isWanted, list, meet, profileOf } from './profile';
import { isRegion } from './region';

/** A page whose code was written so often is not worth translating any more. */
const MOST_DROPPED: u32 = 32;

/** The table of blocks of the page that the hart's pc lies in; 0 when that is not at hand. */
function tableAtPc(hart: usize): usize {
  const pc = load<u64>(hart, L.PC);
  const entry = load<usize>(hart, L.FETCH_TLB) + ((<usize>pc >>> 8) & 0xff0);
  return load<u64>(entry) == (pc & ~0xfff) ? load<usize>(entry, 8) : 0;
}

@inline
function offsetAtPc(hart: usize): u32 {
  return <u32>load<u64>(hart, L.PC) & 0xffe;
}

/** The first operation of the block at pc, unless it is not decoded, or translated already: then 0. */
function untranslatedAt(table: usize, offset: u32): usize {
  const op = load<usize>(table + (offset << 1));
  return op != 0 && isRegion(op) ? 0 : op;
}

/** Notes the block that the hart stands before. */
export function sample(hart: usize): void {
  const profile = profileOf(hart);
  const table = isWanted(profile) ? tableAtPc(hart) : 0;
  if (table == 0) return;
  const offset = offsetAtPc(hart);
  const op = untranslatedAt(table, offset);
  if (op != 0 && meet(profile, op) && timesDropped(hart, table) < MOST_DROPPED) list(profile, table, offset);
}

/** Puts the block that the hart stands before on the list at once. It must have been decoded. */
export function listBlockAtPc(hart: usize): void {
  const table = tableAtPc(hart);
  if (table == 0) return;
  const offset = offsetAtPc(hart);
  if (untranslatedAt(table, offset)) list(profileOf(hart), table, offset);
}
