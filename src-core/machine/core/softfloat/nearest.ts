/**
 * The shortcut for RNE: WebAssembly's own arithmetic rounds to nearest even, and so gives the right bits of every result
 * that is not a NaN. It has no exception flags; what is left to know is whether the result was exact. The tests here
 * answer true only when it surely was: else the integer path finds out, once, for then NX is accrued.
 */
import { smallestNormal, isWellNormal } from './format';

export function nearestSum<T>(a: T, b: T): T {
  if (sizeof<T>() == 4) return reinterpret<u32>(reinterpret<f32>(a as u32) + reinterpret<f32>(b as u32)) as T;
  return reinterpret<u64>(reinterpret<f64>(a as u64) + reinterpret<f64>(b as u64)) as T;
}

export function nearestProduct<T>(a: T, b: T): T {
  if (sizeof<T>() == 4) return reinterpret<u32>(reinterpret<f32>(a as u32) * reinterpret<f32>(b as u32)) as T;
  return reinterpret<u64>(reinterpret<f64>(a as u64) * reinterpret<f64>(b as u64)) as T;
}

export function nearestQuotient<T>(a: T, b: T): T {
  if (sizeof<T>() == 4) return reinterpret<u32>(reinterpret<f32>(a as u32) / reinterpret<f32>(b as u32)) as T;
  return reinterpret<u64>(reinterpret<f64>(a as u64) / reinterpret<f64>(b as u64)) as T;
}

export function nearestRoot<T>(a: T): T {
  if (sizeof<T>() == 4) return reinterpret<u32>(sqrt<f32>(reinterpret<f32>(a as u32))) as T;
  return reinterpret<u64>(sqrt<f64>(reinterpret<f64>(a as u64))) as T;
}

/** For a finite sum. Knuth's TwoSum: the error is a number of the format; should a step overflow, there was one. */
export function sumIsExact<T>(a: T, b: T, sum: T): bool {
  if (sizeof<T>() == 4) {
    return sumError<f32>(reinterpret<f32>(a as u32), reinterpret<f32>(b as u32), reinterpret<f32>(sum as u32)) == 0;
  }
  return sumError<f64>(reinterpret<f64>(a as u64), reinterpret<f64>(b as u64), reinterpret<f64>(sum as u64)) == 0;
}

/** a + b - sum, where sum is a + b rounded to nearest (TAOCP 4.2.2, theorem B). */
export function sumError<F>(a: F, b: F, sum: F): F {
  const bPart = sum - a;
  return a - (sum - bPart) + (b - bPart);
}

/** For a well-normal product. */
export function productIsExact<T>(a: T, b: T, product: T): bool {
  if (sizeof<T>() == 4) {
    // binary64 holds products of binary32 numbers exactly.
    return wide<T>(a) * wide<T>(b) == wide<T>(product);
  }
  // Two significands of 53 bits have a product of at most 106; it fits into 53 if it ends in 53 zeros.
  return trailingZeros(a as u64) + trailingZeros(b as u64) >= 53;
}

/** For a well-normal quotient: exact if it gives back the dividend without rounding. */
export function quotientIsExact<T>(a: T, b: T, quotient: T): bool {
  if (!isWellNormal<T>(a)) return false;
  return productIsExact<T>(quotient, b, a) && nearestProduct<T>(quotient, b) == a;
}

/** For a well-normal root. */
export function rootIsExact<T>(a: T, root: T): bool {
  return quotientIsExact<T>(a, root, root);
}

function wide<T>(a: T): f64 {
  return reinterpret<f32>(a as u32) as f64;
}

/** Zeros at the end of a binary64 significand. */
function trailingZeros(a: u64): i32 {
  return ctz<u64>(a | smallestNormal<u64>()) as i32;
}
