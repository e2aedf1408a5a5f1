/** Who may touch which CSR: "CSR Address Mapping Conventions" and the exceptions that single registers make. */
import * as L from '../layout';
import * as N from './numbers';
import { FS_MASK } from '../hart/float';
import { timerOfSupervisor } from '../interrupts/pending';
import { MODE_M, MODE_S, MODE_U } from '../memory/tlb';

const MSTATUS_TVM: u64 = 1 << 20;

/** Whether the hart's privilege may read, or also write, the register (which need not exist). */
export function mayAccess(hart: usize, csr: u32, writes: bool): bool {
  const mode = load<u32>(hart, L.MODE);
  if (writes && csr >> 10 == 3) return false;
  if (mode < ((csr >> 8) & 3)) return false;
  if (csr <= N.FCSR) return (load<u64>(hart, L.MSTATUS) & FS_MASK) != 0;
  if (csr >= N.CYCLE && csr <= N.HPMCOUNTER31) return counterEnabled(hart, csr & 31, mode);
  if (mode == MODE_M) return true;
  if (csr == N.SATP) return (load<u64>(hart, L.MSTATUS) & MSTATUS_TVM) == 0;
  if (csr == N.STIMECMP) return timerOfSupervisor(hart) && (load<u64>(hart, L.MCOUNTEREN) & 2) != 0;
  return true;
}

function counterEnabled(hart: usize, counter: u32, mode: u32): bool {
  if (mode == MODE_M) return true;
  const bit: u64 = <u64>1 << counter;
  if ((load<u64>(hart, L.MCOUNTEREN) & bit) == 0) return false;
  return mode == MODE_S || (load<u64>(hart, L.SCOUNTEREN) & bit) != 0;
}
