import * as L from '../layout';
import * as N from './numbers';
import { setFlags } from '../softfloat/index';
import { writeCounter, writeInhibit } from '../hart/counters';
import { FS_MASK } from '../hart/float';
import { SSIP, updateTimer } from '../interrupts/pending';
import { writePmpaddr, writePmpcfg } from '../memory/pmp';
import { flushAll, selectBank } from '../memory/tlb';
import { SV39, SV48 } from '../memory/walk';
import { ALL_INTERRUPTS, writeMie, writeMip, writeMstatus, writeSstatus } from './status';

/** All exceptions that a privilege below M can raise, but for environment calls from S and M. */
const MEDELEG_WRITABLE: u64 = 0xb3ff;
const MIDELEG_WRITABLE: u64 = 0x222;
/** FIOM, CBIE, CBCFE, CBZE; for M also ADUE, PBMTE, STCE. */
const SENVCFG_WRITABLE: u64 = 0xf1;
const MENVCFG_WRITABLE: u64 = 0xe000_0000_0000_00f1;
/** cycle, time, instret. */
const COUNTERS: u64 = 7;

@inline
function markFloatDirty(hart: usize): void {
  store<u64>(hart, load<u64>(hart, L.MSTATUS) | FS_MASK, L.MSTATUS);
}

/** Modes other than direct and vectored are refused by keeping the old register. */
function writeVector(hart: usize, register: usize, value: u64): void {
  if ((value & 3) < 2) store<u64>(hart + register, value);
}

/** "If satp is written with an unsupported MODE, the entire write has no effect." */
function writeSatp(hart: usize, value: u64): void {
  const mode = value >> 60;
  if (mode != 0 && mode != SV39 && mode != SV48) return;
  const satp = mode == 0 ? 0 : value;
  store<u64>(hart, satp, L.SATP);
  selectBank(hart, satp);
}

function writeMenvcfg(hart: usize, value: u64): void {
  let wanted = value & MENVCFG_WRITABLE;
  // CBIE = 2 is reserved.
  if ((wanted & 0x30) == 0x20) wanted &= ~0x30;
  store<u64>(hart, wanted, L.MENVCFG);
  flushAll(hart);
  updateTimer(hart);
}

/** Writes a register that was read before, and so is known to exist. */
export function writeCsr(hart: usize, csr: u32, value: u64): void {
  switch (csr) {
    case N.FFLAGS:
      setFlags(<u32>value & 31);
      return markFloatDirty(hart);
    case N.FRM:
      store<u32>(hart, <u32>value & 7, L.FRM);
      return markFloatDirty(hart);
    case N.FCSR:
      setFlags(<u32>value & 31);
      store<u32>(hart, <u32>(value >> 5) & 7, L.FRM);
      return markFloatDirty(hart);
    case N.SSTATUS:
      return writeSstatus(hart, value);
    case N.SIE:
      return writeMie(hart, value, load<u32>(hart, L.MIDELEG));
    case N.STVEC:
      return writeVector(hart, L.STVEC, value);
    case N.SCOUNTEREN:
      return store<u64>(hart, value & COUNTERS, L.SCOUNTEREN);
    case N.SENVCFG:
      return store<u64>(hart, value & SENVCFG_WRITABLE, L.SENVCFG);
    case N.SSCRATCH:
      return store<u64>(hart, value, L.SSCRATCH);
    case N.SEPC:
      return store<u64>(hart, value & ~1, L.SEPC);
    case N.SCAUSE:
      return store<u64>(hart, value, L.SCAUSE);
    case N.STVAL:
      return store<u64>(hart, value, L.STVAL);
    case N.SIP:
      return writeMip(hart, value, load<u32>(hart, L.MIDELEG) & SSIP);
    case N.STIMECMP:
      store<u64>(hart, value, L.STIMECMP);
      return updateTimer(hart);
    case N.SATP:
      return writeSatp(hart, value);
    default:
      return writeMachine(hart, csr, value);
  }
}

function writeMachine(hart: usize, csr: u32, value: u64): void {
  switch (csr) {
    case N.MSTATUS:
      return writeMstatus(hart, value);
    case N.MEDELEG:
      return store<u64>(hart, value & MEDELEG_WRITABLE, L.MEDELEG);
    case N.MIDELEG:
      return store<u64>(hart, value & MIDELEG_WRITABLE, L.MIDELEG);
    case N.MIE:
      return writeMie(hart, value, ALL_INTERRUPTS);
    case N.MTVEC:
      return writeVector(hart, L.MTVEC, value);
    case N.MCOUNTEREN:
      return store<u64>(hart, value & COUNTERS, L.MCOUNTEREN);
    case N.MENVCFG:
      return writeMenvcfg(hart, value);
    case N.MCOUNTINHIBIT:
      return writeInhibit(hart, value);
    case N.MSCRATCH:
      return store<u64>(hart, value, L.MSCRATCH);
    case N.MEPC:
      return store<u64>(hart, value & ~1, L.MEPC);
    case N.MCAUSE:
      return store<u64>(hart, value, L.MCAUSE);
    case N.MTVAL:
      return store<u64>(hart, value, L.MTVAL);
    case N.MIP:
      return writeMip(hart, value, ALL_INTERRUPTS);
    case N.MCYCLE:
      return writeCounter(hart, L.MCYCLE_OFFSET, value);
    case N.MINSTRET:
      return writeCounter(hart, L.MINSTRET_OFFSET, value);
    default:
      return writePmp(hart, csr, value);
  }
}

function writePmp(hart: usize, csr: u32, value: u64): void {
  if (csr >= N.PMPADDR0 && csr <= N.PMPADDR63) writePmpaddr(hart, csr - N.PMPADDR0, value);
  else if (csr >= N.PMPCFG0 && csr <= N.PMPCFG15) writePmpcfg(hart, csr - N.PMPCFG0, value);
  else return;
  flushAll(hart);
}
