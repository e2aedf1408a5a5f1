/** The core's exports: CoreExports in ../core-interface.ts. */
import * as L from './layout';
import { exists, readCsr as csrRead } from './csr/read';
import { writeCsr as csrWrite } from './csr/write';
import { runHart } from './hart/run';
import { STARTED } from './hart/run-state';
import { enter, resetHart } from './hart/start';
import { nextDeadline, updateTimer, waiting } from './interrupts/pending';
import { PLIC_BYTES, restored as restorePlic, setLine } from './interrupts/plic';
import { enterGuest as enterInstructions, leaveGuest as leaveInstructions } from './interrupts/requests';
import { ramChanged } from './memory/code';
import { summarize } from './memory/pmp';
import { resetTlbs, selectBank } from './memory/tlb';
import { countAnew } from './memory/written';
import { flags, setFlags, takeFlags } from './softfloat/index';

export * from './regions/called';

const PC: u32 = 64;

export function initialize(bytes: f64, harts: u32, sbi: u32): void {
  memory.fill(L.MACHINE, 0, L.PLIC + PLIC_BYTES);
  memory.fill(L.CODE_FLAGS, 0, <usize>(<u64>bytes >> 12));
  if (harts > 1) memory.fill(L.CODE_STALE, 0, <usize>(<u64>bytes >> 12));
  store<u64>(L.MACHINE, <u64>bytes, L.RAM_BYTES);
  store<u32>(L.MACHINE, harts, L.HARTS);
  store<u32>(L.MACHINE, sbi, L.SBI);
  for (let index: u32 = 0; index < harts; index++) resetHart(index, harts);
}

/** Rebuilds what is not part of a saved state, from the fields that were written after `initialize`. */
export function stateRestored(): void {
  restorePlic();
  const harts = L.machine32(L.HARTS);
  for (let index: u32 = 0; index < harts; index++) {
    const hart = L.hartState(index);
    summarize(hart);
    resetTlbs(hart);
    selectBank(hart, load<u64>(hart, L.SATP));
    updateTimer(hart);
  }
}

export function ramAddress(): usize {
  return L.RAM;
}

export function reservedBytes(): usize {
  return L.RAM;
}

export function startHart(index: u32, pc: u64, a0: u64, a1: u64, a2: u64): void {
  const hart = L.hartState(index);
  enter(hart, pc, a0, a1);
  store<u64>(load<usize>(hart, L.REGISTERS) + 96, a2);
  atomic.store<u32>(hart, STARTED, L.RUN_STATE);
}

export function run(index: u32, budget: i32): u32 {
  return runHart(L.hartState(index), budget);
}

export function deadline(index: u32): f64 {
  const hart = L.hartState(index);
  return atomic.load<u32>(hart, L.RUN_STATE) == STARTED ? nextDeadline(hart) : Infinity;
}

export function interruptPending(index: u32): u32 {
  const hart = L.hartState(index);
  if (atomic.load<u32>(hart, L.REQUESTS) != 0) return 1;
  if (atomic.load<u32>(hart, L.RUN_STATE) != STARTED) return 0;
  updateTimer(hart);
  return waiting(hart) != 0 ? 1 : 0;
}

export function isStarted(index: u32): u32 {
  return atomic.load<u32>(L.hartState(index), L.RUN_STATE) == STARTED ? 1 : 0;
}

export function summon(index: u32): void {
  atomic.store<u32>(L.hartState(index), 1, L.SUMMONED);
}

export function takeSummons(index: u32): u32 {
  return atomic.xchg<u32>(L.hartState(index) + L.SUMMONED, 0);
}

export function leaveGuest(index: u32): void {
  leaveInstructions(L.hartState(index));
}

export function enterGuest(index: u32): void {
  enterInstructions(L.hartState(index));
}

export function setInterruptLine(source: u32, level: u32): void {
  setLine(source, level != 0);
}

export function ramWritten(offset: f64, bytes: f64): void {
  ramChanged(L.hartState(0), <u64>offset, <u64>bytes);
}

export function writtenPages(): usize {
  return L.WRITTEN;
}

export function forgetWritten(): void {
  countAnew();
}

function registerAddress(hart: usize, register: u32): usize {
  if (register == PC) return hart + L.PC;
  const registers = load<usize>(hart, L.REGISTERS);
  return register < 32 ? registers + (register << 3) : registers + L.F_REGISTERS + ((register & 31) << 3);
}

export function readRegister(index: u32, register: u32): u64 {
  return load<u64>(registerAddress(L.hartState(index), register));
}

export function writeRegister(index: u32, register: u32, value: u64): void {
  if (register) store<u64>(registerAddress(L.hartState(index), register), value);
}

/** Zero for a register that does not exist. */
export function readCsr(index: u32, csr: u32): u64 {
  const hart = L.hartState(index);
  const before = flags;
  setFlags(load<u32>(hart, L.FFLAGS));
  const value = csrRead(hart, csr);
  setFlags(before);
  return exists ? value : 0;
}

export function writeCsr(index: u32, csr: u32, value: u64): void {
  const hart = L.hartState(index);
  setFlags(load<u32>(hart, L.FFLAGS));
  csrWrite(hart, csr, value);
  store<u32>(hart, takeFlags() & 31, L.FFLAGS);
}

export function privilege(index: u32): u32 {
  return load<u32>(L.hartState(index), L.MODE);
}

export function retired(index: u32): u64 {
  return load<u64>(L.hartState(index), L.RETIRED);
}

export function fatalCause(index: u32): u32 {
  return load<u32>(L.hartState(index), L.FATAL_CAUSE);
}
