/** Why the run loop stops before its budget is used up. */
import * as L from '../layout';

/** As RunExit in ../../core-interface.ts. */
export const RUN_BUDGET: u32 = 0;
export const RUN_IDLE: u32 = 1;
export const RUN_STOP_REQUESTED: u32 = 2;
export const RUN_FATAL: u32 = 3;

/** States of a hart: SBI, "Hart State Management Extension". */
export const STARTED: u32 = 0;
export const STOPPED: u32 = 1;
export const START_PENDING: u32 = 2;

@inline
export function stop(hart: usize, why: u32): void {
  store<u32>(hart, why, L.STOP);
}
