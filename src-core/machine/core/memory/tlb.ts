/**
 * The software TLBs of a hart. An entry is 16 bytes: {u64 tag, u32 addend, u32 level}. The tag is the page's virtual
 * address; a lookup compares it with the address whose offset bits are cleared except those that must be zero for
 * alignment, so one compare checks page and alignment. The addend, added to the virtual address modulo 2^32, gives the
 * place in our memory; in a fetch TLB it is the address of the page's table of blocks.
 *
 * Loads, stores and fetches have tables of their own, and so has each context: what privilege, SUM and MXR allow
 * differs, and changing them (a system call does it several times) must not flush anything. The tables of one value of
 * satp form a bank; a few banks are kept, so that switching between processes flushes nothing either.
 *
 * Never in a TLB: device registers, pages without PMP permission, and for stores pages of which code was decoded.
 */
import * as L from '../layout';
import { ENTRY_BYTES, TABLE_BYTES, VICTIMS_BYTES, displace, recall, victimsOf } from './victims';

export const BANKS: usize = 4;
const BANK_BYTES: usize = 0xe000;
/** A data context: the read table, then the write table. */
const CONTEXT_BYTES: usize = 0x2000;
const CONTEXTS: usize = 6;
const FETCH_TABLES: usize = CONTEXTS * CONTEXT_BYTES;
const BARE_TABLES: usize = BANKS * BANK_BYTES;
const TABLES_BYTES: usize = BARE_TABLES + 3 * TABLE_BYTES;
const NO_SATP: u64 = ~(<u64>0);

export const MODE_U: u32 = 0;
export const MODE_S: u32 = 1;
export const MODE_M: u32 = 3;

export const MSTATUS_MPRV: u64 = 1 << 17;
export const MSTATUS_SUM: u64 = 1 << 18;
export const MSTATUS_MXR: u64 = 1 << 19;

/**
 * Tags of entries that hold nothing: those of other entries' pages, and of no beginning of a page. So (tag ^ address) is
 * the offset in the page when an entry holds the page, and larger than any when it does not.
 */
const NOTHING: u64 = ~(<u64>0);
const NOTHING_IN_LAST: u64 = 0xfff;
const LAST: usize = TABLE_BYTES - ENTRY_BYTES;

/** Empties some tables, which are aligned to their size. */
function empty(hart: usize, tables: usize, bytes: usize): void {
  memory.fill(victimsOf(hart, tables), 0xff, (bytes / TABLE_BYTES) * VICTIMS_BYTES);
  memory.fill(tables, 0xff, bytes);
  for (let last = tables + LAST; last < tables + bytes; last += TABLE_BYTES) store<u64>(last, NOTHING_IN_LAST);
}

@inline
function forget(entry: usize): void {
  store<u64>(entry, (entry & LAST) == LAST ? NOTHING_IN_LAST : NOTHING);
}

@inline
function bankTables(hart: usize, bank: usize): usize {
  return load<usize>(hart, L.TLB_BASE) + bank * BANK_BYTES;
}

@inline
export function bankSatp(hart: usize, bank: usize): u64 {
  return load<u64>(hart + (bank << 3), L.BANK_SATP);
}

@inline
function bankUsed(hart: usize, bank: usize): u32 {
  return load<u32>(hart + (bank << 2), L.BANK_USED);
}

/** Privilege that loads and stores have: MPRV lends M-mode the one of MPP. */
@inline
export function dataMode(hart: usize): u32 {
  const mode = load<u32>(hart, L.MODE);
  const mstatus = load<u64>(hart, L.MSTATUS);
  return mode == MODE_M && (mstatus & MSTATUS_MPRV) != 0 ? <u32>(mstatus >> 11) & 3 : mode;
}

/** Puts the tables in use that belong to the hart's privilege, mstatus and bank. Cheap: called for every change. */
export function selectContext(hart: usize): void {
  const mode = load<u32>(hart, L.MODE);
  const mstatus = load<u64>(hart, L.MSTATUS);
  const bank = load<u32>(hart, L.BANK);
  const tables = bankTables(hart, bank);
  const bare = load<usize>(hart, L.TLB_BASE) + BARE_TABLES;
  let used = bankUsed(hart, bank);
  const forData = dataMode(hart);
  let data = bare;
  if (forData != MODE_M) {
    let context: u32 = forData == MODE_U ? 0 : 1 + <u32>((mstatus >> 18) & 1);
    if (mstatus & MSTATUS_MXR) context += 3;
    used |= 1 << context;
    data = tables + context * CONTEXT_BYTES;
  }
  store<usize>(hart, data, L.READ_TLB);
  store<usize>(hart, data + TABLE_BYTES, L.WRITE_TLB);
  let fetch = bare + CONTEXT_BYTES;
  if (mode != MODE_M) {
    used |= 1 << (6 + mode);
    fetch = tables + FETCH_TABLES + mode * TABLE_BYTES;
  }
  store<usize>(hart, fetch, L.FETCH_TLB);
  store<u32>(hart + (bank << 2), used, L.BANK_USED);
}

/** Puts the bank of this satp in use, an old one's place if it has none. */
export function selectBank(hart: usize, satp: u64): void {
  for (let bank: usize = 0; bank < BANKS; bank++) {
    if (bankSatp(hart, bank) != satp) continue;
    store<u32>(hart, <u32>bank, L.BANK);
    selectContext(hart);
    return;
  }
  const bank = <usize>load<u32>(hart, L.BANK_NEXT);
  store<u32>(hart, <u32>((bank + 1) & (BANKS - 1)), L.BANK_NEXT);
  flushBank(hart, bank);
  store<u64>(hart + (bank << 3), satp, L.BANK_SATP);
  store<u32>(hart, <u32>bank, L.BANK);
  selectContext(hart);
}

function flushBank(hart: usize, bank: usize): void {
  const tables = bankTables(hart, bank);
  const used = bankUsed(hart, bank);
  for (let context: usize = 0; context < CONTEXTS; context++) {
    if ((used >> <u32>context) & 1) empty(hart, tables + context * CONTEXT_BYTES, CONTEXT_BYTES);
  }
  if (used & 0xc0) empty(hart, tables + FETCH_TABLES, 2 * TABLE_BYTES);
  store<u32>(hart + (bank << 2), 0, L.BANK_USED);
}

/** Forgets a bank: the one in use is emptied, another just gives up its place. */
function dropBank(hart: usize, bank: usize): void {
  if (bank == <usize>load<u32>(hart, L.BANK)) {
    flushBank(hart, bank);
    selectContext(hart);
  } else {
    store<u64>(hart + (bank << 3), NO_SATP, L.BANK_SATP);
  }
}

/** Forgets everything, also what M-mode knows: after a change of PMP, or of what addresses mean. */
export function flushAll(hart: usize): void {
  for (let bank: usize = 0; bank < BANKS; bank++) dropBank(hart, bank);
  empty(hart, load<usize>(hart, L.TLB_BASE) + BARE_TABLES, 3 * TABLE_BYTES);
}

/** Clears the tables of a hart that starts. */
export function resetTlbs(hart: usize): void {
  empty(hart, load<usize>(hart, L.TLB_BASE), TABLES_BYTES);
  for (let bank: usize = 0; bank < BANKS; bank++) {
    store<u64>(hart + (bank << 3), NO_SATP, L.BANK_SATP);
    store<u32>(hart + (bank << 2), 0, L.BANK_USED);
  }
  store<u32>(hart, 0, L.BANK_NEXT);
  for (let half: usize = 0; half < 2; half++) {
    store<u64>(hart + (half << 4), ~(<u64>0), L.LARGE_PAGES);
    store<u64>(hart + (half << 4), 0, L.LARGE_PAGES + 8);
  }
  selectBank(hart, 0);
}

@inline
function ofAsid(satp: u64, asid: u64): bool {
  return ((satp >> 44) & 0xffff) == asid;
}

/** SFENCE.VMA for all addresses; `asid` below 0 for all address spaces. */
export function fenceAll(hart: usize, asid: i32): void {
  for (let bank: usize = 0; bank < BANKS; bank++) {
    if (asid < 0 || ofAsid(bankSatp(hart, bank), <u64>asid)) dropBank(hart, bank);
  }
}

/** SFENCE.VMA for the leaf that maps an address; `asid` below 0 for all address spaces. */
export function fenceAddress(hart: usize, address: u64, asid: i32): void {
  const large = amongLarge(hart, address);
  for (let bank: usize = 0; bank < BANKS; bank++) {
    if (asid >= 0 && !ofAsid(bankSatp(hart, bank), <u64>asid)) continue;
    const tables = bankTables(hart, bank);
    const used = bankUsed(hart, bank);
    for (let context: usize = 0; context < CONTEXTS; context++) {
      if (!((used >> <u32>context) & 1)) continue;
      fenceTable(hart, tables + context * CONTEXT_BYTES, address, large);
      fenceTable(hart, tables + context * CONTEXT_BYTES + TABLE_BYTES, address, large);
    }
    if (used & 0x40) fenceTable(hart, tables + FETCH_TABLES, address, large);
    if (used & 0x80) fenceTable(hart, tables + FETCH_TABLES + TABLE_BYTES, address, large);
  }
}

/** Parts of a superpage stand in many entries: all whose superpage holds the address go. */
function fenceTable(hart: usize, table: usize, address: u64, large: bool): void {
  forgetLeaf(victimsOf(hart, table), VICTIMS_BYTES, address);
  if (large) {
    forgetLeaf(table, TABLE_BYTES, address);
    return;
  }
  const entry = entryOf(table, address);
  if (load<u64>(entry) == (address & ~0xfff)) forget(entry);
}

function forgetLeaf(entries: usize, bytes: usize, address: u64): void {
  for (let entry = entries; entry < entries + bytes; entry += ENTRY_BYTES) {
    const tag = load<u64>(entry);
    if ((tag & 0xfff) != 0) continue;
    if ((tag ^ address) >> leafShift(load<u32>(entry, 12)) == 0) forget(entry);
  }
}

@inline
function leafShift(level: u32): u64 {
  return <u64>(12 + 9 * level);
}

@inline
function entryOf(table: usize, address: u64): usize {
  return table + ((<usize>address >>> 8) & 0xff0);
}

/** Where the bounds of what superpages ever mapped stand, for the half of the address space that an address lies in. */
@inline
function boundsOf(hart: usize, address: u64): usize {
  return hart + (<usize>(address >> 63) << 4);
}

/**
 * Whether a superpage that is in a TLB may hold the address. Operating systems keep their superpages in one place, and
 * what they fence by address is elsewhere: then one entry of a table needs to be looked at, not all.
 */
function amongLarge(hart: usize, address: u64): bool {
  const bounds = boundsOf(hart, address);
  return address >= load<u64>(bounds, L.LARGE_PAGES) && address <= load<u64>(bounds, L.LARGE_PAGES + 8);
}

function noteLarge(hart: usize, address: u64, level: u32): void {
  const bounds = boundsOf(hart, address);
  const within = (<u64>1 << leafShift(level)) - 1;
  store<u64>(bounds, min<u64>(load<u64>(bounds, L.LARGE_PAGES), address & ~within), L.LARGE_PAGES);
  store<u64>(bounds, max<u64>(load<u64>(bounds, L.LARGE_PAGES + 8), address | within), L.LARGE_PAGES + 8);
}

@inline
export function fill(hart: usize, table: usize, address: u64, addend: usize, level: u32): void {
  if (level) noteLarge(hart, address, level);
  const entry = entryOf(table, address);
  displace(hart, table, entry);
  store<usize>(entry, addend, 8);
  store<u32>(entry, level, 12);
  store<u64>(entry, address & ~0xfff);
}

/** Whether a table has the page of an address: then its entry does, also if another had displaced it. */
@inline
export function holds(hart: usize, table: usize, address: u64): bool {
  const entry = entryOf(table, address);
  const page = address & ~0xfff;
  return load<u64>(entry) == page || recall(hart, table, entry, page);
}

/** What the entry of an address adds to it, or has for it. */
@inline
export function addendOf(table: usize, address: u64): usize {
  return load<usize>(entryOf(table, address), 8);
}

/** Empties the tables for stores only. */
export function flushStores(hart: usize): void {
  for (let bank: usize = 0; bank < BANKS; bank++) {
    const tables = bankTables(hart, bank);
    const used = bankUsed(hart, bank);
    for (let context: usize = 0; context < CONTEXTS; context++) {
      if ((used >> <u32>context) & 1) empty(hart, tables + context * CONTEXT_BYTES + TABLE_BYTES, TABLE_BYTES);
    }
  }
  empty(hart, load<usize>(hart, L.TLB_BASE) + BARE_TABLES + TABLE_BYTES, TABLE_BYTES);
}

/** No store goes past the slow path any more to the page of RAM that stands at `host`. */
export function forbidStores(hart: usize, host: usize): void {
  for (let bank: usize = 0; bank < BANKS; bank++) {
    const tables = bankTables(hart, bank);
    const used = bankUsed(hart, bank);
    for (let context: usize = 0; context < CONTEXTS; context++) {
      if ((used >> <u32>context) & 1) removePage(hart, tables + context * CONTEXT_BYTES + TABLE_BYTES, host);
    }
  }
  removePage(hart, load<usize>(hart, L.TLB_BASE) + BARE_TABLES + TABLE_BYTES, host);
}

function removePage(hart: usize, table: usize, host: usize): void {
  forgetPage(victimsOf(hart, table), VICTIMS_BYTES, host);
  forgetPage(table, TABLE_BYTES, host);
}

function forgetPage(entries: usize, bytes: usize, host: usize): void {
  for (let entry = entries; entry < entries + bytes; entry += ENTRY_BYTES) {
    if (<usize>load<u64>(entry) + load<usize>(entry, 8) == host) forget(entry);
  }
}

/** Empties the fetch tables only: the blocks that they point to are gone. */
export function flushFetches(hart: usize): void {
  for (let bank: usize = 0; bank < BANKS; bank++) {
    empty(hart, bankTables(hart, bank) + FETCH_TABLES, 2 * TABLE_BYTES);
  }
  empty(hart, load<usize>(hart, L.TLB_BASE) + BARE_TABLES + CONTEXT_BYTES, TABLE_BYTES);
}
