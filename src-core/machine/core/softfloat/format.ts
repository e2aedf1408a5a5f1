/**
 * How a floating-point number lies in its bits. T is u32 for binary32 and u64 for binary64; what depends on T alone
 * is a constant once compiled. Work happens on u64 significands whose leading one stands at bit 63, whatever T is.
 */
import { NV, raise } from './flags';

/** Bits of the fraction field. */
export function fractionBits<T>(): i32 {
  return sizeof<T>() == 4 ? 23 : 52;
}

/** Bits that a 64-bit significand has beyond the precision of T. */
export function extraBits<T>(): i32 {
  return sizeof<T>() == 4 ? 40 : 11;
}

/** The exponent field of infinities and NaNs: all ones. */
export function exponentLimit<T>(): i32 {
  return sizeof<T>() == 4 ? 255 : 2047;
}

export function exponentBias<T>(): i32 {
  return sizeof<T>() == 4 ? 127 : 1023;
}

export function signBit<T>(): T {
  return (sizeof<T>() == 4 ? 0x8000_0000 : 0x8000_0000_0000_0000) as T;
}

export function infinity<T>(): T {
  return (sizeof<T>() == 4 ? 0x7f80_0000 : 0x7ff0_0000_0000_0000) as T;
}

/** The only NaN that an operation returns: positive, quiet, no payload. */
export function canonicalNaN<T>(): T {
  return (sizeof<T>() == 4 ? 0x7fc0_0000 : 0x7ff8_0000_0000_0000) as T;
}

export function smallestNormal<T>(): T {
  return (sizeof<T>() == 4 ? 0x0080_0000 : 0x0010_0000_0000_0000) as T;
}

/** 1 when the sign bit is set. */
export function signOf<T>(a: T): u32 {
  return (a >> (sizeof<T>() == 4 ? 31 : 63)) as u32;
}

export function isFinite<T>(a: T): bool {
  return (a & infinity<T>()) != infinity<T>();
}

export function isNaN<T>(a: T): bool {
  return a << 1 > infinity<T>() << 1;
}

export function isSignalingNaN<T>(a: T): bool {
  return isNaN<T>(a) && (a & (smallestNormal<T>() >> 1)) == 0;
}

export function isZero<T>(a: T): bool {
  return a << 1 == 0;
}

/** Above the smallest normal number in magnitude, and finite: surely no underflow, even before rounding. */
export function isWellNormal<T>(a: T): bool {
  const above = smallestNormal<T>() << 1;
  return (a << 1) - above - 1 < (infinity<T>() << 1) - above - 1;
}

/** The result of an operation with a NaN operand; NV for a signaling one. */
export function quiet<T>(a: T, b: T): T {
  if (isSignalingNaN<T>(a) || isSignalingNaN<T>(b)) raise(NV);
  return canonicalNaN<T>();
}

/** The result of an operation that is not defined for its operands. */
export function invalid<T>(): T {
  raise(NV);
  return canonicalNaN<T>();
}

/** Biased exponent of the leading one of a finite nonzero number; below 1 for subnormal numbers. */
export function exponentOf<T>(a: T): i32 {
  const field = ((a & infinity<T>()) >> fractionBits<T>()) as i32;
  if (field != 0) return field;
  return 1 + extraBits<T>() - (clz<u64>((a & (signBit<T>() - 1)) as u64) as i32);
}

/** Significand of a finite nonzero number, its leading one at bit 63. */
export function significandOf<T>(a: T): u64 {
  const fraction = (a & (smallestNormal<T>() - 1)) as u64;
  if ((a & infinity<T>()) == 0) return fraction << clz<u64>(fraction);
  return ((1 as u64) << 63) | (fraction << extraBits<T>());
}
