/**
 * Entries that others have displaced from a table of a TLB, the last few of each: two pages that a program uses all the
 * time can want the same entry, and without this each access to one of them would walk the page tables.
 */
import * as L from '../layout';

export const ENTRY_BYTES: usize = 16;
export const TABLE_BYTES: usize = 0x1000;
/** Of each table. What is brought back at once costs a tenth of a walk; eight are soon looked through. */
const VICTIMS: usize = 8;
export const VICTIMS_BYTES: usize = VICTIMS * ENTRY_BYTES;
/** Where those of a hart's first table stand, behind all its tables. */
const VICTIM_TABLES: usize = 0x3b000;

/** Which victim gives up its place next: any will do. */
let next: usize = 0;

/** Where the victims of a hart's table stand; those of the next table come next. */
export function victimsOf(hart: usize, table: usize): usize {
  const base = load<usize>(hart, L.TLB_BASE);
  return base + VICTIM_TABLES + ((table - base) / TABLE_BYTES) * VICTIMS_BYTES;
}

/** Brings a displaced entry back, in exchange for what stands in its place. @returns whether there was one */
export function recall(hart: usize, table: usize, entry: usize, page: u64): bool {
  const victims = victimsOf(hart, table);
  for (let victim = victims; victim < victims + VICTIMS_BYTES; victim += ENTRY_BYTES) {
    if (load<u64>(victim) != page) continue;
    const back = v128.load(victim);
    v128.store(victim, v128.load(entry));
    v128.store(entry, back);
    return true;
  }
  return false;
}

/** Makes room in an entry of a table. */
@inline
export function displace(hart: usize, table: usize, entry: usize): void {
  if ((load<u64>(entry) & 0xfff) != 0) return;
  v128.store(victimsOf(hart, table) + next, v128.load(entry));
  next = (next + ENTRY_BYTES) & (VICTIMS_BYTES - ENTRY_BYTES);
}
