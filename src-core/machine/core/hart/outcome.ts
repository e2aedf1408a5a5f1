/** What an instruction came to, beyond its result. The interpreter leaves with it when it is not DONE. */
import * as L from '../layout';

export const DONE: u32 = 0;
/** It raised the exception that stands in the hart's TRAP_CAUSE and TRAP_VALUE. */
export const FAULTED: u32 = 1;
/** It is complete, and the run loop must look at the hart: interrupts, translation or privilege may have changed. */
export const ATTENTION: u32 = 2;
/** Illegal instruction. */
export const UNLAWFUL: u32 = 3;
/** For the run loop to carry out: see system.ts. */
export const SYSTEM: u32 = 4;

/** From a region only: the interpreter goes on at the operation that it named. */
export const RESUME: u32 = 5;

/** Of the instruction at hand; scratch, never looked at after the run loop went on. */
export let outcome: u32 = DONE;

@inline
export function setOutcome(value: u32): void {
  outcome = value;
}

export function raise(hart: usize, cause: u32, value: u64): void {
  store<u64>(hart, <u64>cause, L.TRAP_CAUSE);
  store<u64>(hart, value, L.TRAP_VALUE);
  outcome = FAULTED;
}
