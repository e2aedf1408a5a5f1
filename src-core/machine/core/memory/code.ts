/**
 * The code cache of a hart: blocks of decoded operations, found by physical page and offset, so that neither privilege
 * nor address space matters. Each page of code has a slot: a table with the address of a block for every even offset, and
 * a mask of the 64-byte pieces that were decoded. When slots or space for operations run out, everything is dropped.
 *
 * A store into a decoded piece drops the page's blocks. The block that is running then stays readable to its end, which
 * is allowed: fetches need to see stores only after FENCE.I. Harts that take turns in one thread may drop each other's
 * blocks as is done here; with a thread for each, this is what requests (interrupts/requests.ts) will have to carry.
 */
import { RAM_BASE } from '../generated/board';
import * as L from '../layout';
import { forgetProfile } from '../regions/profile';
import { flushFetches, forbidStores } from './tlb';
import { noteWritten } from './written';

const DESCRIPTOR_BYTES: usize = 16;
/** In a descriptor: u32 page of RAM, u32 how often its blocks were dropped, u64 pieces that were decoded. */
const DROPPED: usize = 4;
const MASK: usize = 8;
const TABLE_BYTES: usize = 8192;
/** Slots of a hart that has the whole CODE_CACHE_BYTES_PER_HART; proportionally fewer in a smaller area. */
const AREA_BYTES_PER_SLOT: usize = 0x5000;

@inline
function slots(hart: usize): u32 {
  return <u32>((load<usize>(hart, L.OPS_END) - load<usize>(hart, L.CODE_CACHE_BASE)) / AREA_BYTES_PER_SLOT);
}

@inline
function descriptor(hart: usize, slot: u32): usize {
  return load<usize>(hart, L.CODE_CACHE_BASE) + slot * DESCRIPTOR_BYTES;
}

@inline
export function tableOf(hart: usize, slot: u32): usize {
  const tables = load<usize>(hart, L.CODE_CACHE_BASE) + slots(hart) * DESCRIPTOR_BYTES;
  return tables + slot * TABLE_BYTES;
}

/** A table without blocks, for code that is in no slot. */
@inline
export function emptyTable(hart: usize): usize {
  return tableOf(hart, 0);
}

@inline
export function slotOfTable(hart: usize, table: usize): u32 {
  return <u32>((table - tableOf(hart, 0)) / TABLE_BYTES);
}

@inline
export function ramPageOf(hart: usize, slot: u32): u32 {
  return load<u32>(descriptor(hart, slot));
}

@inline
function slotEntry(hart: usize, ramPage: u32): usize {
  return load<usize>(hart, L.CODE_SLOTS_BASE) + (ramPage << 1);
}

@inline
function hartBit(hart: usize): u32 {
  return 1 << load<u32>(hart, L.ID);
}

/** Gives each hart its part of the cache. */
export function layOutCodeCache(hart: usize, index: u32, harts: u32): void {
  const share = L.CODE_CACHE_BYTES / harts;
  const bytes = min<usize>(share, L.CODE_CACHE_BYTES_PER_HART) & ~0xffff;
  const base = L.CODE_CACHE + index * bytes;
  store<usize>(hart, base, L.CODE_CACHE_BASE);
  store<usize>(hart, base + bytes, L.OPS_END);
  store<usize>(hart, L.CODE_SLOTS + index * L.CODE_SLOTS_BYTES, L.CODE_SLOTS_BASE);
  store<u32>(hart, 0, L.CODE_PAGES);
  memory.fill(load<usize>(hart, L.CODE_SLOTS_BASE), 0, <usize>(L.ramBytes() >> 11));
  memory.fill(tableOf(hart, 0), 0, TABLE_BYTES);
  dropAllCode(hart);
}

/** Empties the cache. No block may be running, and no address of a table be kept. */
export function dropAllCode(hart: usize): void {
  const used = load<u32>(hart, L.CODE_PAGES);
  for (let slot: u32 = 1; slot <= used; slot++) {
    const ramPage = load<u32>(descriptor(hart, slot));
    store<u16>(slotEntry(hart, ramPage), 0);
    forgetCode(hart, ramPage);
  }
  store<u32>(hart, 0, L.CODE_PAGES);
  const end = load<usize>(hart, L.OPS_END);
  store<usize>(hart, tableOf(hart, 0) + slots(hart) * TABLE_BYTES, L.OPS_NEXT);
  assert(load<usize>(hart, L.OPS_NEXT) < end);
  flushFetches(hart);
  forgetProfile(hart);
}

function forgetCode(hart: usize, ramPage: u32): void {
  const flags = L.CODE_FLAGS + ramPage;
  atomic.store<u8>(flags, <u8>(<u32>atomic.load<u8>(flags) & ~hartBit(hart)));
}

/** The slot of a page of RAM, a new one if it has none. May drop all code. */
export function slotOf(hart: usize, ramPage: u32): u32 {
  const known = <u32>load<u16>(slotEntry(hart, ramPage));
  if (known) return known;
  if (load<u32>(hart, L.CODE_PAGES) + 2 > slots(hart)) dropAllCode(hart);
  const slot = load<u32>(hart, L.CODE_PAGES) + 1;
  store<u32>(hart, slot, L.CODE_PAGES);
  store<u32>(descriptor(hart, slot), ramPage);
  store<u32>(descriptor(hart, slot), 0, DROPPED);
  store<u64>(descriptor(hart, slot), 0, MASK);
  memory.fill(tableOf(hart, slot), 0, TABLE_BYTES);
  store<u16>(slotEntry(hart, ramPage), <u16>slot);
  return slot;
}

/** Notes that pieces of a page were decoded: stores to the page take the slow path from now on. */
export function markDecoded(hart: usize, slot: u32, decoded: u64): void {
  const at = descriptor(hart, slot);
  const mask = load<u64>(at, MASK);
  if (mask == 0) {
    const ramPage = load<u32>(at);
    const flags = L.CODE_FLAGS + ramPage;
    atomic.store<u8>(flags, <u8>(<u32>atomic.load<u8>(flags) | hartBit(hart)));
    const harts = L.machine32(L.HARTS);
    for (let index: u32 = 0; index < harts; index++) forbidStores(L.hartState(index), L.RAM + (ramPage << 12));
  }
  store<u64>(at, mask | decoded, MASK);
}

/** One bit for each 64-byte piece from one offset to before another. */
@inline
export function pieceMask(from: u32, to: u32): u64 {
  const first = from >> 6;
  const last = (to - 1) >> 6;
  return (~(<u64>0) << <u64>first) & (~(<u64>0) >> <u64>(63 - last));
}

@inline
export function hasCode(ramPage: u32): bool {
  return load<u8>(L.CODE_FLAGS + ramPage) != 0;
}

/** Counts the pages of which blocks were dropped: a region that sees it change goes no further. */
export let drops: u32 = 0;

/** How often the blocks of a page of code were dropped. */
@inline
export function timesDropped(hart: usize, table: usize): u32 {
  return load<u32>(descriptor(hart, slotOfTable(hart, table)), DROPPED);
}

/** A page that holds code is written between two offsets of it: drops what harts decoded from there. */
export function codeWritten(ramPage: u32, from: u32, to: u32): void {
  const flags = <u32>load<u8>(L.CODE_FLAGS + ramPage);
  for (let rest = flags; rest; rest &= rest - 1) dropWritten(L.hartState(ctz(rest)), ramPage, from, to);
}

function dropWritten(hart: usize, ramPage: u32, from: u32, to: u32): void {
  const slot = <u32>load<u16>(slotEntry(hart, ramPage));
  const at = descriptor(hart, slot);
  if ((load<u64>(at, MASK) & pieceMask(from, to)) == 0) return;
  memory.fill(tableOf(hart, slot), 0, TABLE_BYTES);
  store<u64>(at, 0, MASK);
  store<u32>(at, load<u32>(at, DROPPED) + 1, DROPPED);
  drops++;
  forgetCode(hart, ramPage);
}

/** RAM was written other than by a store: notes it, and drops what was decoded from there. Offset from the start of RAM. */
export function ramChanged(offset: u64, bytes: u64): void {
  const end = min<u64>(offset + bytes, L.ramBytes());
  for (let at = offset; at < end; at = (at | 0xfff) + 1) {
    const page = <u32>(at >> 12);
    noteWritten(RAM_BASE + at);
    if (!hasCode(page)) continue;
    const last = min<u64>(end - (<u64>page << 12), 4096);
    codeWritten(page, <u32>at & 0xfff, <u32>last);
  }
}
