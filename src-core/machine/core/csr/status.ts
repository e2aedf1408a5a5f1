/** mstatus and what hangs on it; mip and mie. */
import * as L from '../layout';
import { MEIP, MSIP, MTIP, SEIP, SSIP, STIP, SUPERVISOR, mip, timerOfSupervisor } from '../interrupts/pending';
import { FS_MASK } from '../hart/float';
import { selectContext } from '../memory/tlb';

/** SIE, SPIE, SPP, FS, SUM, MXR. */
const SSTATUS_WRITABLE: u64 = 0xc6122;
/** Besides: MIE, MPIE, MPP, MPRV, TVM, TW, TSR. */
const MSTATUS_WRITABLE: u64 = 0x7e79aa;
const MPP: u64 = 0x1800;
const UXL_64: u64 = 0x2_0000_0000;
const SXL_64: u64 = 0x8_0000_0000;
const SD: u64 = 1 << 63;

export const ALL_INTERRUPTS: u32 = SSIP | MSIP | STIP | MTIP | SEIP | MEIP;

@inline
function summary(status: u64): u64 {
  return (status & FS_MASK) == FS_MASK ? SD : 0;
}

export function readMstatus(hart: usize): u64 {
  const status = load<u64>(hart, L.MSTATUS);
  return status | UXL_64 | SXL_64 | summary(status);
}

export function readSstatus(hart: usize): u64 {
  const status = load<u64>(hart, L.MSTATUS);
  return (status & SSTATUS_WRITABLE) | UXL_64 | summary(status);
}

export function writeMstatus(hart: usize, value: u64): void {
  const before = load<u64>(hart, L.MSTATUS);
  // MPP = 2 is no privilege: it keeps what it was.
  if ((value & MPP) == 0x1000) value = (value & ~MPP) | (before & MPP);
  store<u64>(hart, (before & ~MSTATUS_WRITABLE) | (value & MSTATUS_WRITABLE), L.MSTATUS);
  selectContext(hart);
}

export function writeSstatus(hart: usize, value: u64): void {
  const before = load<u64>(hart, L.MSTATUS);
  store<u64>(hart, (before & ~SSTATUS_WRITABLE) | (value & SSTATUS_WRITABLE), L.MSTATUS);
  selectContext(hart);
}

/** mip as read-modify-write instructions see it: SEIP without the interrupt controller's part. */
export function readMipOwn(hart: usize): u64 {
  return <u64>(mip(hart) & ~SEIP) | <u64>(load<u32>(hart, L.PENDING_SOFTWARE) & SEIP);
}

export function writeMip(hart: usize, value: u64, mask: u32): void {
  if (timerOfSupervisor(hart)) mask &= ~STIP;
  mask &= SUPERVISOR;
  const place = hart + L.PENDING_SOFTWARE;
  // Another hart may be setting SSIP at this moment.
  atomic.and<u32>(place, ~mask | <u32>value);
  atomic.or<u32>(place, <u32>value & mask);
}

export function writeMie(hart: usize, value: u64, mask: u32): void {
  store<u32>(hart, (load<u32>(hart, L.MIE) & ~mask) | (<u32>value & mask), L.MIE);
}
