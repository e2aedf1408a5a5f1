/** "Zicsr", Control and Status Register Instructions. */
import * as L from '../layout';
import * as N from './numbers';
import { ATTENTION, DONE, UNLAWFUL, setOutcome } from '../hart/outcome';
import { deliverable, waiting } from '../interrupts/pending';
import { mayAccess } from './access';
import { exists, readCsr } from './read';
import { readMipOwn } from './status';
import { writeCsr } from './write';

@inline
function registerAt(hart: usize, number: u32): usize {
  return load<usize>(hart, L.REGISTERS) + (number << 3);
}

/** Whether `keptCsr` did anything. */
export let isBegun: bool = false;

/** Carries out csrrw and its kin. `outcome` tells whether the run loop must look. */
export function csrInstruction(hart: usize, bits: u32): void {
  const csr = bits >> 20;
  const kind = (bits >> 12) & 3;
  const source = (bits >> 15) & 31;
  const writes = kind == 1 || source != 0;
  setOutcome(UNLAWFUL);
  if (!mayAccess(hart, csr, writes)) return;
  const old = readCsr(hart, csr);
  if (!exists) return;
  setOutcome(DONE);
  if (writes) {
    const operand = bits & 0x4000 ? <u64>source : load<u64>(registerAt(hart, source));
    const base = csr == N.MIP ? readMipOwn(hart) : old;
    writeCsr(hart, csr, changed(kind, base, operand));
    // A new satp changes what the next fetch means; other writes may let an interrupt through.
    if (csr == N.SATP || changesProtection(csr) || deliverable(hart) != 0) setOutcome(ATTENTION);
  }
  const rd = (bits >> 7) & 31;
  if (rd) store<u64>(registerAt(hart, rd), old);
}

@inline
function changed(kind: u32, old: u64, operand: u64): u64 {
  return kind == 1 ? operand : kind == 2 ? old | operand : old & ~operand;
}

/**
 * The same for one of the registers that regions know (jit/region/system.ts), with the operand at hand. It is not begun
 * where it may not be, or could let an interrupt through. @returns the old value, or anything with `isBegun` false
 */
export function keptCsr(hart: usize, bits: u32, operand: u64): u64 {
  const csr = bits >> 20;
  const kind = (bits >> 12) & 3;
  const writes = kind == 1 || ((bits >> 15) & 31) != 0;
  isBegun = mayAccess(hart, csr, writes) && !(writes && csr == N.SSTATUS && waiting(hart) != 0);
  if (!isBegun) return 0;
  const old = readCsr(hart, csr);
  if (writes) writeCsr(hart, csr, changed(kind, old, operand));
  return old;
}

@inline
function changesProtection(csr: u32): bool {
  return csr >= N.PMPCFG0 && csr <= N.PMPADDR63;
}
