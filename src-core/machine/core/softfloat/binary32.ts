/** RISC-V F, "Single-Precision": binary32 operations on raw bits. `rm` is a resolved rounding mode, 0-4. */
import { add, subtract } from './add';
import { classify, equal, less, lessOrEqual, maximumNumber, minimumNumber } from './compare';
import { divide } from './divide';
import { signedToFloat, unsignedToFloat } from './from-integer';
import { fusedMultiplyAdd } from './fused';
import { multiply } from './multiply';
import { squareRoot } from './square-root';
import { toInteger } from './to-integer';

export function f32_add(a: u32, b: u32, rm: u32): u32 {
  return add<u32>(a, b, rm);
}

export function f32_sub(a: u32, b: u32, rm: u32): u32 {
  return subtract<u32>(a, b, rm);
}

export function f32_mul(a: u32, b: u32, rm: u32): u32 {
  return multiply<u32>(a, b, rm);
}

export function f32_div(a: u32, b: u32, rm: u32): u32 {
  return divide<u32>(a, b, rm);
}

export function f32_sqrt(a: u32, rm: u32): u32 {
  return squareRoot<u32>(a, rm);
}

/** a × b + c, rounded once. Negate operands for FMSUB, FNMSUB and FNMADD. */
export function f32_fma(a: u32, b: u32, c: u32, rm: u32): u32 {
  return fusedMultiplyAdd<u32>(a, b, c, rm);
}

/** 1 when equal. Quiet: only a signaling NaN raises NV. */
export function f32_eq(a: u32, b: u32): u32 {
  return equal<u32>(a, b);
}

/** 1 when a < b. Signaling: any NaN raises NV. */
export function f32_lt(a: u32, b: u32): u32 {
  return less<u32>(a, b);
}

/** 1 when a <= b. Signaling: any NaN raises NV. */
export function f32_le(a: u32, b: u32): u32 {
  return lessOrEqual<u32>(a, b);
}

/** minimumNumber of IEEE 754-2019: -0 below +0, a number rather than a NaN. */
export function f32_min(a: u32, b: u32): u32 {
  return minimumNumber<u32>(a, b);
}

/** maximumNumber of IEEE 754-2019. */
export function f32_max(a: u32, b: u32): u32 {
  return maximumNumber<u32>(a, b);
}

/** The ten-bit mask of FCLASS. */
export function f32_class(a: u32): u32 {
  return classify<u32>(a);
}

export function f32_to_i32(a: u32, rm: u32): i32 {
  return toInteger<u32>(a, i32.MAX_VALUE as u64, 1 << 31, rm) as i32;
}

export function f32_to_u32(a: u32, rm: u32): u32 {
  return toInteger<u32>(a, u32.MAX_VALUE as u64, 0, rm) as u32;
}

export function f32_to_i64(a: u32, rm: u32): i64 {
  return toInteger<u32>(a, i64.MAX_VALUE as u64, 1 << 63, rm) as i64;
}

export function f32_to_u64(a: u32, rm: u32): u64 {
  return toInteger<u32>(a, u64.MAX_VALUE, 0, rm);
}

export function i32_to_f32(a: i32, rm: u32): u32 {
  return signedToFloat<u32>(a as i64, rm);
}

export function u32_to_f32(a: u32, rm: u32): u32 {
  return unsignedToFloat<u32>(a as u64, rm);
}

export function i64_to_f32(a: i64, rm: u32): u32 {
  return signedToFloat<u32>(a, rm);
}

export function u64_to_f32(a: u64, rm: u32): u32 {
  return unsignedToFloat<u32>(a, rm);
}
