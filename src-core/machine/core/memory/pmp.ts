/**
 * "Physical Memory Protection": 16 entries with a grain of one page (G = 10), so that a page is allowed or forbidden as
 * a whole and a TLB entry can stand for the check.
 */
import * as L from '../layout';
import { MODE_M } from './tlb';

export const READ: u32 = 0;
export const WRITE: u32 = 1;
export const FETCH: u32 = 2;

const ENTRIES: usize = 16;
const LOCKED: u32 = 0x80;
const OFF: u32 = 0;
const TOR: u32 = 1;
const NA4: u32 = 2;
const NAPOT: u32 = 3;
/** Not locked, NAPOT, and readable, writable and executable. */
const ALL_ALLOWED: u32 = 0x1f;
const ADDRESS_MASK: u64 = 0x003f_ffff_ffff_ffff;
const GRAIN_BITS: u64 = 0x3ff;
const NAPOT_BITS: u64 = 0x1ff;

@inline
export function configuration(hart: usize, entry: usize): u32 {
  return <u32>load<u8>(hart + entry, L.PMPCFG);
}

@inline
function kind(configured: u32): u32 {
  return (configured >> 3) & 3;
}

@inline
function address(hart: usize, entry: usize): u64 {
  return load<u64>(hart + (entry << 3), L.PMPADDR);
}

/** True when the entry covers the page. Addresses are in units of 4 bytes, as in pmpaddr. */
function covers(hart: usize, entry: usize, configured: u32, page: u64): bool {
  const top = address(hart, entry);
  if (kind(configured) == TOR) {
    const bottom: u64 = entry == 0 ? 0 : address(hart, entry - 1);
    return page >= (bottom & ~GRAIN_BITS) && page < (top & ~GRAIN_BITS);
  }
  const ones = top | NAPOT_BITS;
  return ((page ^ top) & ~(ones ^ (ones + 1))) == 0;
}

/** Whether the privilege may access the page of this physical address. */
@inline
export function pmpAllows(hart: usize, physical: u64, access: u32, mode: u32): bool {
  return load<u32>(hart, L.PMP_OPEN) != 0 || entriesAllow(hart, physical, access, mode);
}

/** The first entry that covers it decides. */
function entriesAllow(hart: usize, physical: u64, access: u32, mode: u32): bool {
  const active = <usize>load<u32>(hart, L.PMP_ACTIVE);
  const page = (physical & ~0xfff) >> 2;
  for (let entry: usize = 0; entry < active; entry++) {
    const configured = configuration(hart, entry);
    if (kind(configured) == OFF || !covers(hart, entry, configured, page)) continue;
    if (mode == MODE_M && (configured & LOCKED) == 0) return true;
    return ((configured >> access) & 1) != 0;
  }
  return mode == MODE_M;
}

export function readPmpcfg(hart: usize, register: usize): u64 {
  return register & 1 || register > 2 ? 0 : load<u64>(hart + (register << 2), L.PMPCFG);
}

export function writePmpcfg(hart: usize, register: usize, value: u64): void {
  if (register & 1 || register > 2) return;
  for (let byte: usize = 0; byte < 8; byte++) {
    const entry = (register << 2) + byte;
    if (configuration(hart, entry) & LOCKED) continue;
    let wanted = <u32>(value >> (<u64>byte << 3)) & 0x9f;
    if (kind(wanted) == NA4) wanted &= ~0x18;
    // Writable and not readable is reserved.
    if ((wanted & 3) == 2) wanted &= ~3;
    store<u8>(hart + entry, <u8>wanted, L.PMPCFG);
  }
  summarize(hart);
}

/** To be called after a change of pmpcfg or pmpaddr. */
export function summarize(hart: usize): void {
  let active: u32 = 0;
  for (let entry: usize = 0; entry < ENTRIES; entry++) {
    if (kind(configuration(hart, entry)) != OFF) active = <u32>entry + 1;
  }
  store<u32>(hart, active, L.PMP_ACTIVE);
  const isOpen = configuration(hart, 0) == ALL_ALLOWED && address(hart, 0) == ADDRESS_MASK;
  store<u32>(hart, <u32>isOpen, L.PMP_OPEN);
}

export function readPmpaddr(hart: usize, entry: usize): u64 {
  if (entry >= ENTRIES) return 0;
  const value = address(hart, entry);
  return kind(configuration(hart, entry)) == NAPOT ? value | NAPOT_BITS : value & ~GRAIN_BITS;
}

export function writePmpaddr(hart: usize, entry: usize, value: u64): void {
  if (entry >= ENTRIES || configuration(hart, entry) & LOCKED) return;
  if (entry + 1 < ENTRIES) {
    const above = configuration(hart, entry + 1);
    if (above & LOCKED && kind(above) == TOR) return;
  }
  store<u64>(hart + (entry << 3), value & ADDRESS_MASK, L.PMPADDR);
  summarize(hart);
}

/** Everything is allowed to everyone: how the hypervisor's own SBI leaves it to the operating system. */
export function openPmp(hart: usize): void {
  store<u8>(hart, <u8>ALL_ALLOWED, L.PMPCFG);
  store<u64>(hart, ADDRESS_MASK, L.PMPADDR);
  summarize(hart);
}
