import { NV, NX, raise } from './flags';
import { exponentBias, exponentOf, isNaN, isZero, signOf, significandOf } from './format';
import { roundingIncrement, shiftRightJam } from './round';

/**
 * a rounded to an integer, as a 64-bit two's complement number. The limits are the largest magnitudes that the
 * destination holds above and below zero. Beyond them the nearest limit and NV, without NX; a NaN counts as +∞: RISC-V F,
 * "Single-Precision Floating-Point Conversion and Move Instructions".
 */
export function toInteger<T>(a: T, positiveLimit: u64, negativeLimit: u64, rm: u32): u64 {
  if (isZero<T>(a)) return 0;
  if (isNaN<T>(a)) return saturate(0, positiveLimit);
  const sign = signOf<T>(a);
  const limit = sign ? negativeLimit : positiveLimit;
  const exponent = exponentOf<T>(a) - exponentBias<T>();
  if (exponent > 63) return saturate(sign, limit);
  const significand = significandOf<T>(a);
  const whole = exponent < 0 ? 0 : significand >> (63 - exponent);
  const rest = fractionBelowOne(significand, exponent);
  const increment = roundingIncrement(rm, sign, whole & 1, (1 as u64) << 63);
  const magnitude = whole + ((rest + increment < rest) as u64);
  if (magnitude > limit) return saturate(sign, limit);
  if (rest != 0) raise(NX);
  return sign ? 0 - magnitude : magnitude;
}

/** The part of significand / 2^63 × 2^exponent behind the binary point, times 2^64. */
function fractionBelowOne(significand: u64, exponent: i32): u64 {
  if (exponent < 0) return shiftRightJam(significand, -1 - exponent);
  return (significand << 1) << exponent;
}

function saturate(sign: u32, limit: u64): u64 {
  raise(NV);
  return sign ? 0 - limit : limit;
}
