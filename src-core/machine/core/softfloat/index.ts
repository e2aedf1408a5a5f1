/**
 * Exact IEEE 754 binary32 and binary64 arithmetic as RISC-V F and D want it: all five rounding modes, exact
 * exceptions, canonical NaNs, tininess detected after rounding.
 *
 * Values are raw bits: u32 for binary32 (NaN boxing is the caller's), u64 for binary64. `rm` is a rounding mode from 0
 * to 4: the caller has resolved DYN and refused the reserved ones. Exceptions are OR-ed into the global `flags`.
 * Nothing here allocates or touches memory; `flags` is the only state.
 */
export * from './binary32';
export * from './binary64';
export { f32_to_f64, f64_to_f32 } from './between-formats';
export { DZ, NV, NX, OF, RDN, RMM, RNE, RTZ, RUP, UF, flags, raise, setFlags, takeFlags } from './flags';
