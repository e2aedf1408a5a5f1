/** "Virtual Address Translation Process", Sv39 and Sv48, with Svadu, Svpbmt and Svnapot. */
import * as L from '../layout';
import { RAM_BASE } from '../generated/board';
import { FETCH, READ, WRITE, pmpAllows } from './pmp';
import { MODE_M, MODE_S, MODE_U, MSTATUS_MXR, MSTATUS_SUM } from './tlb';
import { noteWritten } from './written';

const PTE_V: u64 = 1;
const PTE_R: u64 = 2;
const PTE_W: u64 = 4;
const PTE_X: u64 = 8;
const PTE_U: u64 = 16;
const PTE_A: u64 = 64;
const PTE_D: u64 = 128;
const PTE_PPN: u64 = 0x003f_ffff_ffff_fc00;
const PTE_PBMT: u64 = 0x6000_0000_0000_0000;
const PTE_N: u64 = 0x8000_0000_0000_0000;
const PTE_RESERVED: u64 = 0x1fc0_0000_0000_0000;

const MENVCFG_ADUE: u64 = 1 << 61;
const MENVCFG_PBMTE: u64 = 1 << 62;

export const SV39: u64 = 8;
export const SV48: u64 = 9;

/** In place of a cause: another hart has changed the entry meanwhile. */
const AGAIN: i32 = -1;

/** Results of a translation that succeeded: the physical address and the leaf's level. */
export let physical: u64 = 0;
export let leafLevel: u32 = 0;

@inline
export function inRam(address: u64): bool {
  return address - RAM_BASE < L.ramBytes();
}

/** Where a physical address of RAM stands in our memory. */
@inline
export function hostOf(address: u64): usize {
  return L.RAM + <usize>(address - RAM_BASE);
}

@inline
export function accessFault(access: u32): i32 {
  return access == FETCH ? 1 : access == READ ? 5 : 7;
}

@inline
function pageFault(access: u32): i32 {
  return access == FETCH ? 12 : access == READ ? 13 : 15;
}

/** Translates for an access of a privilege. @returns 0, or the cause of the exception */
export function translate(hart: usize, address: u64, access: u32, mode: u32): i32 {
  const satp = load<u64>(hart, L.SATP);
  if (mode == MODE_M || satp >> 60 == 0) {
    physical = address;
    leafLevel = 0;
  } else {
    let cause = AGAIN;
    while (cause == AGAIN) cause = walk(hart, satp, address, access, mode);
    if (cause) return cause;
  }
  return pmpAllows(hart, physical, access, mode) ? 0 : accessFault(access);
}

function walk(hart: usize, satp: u64, address: u64, access: u32, mode: u32): i32 {
  let level: u32 = satp >> 60 == SV39 ? 2 : 3;
  const top = 64 - <i64>(12 + 9 * (level + 1));
  if (<i64>(address << <u64>top) >> top != <i64>address) return pageFault(access);
  let table: u64 = (satp & 0x0fff_ffff_ffff) << 12;
  while (true) {
    const entry = table + (((address >> <u64>(12 + 9 * level)) & 0x1ff) << 3);
    if (!inRam(entry) || !pmpAllows(hart, entry, READ, MODE_S)) return accessFault(access);
    const host = hostOf(entry);
    const pte = atomic.load<u64>(host);
    if ((pte & PTE_V) == 0 || (pte & (PTE_R | PTE_W)) == PTE_W || pte & PTE_RESERVED) return pageFault(access);
    if (pte & (PTE_R | PTE_X)) return leaf(hart, address, access, mode, pte, entry, level);
    // "For non-leaf PTEs, the D, A, and U bits are reserved", and so are PBMT and N.
    if (pte & (PTE_D | PTE_A | PTE_U | PTE_PBMT | PTE_N) || level == 0) return pageFault(access);
    table = ((pte & PTE_PPN) >> 10) << 12;
    level--;
  }
}

function permitted(hart: usize, pte: u64, access: u32, mode: u32): bool {
  const mstatus = load<u64>(hart, L.MSTATUS);
  if (pte & PTE_U) {
    if (mode == MODE_S && (access == FETCH || (mstatus & MSTATUS_SUM) == 0)) return false;
  } else if (mode == MODE_U) return false;
  if (access == FETCH) return (pte & PTE_X) != 0;
  if (access == WRITE) return (pte & PTE_W) != 0;
  return (pte & PTE_R) != 0 || ((mstatus & MSTATUS_MXR) != 0 && (pte & PTE_X) != 0);
}

function leaf(hart: usize, address: u64, access: u32, mode: u32, pte: u64, entry: u64, level: u32): i32 {
  const menvcfg = load<u64>(hart, L.MENVCFG);
  if (!permitted(hart, pte, access, mode)) return pageFault(access);
  const pbmt = pte & PTE_PBMT;
  if (pbmt != 0 && (pbmt == PTE_PBMT || (menvcfg & MENVCFG_PBMTE) == 0)) return pageFault(access);
  let frame = (pte & PTE_PPN) >> 10;
  let within: u64 = (<u64>1 << <u64>(9 * level)) - 1;
  if (pte & PTE_N) {
    // Svnapot: the only size is 64 KiB.
    if (level != 0 || (frame & 0xf) != 8) return pageFault(access);
    within = 0xf;
    frame &= ~0xf;
  }
  if (frame & within) return pageFault(access);
  const cause = markUsed(hart, pte, entry, access, menvcfg);
  if (cause) return cause;
  frame |= (address >> 12) & within;
  physical = (frame << 12) | (address & 0xfff);
  leafLevel = pte & PTE_N ? 1 : level;
  return 0;
}

/** A and D: kept by us when menvcfg.ADUE is set (Svadu), else a fault tells the operating system (Svade). */
function markUsed(hart: usize, pte: u64, entry: u64, access: u32, menvcfg: u64): i32 {
  const wanted = access == WRITE ? pte | PTE_A | PTE_D : pte | PTE_A;
  if (wanted != pte) {
    if ((menvcfg & MENVCFG_ADUE) == 0) return pageFault(access);
    if (!pmpAllows(hart, entry, WRITE, MODE_S)) return accessFault(access);
    noteWritten(entry);
    if (atomic.cmpxchg<u64>(hostOf(entry), pte, wanted) != pte) return AGAIN;
  }
  return 0;
}
