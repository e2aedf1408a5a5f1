/** A hart's state when it begins: "Reset", and what the SBI promises to a hart that it starts. */
import * as L from '../layout';
import { layOutCodeCache } from '../memory/code';
import { openPmp } from '../memory/pmp';
import { MODE_M, MODE_S, resetTlbs } from '../memory/tlb';
import { STOPPED } from './run-state';

const NEVER: u64 = ~(<u64>0);
const FS_INITIAL: u64 = 0x2000;
/** Svadu is on until somebody turns it off: A and D bits are kept by the hardware. */
const MENVCFG_ADUE: u64 = 1 << 61;
const MENVCFG_PBMTE: u64 = 1 << 62;
const MENVCFG_STCE: u64 = 1 << 63;
const MENVCFG_CACHE_BLOCKS: u64 = 0xf0;

/** Everything but environment calls from S goes straight to the operating system when we answer the SBI. */
const SBI_MEDELEG: u64 = 0xb1ff;
const SUPERVISOR_INTERRUPTS: u64 = 0x222;

/** Clears a hart. It is stopped until it is started. */
export function resetHart(index: u32, harts: u32): void {
  const hart = L.hartState(index);
  const registers = L.REGISTER_FILES + index * L.REGISTER_FILE_BYTES;
  memory.fill(hart, 0, L.HART_STATE_BYTES);
  memory.fill(registers, 0, L.REGISTER_FILE_BYTES);
  store<u32>(hart, index, L.ID);
  store<usize>(hart, registers, L.REGISTERS);
  store<u32>(hart, MODE_M, L.MODE);
  store<u32>(hart, STOPPED, L.RUN_STATE);
  store<u64>(hart, NEVER, L.STIMECMP);
  store<u64>(hart, NEVER, L.MTIMECMP);
  store<u64>(hart, MENVCFG_ADUE, L.MENVCFG);
  store<usize>(hart, L.TLBS + index * L.TLB_BYTES, L.TLB_BASE);
  resetTlbs(hart);
  layOutCodeCache(hart, index, harts);
}

/** Lets a hart begin at `pc`, in S-mode when we answer the SBI, as if a firmware had prepared it. */
export function enter(hart: usize, pc: u64, a0: u64, a1: u64): void {
  const supervisor = L.machine32(L.SBI) != 0;
  store<u64>(hart, pc, L.PC);
  store<u64>(load<usize>(hart, L.REGISTERS) + 80, a0);
  store<u64>(load<usize>(hart, L.REGISTERS) + 88, a1);
  store<u32>(hart, supervisor ? MODE_S : MODE_M, L.MODE);
  store<u64>(hart, 0, L.SATP);
  store<u64>(hart, 0, L.MSTATUS);
  atomic.store<u32>(hart, 0, L.PENDING_SOFTWARE);
  if (supervisor) prepareForSupervisor(hart);
  resetTlbs(hart);
}

function prepareForSupervisor(hart: usize): void {
  store<u64>(hart, FS_INITIAL, L.MSTATUS);
  store<u64>(hart, SBI_MEDELEG, L.MEDELEG);
  store<u64>(hart, SUPERVISOR_INTERRUPTS, L.MIDELEG);
  store<u64>(hart, 7, L.MCOUNTEREN);
  // As OpenSBI does: Linux leaves it as it finds it, and its vDSO reads `time` in user mode.
  store<u64>(hart, 7, L.SCOUNTEREN);
  store<u64>(hart, MENVCFG_STCE | MENVCFG_PBMTE | MENVCFG_ADUE | MENVCFG_CACHE_BLOCKS, L.MENVCFG);
  openPmp(hart);
}
