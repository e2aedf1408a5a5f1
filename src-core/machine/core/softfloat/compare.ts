/** RISC-V F, "Single-Precision Floating-Point Compare Instructions", "… Classify Instruction", FMIN and FMAX. */
import { NV, raise } from './flags';
import {
  canonicalNaN,
  infinity,
  isFinite,
  isNaN,
  isSignalingNaN,
  isZero,
  quiet,
  signOf,
  smallestNormal,
} from './format';

export function equal<T>(a: T, b: T): u32 {
  if (isNaN<T>(a) || isNaN<T>(b)) {
    quiet<T>(a, b);
    return 0;
  }
  return (a == b || isZero<T>(a | b)) as u32;
}

export function less<T>(a: T, b: T): u32 {
  if (isNaN<T>(a) || isNaN<T>(b)) {
    raise(NV);
    return 0;
  }
  return (precedes<T>(a, b) && !isZero<T>(a | b)) as u32;
}

export function lessOrEqual<T>(a: T, b: T): u32 {
  if (isNaN<T>(a) || isNaN<T>(b)) {
    raise(NV);
    return 0;
  }
  return (!precedes<T>(b, a) || isZero<T>(a | b)) as u32;
}

export function minimumNumber<T>(a: T, b: T): T {
  if (isNaN<T>(a) || isNaN<T>(b)) return chooseNumber<T>(a, b);
  return precedes<T>(a, b) ? a : b;
}

export function maximumNumber<T>(a: T, b: T): T {
  if (isNaN<T>(a) || isNaN<T>(b)) return chooseNumber<T>(a, b);
  return precedes<T>(a, b) ? b : a;
}

/** Whether a stands before b in the order of all numbers, where -0 comes before +0. */
function precedes<T>(a: T, b: T): bool {
  const aNegative = signOf<T>(a) != 0;
  const bNegative = signOf<T>(b) != 0;
  if (aNegative != bNegative) return aNegative;
  return aNegative ? a > b : a < b;
}

/** Of two operands at least one of which is a NaN, the number if there is one. */
function chooseNumber<T>(a: T, b: T): T {
  if (isSignalingNaN<T>(a) || isSignalingNaN<T>(b)) raise(NV);
  if (!isNaN<T>(a)) return a;
  return isNaN<T>(b) ? canonicalNaN<T>() : b;
}

/**
 * FCLASS: one bit of ten. 0 -∞, 1 negative normal, 2 negative subnormal, 3 -0, 4 +0, 5 positive subnormal, 6 positive
 * normal, 7 +∞, 8 signaling NaN, 9 quiet NaN.
 */
export function classify<T>(a: T): u32 {
  if (isNaN<T>(a)) return isSignalingNaN<T>(a) ? 1 << 8 : 1 << 9;
  const negative = signOf<T>(a) != 0;
  if (!isFinite<T>(a)) return negative ? 1 << 0 : 1 << 7;
  if (isZero<T>(a)) return negative ? 1 << 3 : 1 << 4;
  if ((a & infinity<T>()) >= smallestNormal<T>()) return negative ? 1 << 1 : 1 << 6;
  return negative ? 1 << 2 : 1 << 5;
}
