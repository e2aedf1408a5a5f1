/** Instructions that the interpreter leaves to the run loop: privileged ones, environment calls, cache blocks. */
import * as L from '../layout';
import { CBO_ZERO, blockAllowed, manageBlock, zeroBlockSlowly } from './cache-blocks';
import { RUN_IDLE, stop } from './run-state';
import { DONE, FAULTED, UNLAWFUL, outcome, raise, setOutcome } from './outcome';
import { returnFromMachine, returnFromSupervisor } from './trap';
import { waiting } from '../interrupts/pending';
import { refreshCode } from '../memory/code';
import { MODE_M, MODE_S, MODE_U, fenceAddress, fenceAll } from '../memory/tlb';
import { sbiCall } from '../sbi/sbi';

const ECALL: u32 = 0x0000_0073;
const EBREAK: u32 = 0x0010_0073;
const SRET: u32 = 0x1020_0073;
const MRET: u32 = 0x3020_0073;
const WFI: u32 = 0x1050_0073;

const BREAKPOINT: u32 = 3;
const ECALL_FROM_U: u32 = 8;

const MSTATUS_TVM: u64 = 1 << 20;
const MSTATUS_TW: u64 = 1 << 21;
const MSTATUS_TSR: u64 = 1 << 22;

@inline
function status(hart: usize, bit: u64): bool {
  return (load<u64>(hart, L.MSTATUS) & bit) != 0;
}

@inline
function complete(hart: usize): void {
  store<u64>(hart, load<u64>(hart, L.PC) + 4, L.PC);
}

function register(hart: usize, number: u32): u64 {
  return load<u64>(load<usize>(hart, L.REGISTERS) + (number << 3));
}

/** @returns DONE (then pc is where the hart goes on), FAULTED or UNLAWFUL (pc stands at the instruction) */
export function system(hart: usize): u32 {
  const bits = load<u32>(hart, L.INSTRUCTION);
  if ((bits & 0x7f) == 0x0f) return fenceOrBlock(hart, bits);
  switch (bits) {
    case ECALL:
      return environmentCall(hart);
    case EBREAK:
      raise(hart, BREAKPOINT, load<u64>(hart, L.PC));
      return FAULTED;
    case SRET:
      return supervisorReturn(hart);
    case MRET:
      if (load<u32>(hart, L.MODE) != MODE_M) return UNLAWFUL;
      returnFromMachine(hart);
      return DONE;
    case WFI:
      return waitForInterrupt(hart);
    default:
      return fenceTranslations(hart, bits);
  }
}

function environmentCall(hart: usize): u32 {
  const mode = load<u32>(hart, L.MODE);
  if (mode == MODE_S && L.machine32(L.SBI)) {
    complete(hart);
    sbiCall(hart);
    return DONE;
  }
  raise(hart, ECALL_FROM_U + mode, 0);
  return FAULTED;
}

function supervisorReturn(hart: usize): u32 {
  const mode = load<u32>(hart, L.MODE);
  if (mode == MODE_U || (mode == MODE_S && status(hart, MSTATUS_TSR))) return UNLAWFUL;
  returnFromSupervisor(hart);
  return DONE;
}

/** "Wait for Interrupt": goes on when an enabled interrupt is pending, whether or not it can be taken. */
function waitForInterrupt(hart: usize): u32 {
  const mode = load<u32>(hart, L.MODE);
  if (mode == MODE_U || (mode == MODE_S && status(hart, MSTATUS_TW))) return UNLAWFUL;
  complete(hart);
  if (waiting(hart) == 0) stop(hart, RUN_IDLE);
  return DONE;
}

/** "Supervisor Memory-Management Fence Instruction". */
function fenceTranslations(hart: usize, bits: u32): u32 {
  const mode = load<u32>(hart, L.MODE);
  if (mode == MODE_U || (mode == MODE_S && status(hart, MSTATUS_TVM))) return UNLAWFUL;
  const rs1 = (bits >> 15) & 31;
  const rs2 = (bits >> 20) & 31;
  const asid = rs2 ? <i32>(register(hart, rs2) & 0xffff) : -1;
  if (rs1) fenceAddress(hart, register(hart, rs1), asid);
  else fenceAll(hart, asid);
  complete(hart);
  return DONE;
}

/** FENCE.I is for stores of other harts: one of its own drops what was decoded from there. Or a cache-block operation. */
function fenceOrBlock(hart: usize, bits: u32): u32 {
  if (((bits >> 12) & 7) == 1) {
    if (L.several()) refreshCode(hart);
    complete(hart);
    return DONE;
  }
  const address = register(hart, (bits >> 15) & 31);
  setOutcome(DONE);
  const operation = bits >> 20;
  if (!blockAllowed(hart, operation)) return UNLAWFUL;
  if (operation == CBO_ZERO) zeroBlockSlowly(hart, address);
  else manageBlock(hart, address);
  if (outcome == FAULTED) return FAULTED;
  complete(hart);
  return DONE;
}
