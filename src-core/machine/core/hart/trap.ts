/** Taking and returning from traps: "Machine Trap-Vector Base-Address", "Trap-Return Instructions". */
import * as L from '../layout';
import { MODE_M, MODE_S, MODE_U, MSTATUS_MPRV, selectContext } from '../memory/tlb';

export const INTERRUPT: u64 = 1 << 63;

const SIE: u64 = 1 << 1;
const MIE: u64 = 1 << 3;
const SPIE: u64 = 1 << 5;
const MPIE: u64 = 1 << 7;
const SPP: u64 = 1 << 8;
const MPP: u64 = 3 << 11;

const ECALL_FROM_U: u64 = 8;
const ECALL_FROM_M: u64 = 11;

function delegated(hart: usize, cause: u64): bool {
  if (load<u32>(hart, L.MODE) == MODE_M) return false;
  const delegation = cause & INTERRUPT ? load<u64>(hart, L.MIDELEG) : load<u64>(hart, L.MEDELEG);
  return ((delegation >> (cause & 63)) & 1) != 0;
}

@inline
function vector(base: u64, cause: u64): u64 {
  const direct = base & ~3;
  return (base & 1) != 0 && (cause & INTERRUPT) != 0 ? direct + ((cause & 63) << 2) : direct;
}

/**
 * An exception in the first instruction of the handler that would handle it, in the same privilege: nothing can change
 * any more, the hart would trap for ever. That is also what becomes of a handler that was never set.
 */
function hopeless(hart: usize, cause: u64, toSupervisor: bool): bool {
  if (cause >= ECALL_FROM_U && cause <= ECALL_FROM_M) return false;
  const handler = (toSupervisor ? load<u64>(hart, L.STVEC) : load<u64>(hart, L.MTVEC)) & ~3;
  return load<u64>(hart, L.PC) == handler && load<u32>(hart, L.MODE) == (toSupervisor ? MODE_S : MODE_M);
}

/** Enters the handler of an exception or interrupt at the hart's pc. May find that there is none: FATAL. */
export function trap(hart: usize, cause: u64, value: u64): void {
  const toSupervisor = delegated(hart, cause);
  if ((cause & INTERRUPT) == 0 && hopeless(hart, cause, toSupervisor)) {
    store<u32>(hart, 1, L.FATAL);
    const before = toSupervisor ? load<u64>(hart, L.SCAUSE) : load<u64>(hart, L.MCAUSE);
    // The trap that found no handler is the one before; without one, this.
    store<u32>(hart, <u32>(before == 0 || (before & INTERRUPT) != 0 ? cause : before), L.FATAL_CAUSE);
    return;
  }
  if (toSupervisor) enterSupervisor(hart, cause, value);
  else enterMachine(hart, cause, value);
  selectContext(hart);
}

function enterSupervisor(hart: usize, cause: u64, value: u64): void {
  const mode = load<u32>(hart, L.MODE);
  let mstatus = load<u64>(hart, L.MSTATUS);
  const enabled = mstatus & SIE;
  mstatus = (mstatus & ~(SIE | SPIE | SPP)) | (enabled << 4) | (<u64>(mode & 1) << 8);
  store<u64>(hart, mstatus, L.MSTATUS);
  store<u64>(hart, load<u64>(hart, L.PC), L.SEPC);
  store<u64>(hart, cause, L.SCAUSE);
  store<u64>(hart, value, L.STVAL);
  store<u32>(hart, MODE_S, L.MODE);
  store<u64>(hart, vector(load<u64>(hart, L.STVEC), cause), L.PC);
}

function enterMachine(hart: usize, cause: u64, value: u64): void {
  const mode = load<u32>(hart, L.MODE);
  let mstatus = load<u64>(hart, L.MSTATUS);
  const enabled = mstatus & MIE;
  mstatus = (mstatus & ~(MIE | MPIE | MPP)) | (enabled << 4) | (<u64>mode << 11);
  store<u64>(hart, mstatus, L.MSTATUS);
  store<u64>(hart, load<u64>(hart, L.PC), L.MEPC);
  store<u64>(hart, cause, L.MCAUSE);
  store<u64>(hart, value, L.MTVAL);
  store<u32>(hart, MODE_M, L.MODE);
  store<u64>(hart, vector(load<u64>(hart, L.MTVEC), cause), L.PC);
}

export function returnFromSupervisor(hart: usize): void {
  let mstatus = load<u64>(hart, L.MSTATUS);
  const mode: u32 = mstatus & SPP ? MODE_S : MODE_U;
  const enabled = (mstatus & SPIE) >> 4;
  mstatus = (mstatus & ~(SIE | SPP | MSTATUS_MPRV)) | enabled | SPIE;
  resume(hart, mode, mstatus, load<u64>(hart, L.SEPC));
}

export function returnFromMachine(hart: usize): void {
  let mstatus = load<u64>(hart, L.MSTATUS);
  const mode = <u32>(mstatus >> 11) & 3;
  const enabled = (mstatus & MPIE) >> 4;
  mstatus = (mstatus & ~(MIE | MPP)) | enabled | MPIE;
  if (mode != MODE_M) mstatus &= ~MSTATUS_MPRV;
  resume(hart, mode, mstatus, load<u64>(hart, L.MEPC));
}

function resume(hart: usize, mode: u32, mstatus: u64, pc: u64): void {
  store<u64>(hart, mstatus, L.MSTATUS);
  store<u32>(hart, mode, L.MODE);
  store<u64>(hart, pc, L.PC);
  selectContext(hart);
}
