/** How the interpreter leaves: pc and what is left of the budget go back to the hart's state. */
import * as L from '../layout';
import { OP_BYTES, imm, pageOffset, retiredBefore } from '../decode/operation';
import { ATTENTION, DONE, SYSTEM } from './outcome';

/** Leaves at an operation; with ATTENTION it is complete, and the hart goes on after it. */
export function leave(hart: usize, op: usize, pageBase: u64, budget: i32, why: u32): u32 {
  if (why == SYSTEM) store<u32>(hart, <u32>imm(op), L.INSTRUCTION);
  if (why == ATTENTION) op += OP_BYTES;
  store<u64>(hart, pageBase + pageOffset(op), L.PC);
  store<i32>(hart, budget - retiredBefore(op), L.LEFT);
  return why;
}

/** Leaves between two blocks. */
export function leaveTo(hart: usize, pc: u64, budget: i32): u32 {
  store<u64>(hart, pc, L.PC);
  store<i32>(hart, budget, L.LEFT);
  return DONE;
}
