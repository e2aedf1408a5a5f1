/**
 * Where a hart's time goes. When a chunk of instructions is used up, the hart stands before a block, and hot blocks are
 * those it stands before most often: so that the interpreter counts nothing. A block that was met often enough gets into
 * the list of those to translate, which the host empties between two slices.
 *
 * In the hart's 64 KiB: u32 entries of the list, u32 times that all code was dropped, u32 meetings that make a block hot
 * (the host says how many; 0: nobody translates), u32 exits from regions in a chunk that make them worth a look;
 * from 64 on the list, {u32 table, u32 offset, u32 place of the region that is to reach there, 0: a new one},
 * where bit 31 of the region's place says that the offset is that of a span that it is not to look up together any more;
 * from 4096 on the meetings, {u32 first operation, u32 how often}.
 */
import * as L from '../layout';

/** Of a region's place, in the list. */
export const CROSSED: u32 = 0x8000_0000;

const LISTED: usize = 0;
const DROPPED: usize = 4;
const ENOUGH: usize = 8;
const ENOUGH_EXITS: usize = 12;
const LIST: usize = 64;
const MOST_LISTED: u32 = 64;
const MEETINGS: usize = 4096;
const MEETING_BYTES: usize = 8;
const MEETINGS_MASK: usize = 0xfff;
const LISTED_SHIFT: usize = 4;
/** Where there are several harts, their chunks are shorter (hart/run.ts). */
const CHUNKS_OF_SEVERAL: u32 = 4;

@inline
export function profileOf(hart: usize): usize {
  return L.PROFILES + load<u32>(hart, L.ID) * L.PROFILE_BYTES;
}

/** All blocks are gone, and with them the regions; their functions may be let go. */
export function forgetProfile(hart: usize): void {
  const profile = profileOf(hart);
  store<u32>(profile, load<u32>(profile, DROPPED) + 1, DROPPED);
  store<u32>(profile, 0, LISTED);
  store<u32>(hart, 0, L.CROSSINGS);
  memory.fill(profile + MEETINGS, 0, (MEETINGS_MASK + 1) * MEETING_BYTES);
}

/** Whether regions were left so often in a chunk that it matters. */
@inline
export function manyExits(profile: usize, exits: u32): bool {
  return exits * chunks() >= load<u32>(profile, ENOUGH_EXITS);
}

/** How many chunks there are for one of a machine with one hart. */
@inline
function chunks(): u32 {
  return L.several() ? CHUNKS_OF_SEVERAL : 1;
}

/**
 * Notes a meeting with the block that begins with `op`, or with one way to leave a region, which may be worth less.
 * @returns whether it is time to translate it: it was met `times` as often as makes a block hot
 */
export function meet(profile: usize, op: usize, times: u32): bool {
  const enough = load<u32>(profile, ENOUGH) * chunks() * times;
  const meeting = profile + MEETINGS + ((op >>> 4) & MEETINGS_MASK) * MEETING_BYTES;
  const before = load<usize>(meeting) == op ? load<u32>(meeting, 4) : 0;
  store<usize>(meeting, op);
  store<u32>(meeting, before + 1, 4);
  return (before + 1) % enough == 0;
}

/** Whether anybody translates what is listed. */
@inline
export function isWanted(profile: usize): bool {
  return load<u32>(profile, ENOUGH) != 0;
}

/** Puts a block on the list of those to translate, if there is room. @param from region to be extended to it, or 0 */
export function list(profile: usize, table: usize, offset: u32, from: u32): void {
  const listed = load<u32>(profile, LISTED);
  if (listed == MOST_LISTED) return;
  const at = profile + LIST + (listed << LISTED_SHIFT);
  store<usize>(at, table);
  store<u32>(at, offset, 4);
  store<u32>(at, from, 8);
  store<u32>(profile, listed + 1, LISTED);
}
