/**
 * The code cache of a hart: blocks of decoded operations, found by physical page and offset, so that neither privilege
 * nor address space matters. Each page of code has a slot: a table with the address of a block for every even offset, and
 * a mask of the 64-byte pieces that were decoded. When slots or space for operations run out, everything is dropped.
 *
 * A store into a decoded piece drops the page's blocks. The block that is running then stays readable to its end, which
 * is allowed: fetches need to see stores only after FENCE.I.
 *
 * No hart touches the cache of another, which may have a thread of its own. A hart that stores to a page of which others
 * hold code marks it as stale for them, and they drop it at their next FENCE.I, or when one is asked of them. That a store
 * is noticed at all takes the slow path: the page must be in nobody's TLB for stores. A hart that begins to watch a page
 * cannot look into the others' TLBs, so it counts WATCH_EPOCH up; each hart that sees it changed empties its TLB for
 * stores before it goes on (`settleStores`). What is decoded before all that execute have done so is suspect: somebody may
 * have stored there unnoticed. It is used, and dropped at the next FENCE.I like what is stale.
 */
import { RAM_BASE } from '../generated/board';
import * as L from '../layout';
import { forgetProfile } from '../regions/profile';
import { fence } from './fence';
import { flushFetches, flushStores, forbidStores } from './tlb';
import { noteWritten } from './written';

const DESCRIPTOR_BYTES: usize = 32;
/**
 * In a descriptor: u32 page of RAM, u32 how often its blocks were dropped, u64 pieces that were decoded; with several
 * harts u32 WATCH_EPOCH when it began to be watched, u32 whether it is suspect.
 */
const DROPPED: usize = 4;
const MASK: usize = 8;
const WATCHED: usize = 16;
const SUSPECT: usize = 20;
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
  store<u32>(hart, 0, L.SUSPECTS);
  const end = load<usize>(hart, L.OPS_END);
  store<usize>(hart, tableOf(hart, 0) + slots(hart) * TABLE_BYTES, L.OPS_NEXT);
  assert(load<usize>(hart, L.OPS_NEXT) < end);
  flushFetches(hart);
  forgetProfile(hart);
}

function forgetCode(hart: usize, ramPage: u32): void {
  const flags = L.CODE_FLAGS + ramPage;
  atomic.and<u8>(flags, <u8>~hartBit(hart));
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
  store<u64>(descriptor(hart, slot), 0, WATCHED);
  memory.fill(tableOf(hart, slot), 0, TABLE_BYTES);
  store<u16>(slotEntry(hart, ramPage), <u16>slot);
  return slot;
}

/** Before instructions of a page are read, where there are several harts: from here on, stores to it are noticed. */
export function watch(hart: usize, slot: u32): void {
  const at = descriptor(hart, slot);
  const flags = L.CODE_FLAGS + load<u32>(at);
  if ((atomic.load<u8>(flags) & <u8>hartBit(hart)) == 0) {
    atomic.or<u8>(flags, <u8>hartBit(hart));
    forbidStores(hart, L.RAM + (load<u32>(at) << 12));
    const before = atomic.add<u32>(L.MACHINE + L.WATCH_EPOCH, 1);
    store<u32>(at, before + 1, WATCHED);
    if (load<u32>(hart, L.EPOCH_SEEN) == before) atomic.store<u32>(hart, before + 1, L.EPOCH_SEEN);
  }
  if (load<u32>(at, SUSPECT) || allSettled(hart, load<u32>(at, WATCHED))) return;
  store<u32>(at, 1, SUSPECT);
  store<u32>(hart, 1, L.SUSPECTS);
}

/** Whether no other hart can store to a page unnoticed that has been watched since `epoch`. */
function allSettled(hart: usize, epoch: u32): bool {
  const harts = L.machine32(L.HARTS);
  for (let index: u32 = 0; index < harts; index++) {
    const other = L.hartState(index);
    if (other == hart || atomic.load<u32>(other, L.EXECUTING) == 0) continue;
    if (<i32>(atomic.load<u32>(other, L.EPOCH_SEEN) - epoch) < 0) return false;
  }
  return true;
}

@inline
export function storesSettled(hart: usize): bool {
  return load<u32>(hart, L.EPOCH_SEEN) == atomic.load<u32>(L.MACHINE + L.WATCH_EPOCH);
}

/** Before the hart executes instructions: pages that others have begun to watch leave its TLBs for stores. */
export function settleStores(hart: usize): void {
  const epoch = atomic.load<u32>(L.MACHINE + L.WATCH_EPOCH);
  flushStores(hart);
  atomic.store<u32>(hart, epoch, L.EPOCH_SEEN);
}

/** FENCE.I: what others stored before is fetched after. Stores of its own the hart has noticed already. */
export function refreshCode(hart: usize): void {
  const stale = atomic.xchg<u32>(hart + L.STALE_NOTED, 0);
  if (stale == 0 && load<u32>(hart, L.SUSPECTS) == 0) return;
  store<u32>(hart, 0, L.SUSPECTS);
  const bit = <u8>hartBit(hart);
  const used = load<u32>(hart, L.CODE_PAGES);
  for (let slot: u32 = 1; slot <= used; slot++) {
    const at = descriptor(hart, slot);
    const note = L.CODE_STALE + load<u32>(at);
    const written = (atomic.load<u8>(note) & bit) != 0;
    if (written) {
      atomic.and<u8>(note, <u8>~bit);
      store<u32>(at, load<u32>(at, DROPPED) + 1, DROPPED);
    }
    if (written || load<u32>(at, SUSPECT)) dropPage(hart, slot, at);
  }
}

function dropPage(hart: usize, slot: u32, at: usize): void {
  memory.fill(tableOf(hart, slot), 0, TABLE_BYTES);
  store<u64>(at, 0, MASK);
  store<u32>(at, 0, SUSPECT);
  drops++;
  forgetCode(hart, load<u32>(at));
}

/** Notes that pieces of a page were decoded: stores to the page take the slow path from now on. */
export function markDecoded(hart: usize, slot: u32, decoded: u64): void {
  const at = descriptor(hart, slot);
  const mask = load<u64>(at, MASK);
  // Where there are several harts, the page is watched already.
  if (mask == 0 && !L.several()) {
    const ramPage = load<u32>(at);
    store<u8>(L.CODE_FLAGS + ramPage, <u8>hartBit(hart));
    forbidStores(hart, L.RAM + (ramPage << 12));
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
  return atomic.load<u8>(L.CODE_FLAGS + ramPage) != 0;
}

/** Counts the pages of which blocks were dropped: a region that sees it change goes no further. */
export let drops: u32 = 0;

/** How often the blocks of a page of code were dropped. */
@inline
export function timesDropped(hart: usize, table: usize): u32 {
  return load<u32>(descriptor(hart, slotOfTable(hart, table)), DROPPED);
}

/** Half of those times count no more. */
export function forgiveDrops(hart: usize, table: usize): void {
  store<u32>(descriptor(hart, slotOfTable(hart, table)), timesDropped(hart, table) >>> 1, DROPPED);
}

/** A hart writes to a page that holds code, between two offsets of it: drops what it decoded from there itself. */
export function codeWritten(hart: usize, ramPage: u32, from: u32, to: u32): void {
  const flags = <u32>atomic.load<u8>(L.CODE_FLAGS + ramPage);
  if (flags & hartBit(hart)) dropWritten(hart, ramPage, from, to);
  const others = flags & ~hartBit(hart);
  if (others) noteStale(ramPage, others);
}

/**
 * Other harts need not watch the page any more: they will drop it. The note comes last, so that no hart that begins to
 * watch it again in between is left without one.
 */
function noteStale(ramPage: u32, others: u32): void {
  atomic.and<u8>(L.CODE_FLAGS + ramPage, <u8>~others);
  atomic.or<u8>(L.CODE_STALE + ramPage, <u8>others);
  for (let rest = others; rest; rest &= rest - 1) atomic.store<u32>(L.hartState(ctz(rest)), 1, L.STALE_NOTED);
}

function dropWritten(hart: usize, ramPage: u32, from: u32, to: u32): void {
  const slot = <u32>load<u16>(slotEntry(hart, ramPage));
  const at = descriptor(hart, slot);
  const mask = load<u64>(at, MASK);
  if (mask != 0 && (mask & pieceMask(from, to)) == 0) return;
  store<u32>(at, load<u32>(at, DROPPED) + 1, DROPPED);
  dropPage(hart, slot, at);
}

/**
 * RAM was written other than by a store, by the thread of this hart: notes it, and drops what was decoded from there.
 * Offset from the start of RAM.
 */
export function ramChanged(hart: usize, offset: u64, bytes: u64): void {
  // A hart that begins to watch a page now either reads what was written or is seen to watch it.
  if (L.several()) fence(hart);
  const end = min<u64>(offset + bytes, L.ramBytes());
  for (let at = offset; at < end; at = (at | 0xfff) + 1) {
    const page = <u32>(at >> 12);
    noteWritten(RAM_BASE + at);
    if (!hasCode(page)) continue;
    const last = min<u64>(end - (<u64>page << 12), 4096);
    codeWritten(hart, page, <u32>at & 0xfff, <u32>last);
  }
}
