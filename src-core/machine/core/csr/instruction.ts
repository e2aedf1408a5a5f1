/** "Zicsr", Control and Status Register Instructions. */
import * as L from '../layout';
import * as N from './numbers';
import { ATTENTION, DONE, UNLAWFUL, setOutcome } from '../hart/outcome';
import { deliverable } from '../interrupts/pending';
import { mayAccess } from './access';
import { exists, readCsr } from './read';
import { readMipOwn } from './status';
import { writeCsr } from './write';

@inline
function registerAt(hart: usize, number: u32): usize {
  return load<usize>(hart, L.REGISTERS) + (number << 3);
}

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
    writeCsr(hart, csr, kind == 1 ? operand : kind == 2 ? base | operand : base & ~operand);
    // A new satp changes what the next fetch means; other writes may let an interrupt through.
    if (csr == N.SATP || changesProtection(csr) || deliverable(hart) != 0) setOutcome(ATTENTION);
  }
  const rd = (bits >> 7) & 31;
  if (rd) store<u64>(registerAt(hart, rd), old);
}

@inline
function changesProtection(csr: u32): bool {
  return csr >= N.PMPCFG0 && csr <= N.PMPADDR63;
}
