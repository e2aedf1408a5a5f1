import { add } from './add';
import { RNE } from './flags';
import { isFinite, infinity, invalid, isNaN, isZero, quiet, signBit } from './format';
import { fuseBinary32 } from './fused-binary32';
import { fuseBinary64 } from './fused-binary64';
import { multiply } from './multiply';
import { fuseNearest32, fuseNearest64 } from './nearest-fused';

/** a × b + c with a single rounding. */
export function fusedMultiplyAdd<T>(a: T, b: T, c: T, rm: u32): T {
  if (rm == RNE) {
    const nearest = fuseNearest<T>(a, b, c);
    if (nearest != 0) return nearest;
  }
  if (!isFinite<T>(a) || !isFinite<T>(b) || !isFinite<T>(c)) return fuseNonFinite<T>(a, b, c);
  if (isZero<T>(a) || isZero<T>(b)) return add<T>((a ^ b) & signBit<T>(), c, rm);
  if (isZero<T>(c)) return multiply<T>(a, b, rm);
  if (sizeof<T>() == 4) return fuseBinary32(a as u32, b as u32, c as u32, rm) as T;
  return fuseBinary64(a as u64, b as u64, c as u64, rm) as T;
}

function fuseNearest<T>(a: T, b: T, c: T): T {
  if (sizeof<T>() == 4) return fuseNearest32(a as u32, b as u32, c as u32) as T;
  return fuseNearest64(a as u64, b as u64, c as u64) as T;
}

function fuseNonFinite<T>(a: T, b: T, c: T): T {
  // RISC-V F, "Single-Precision Floating-Point Computational Instructions": ∞ × 0 is invalid even when c is a quiet NaN.
  if (isZero<T>(a) && b << 1 == infinity<T>() << 1) return invalid<T>();
  if (isZero<T>(b) && a << 1 == infinity<T>() << 1) return invalid<T>();
  if (isNaN<T>(a) || isNaN<T>(b) || isNaN<T>(c)) {
    quiet<T>(a, b);
    return quiet<T>(c, c);
  }
  if (isFinite<T>(a) && isFinite<T>(b)) return c;
  const product = ((a ^ b) & signBit<T>()) | infinity<T>();
  return isFinite<T>(c) || c == product ? product : invalid<T>();
}
