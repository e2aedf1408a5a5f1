/** RISC-V F, "Floating-Point Control and Status Register": rounding modes (frm) and accrued exceptions (fflags). */

/** Nearest, ties to even. */
export const RNE: u32 = 0;
/** Toward zero. */
export const RTZ: u32 = 1;
/** Toward negative infinity. */
export const RDN: u32 = 2;
/** Toward positive infinity. */
export const RUP: u32 = 3;
/** Nearest, ties to the larger magnitude. */
export const RMM: u32 = 4;

/** Inexact. */
export const NX: u32 = 1;
/** Underflow: inexact and, rounded as if the exponent had no limit, below the smallest normal number. */
export const UF: u32 = 2;
/** Overflow. */
export const OF: u32 = 4;
/** An exact infinity out of finite operands. */
export const DZ: u32 = 8;
/** Invalid operation. */
export const NV: u32 = 16;

/**
 * The exceptions raised so far, laid out as fflags. Every operation ORs into it and none clears it, so it may hold a
 * hart's fflags themselves. It is right either way, but faster so: operations skip finding out whether a result is
 * inexact once NX stands here.
 */
export let flags: u32 = 0;

/** ORs exceptions into the accrued ones. */
export function raise(exceptions: u32): void {
  flags |= exceptions;
}

/** Replaces the accrued exceptions: before a hart runs, or after a write of its fflags. */
export function setFlags(exceptions: u32): void {
  flags = exceptions;
}

/** The accrued exceptions; clears them. */
export function takeFlags(): u32 {
  const accrued = flags;
  flags = 0;
  return accrued;
}
