/** RISC-V D, "Double-Precision": binary64 operations on raw bits. `rm` is a resolved rounding mode, 0-4. */
import { add, subtract } from './add';
import { classify, equal, less, lessOrEqual, maximumNumber, minimumNumber } from './compare';
import { divide } from './divide';
import { signedToFloat, unsignedToFloat } from './from-integer';
import { fusedMultiplyAdd } from './fused';
import { multiply } from './multiply';
import { squareRoot } from './square-root';
import { toInteger } from './to-integer';

export function f64_add(a: u64, b: u64, rm: u32): u64 {
  return add<u64>(a, b, rm);
}

export function f64_sub(a: u64, b: u64, rm: u32): u64 {
  return subtract<u64>(a, b, rm);
}

export function f64_mul(a: u64, b: u64, rm: u32): u64 {
  return multiply<u64>(a, b, rm);
}

export function f64_div(a: u64, b: u64, rm: u32): u64 {
  return divide<u64>(a, b, rm);
}

export function f64_sqrt(a: u64, rm: u32): u64 {
  return squareRoot<u64>(a, rm);
}

/** a × b + c, rounded once. Negate operands for FMSUB, FNMSUB and FNMADD. */
export function f64_fma(a: u64, b: u64, c: u64, rm: u32): u64 {
  return fusedMultiplyAdd<u64>(a, b, c, rm);
}

/** 1 when equal. Quiet: only a signaling NaN raises NV. */
export function f64_eq(a: u64, b: u64): u32 {
  return equal<u64>(a, b);
}

/** 1 when a < b. Signaling: any NaN raises NV. */
export function f64_lt(a: u64, b: u64): u32 {
  return less<u64>(a, b);
}

/** 1 when a <= b. Signaling: any NaN raises NV. */
export function f64_le(a: u64, b: u64): u32 {
  return lessOrEqual<u64>(a, b);
}

/** minimumNumber of IEEE 754-2019: -0 below +0, a number rather than a NaN. */
export function f64_min(a: u64, b: u64): u64 {
  return minimumNumber<u64>(a, b);
}

/** maximumNumber of IEEE 754-2019. */
export function f64_max(a: u64, b: u64): u64 {
  return maximumNumber<u64>(a, b);
}

/** The ten-bit mask of FCLASS. */
export function f64_class(a: u64): u32 {
  return classify<u64>(a);
}

export function f64_to_i32(a: u64, rm: u32): i32 {
  return toInteger<u64>(a, i32.MAX_VALUE as u64, 1 << 31, rm) as i32;
}

export function f64_to_u32(a: u64, rm: u32): u32 {
  return toInteger<u64>(a, u32.MAX_VALUE as u64, 0, rm) as u32;
}

export function f64_to_i64(a: u64, rm: u32): i64 {
  return toInteger<u64>(a, i64.MAX_VALUE as u64, 1 << 63, rm) as i64;
}

export function f64_to_u64(a: u64, rm: u32): u64 {
  return toInteger<u64>(a, u64.MAX_VALUE, 0, rm);
}

export function i32_to_f64(a: i32, rm: u32): u64 {
  return signedToFloat<u64>(a as i64, rm);
}

export function u32_to_f64(a: u32, rm: u32): u64 {
  return unsignedToFloat<u64>(a as u64, rm);
}

export function i64_to_f64(a: i64, rm: u32): u64 {
  return signedToFloat<u64>(a, rm);
}

export function u64_to_f64(a: u64, rm: u32): u64 {
  return unsignedToFloat<u64>(a, rm);
}
