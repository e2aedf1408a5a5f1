/** RISC-V D, "Double-Precision Floating-Point Conversion and Move Instructions": FCVT.D.S and FCVT.S.D. */
import { NX, RNE, flags } from './flags';
import {
  canonicalNaN,
  exponentBias,
  exponentOf,
  infinity,
  isFinite,
  isNaN,
  isWellNormal,
  isZero,
  quiet,
  signBit,
  signOf,
  significandOf,
} from './format';
import { roundAndPack } from './round';

/** Always exact: the rounding mode only had to be one. */
export function f32_to_f64(a: u32, rm: u32): u64 {
  if (isNaN<u32>(a)) {
    quiet<u32>(a, a);
    return canonicalNaN<u64>();
  }
  return reinterpret<u64>(reinterpret<f32>(a) as f64);
}

export function f64_to_f32(a: u64, rm: u32): u32 {
  if (rm == RNE) {
    const narrow = reinterpret<u32>(reinterpret<f64>(a) as f32);
    if (isWellNormal<u32>(narrow) && (flags & NX || f32_to_f64(narrow, rm) == a)) return narrow;
  }
  const sign: u32 = signOf<u64>(a) ? signBit<u32>() : 0;
  if (isNaN<u64>(a)) {
    quiet<u64>(a, a);
    return canonicalNaN<u32>();
  }
  if (!isFinite<u64>(a)) return sign | infinity<u32>();
  if (isZero<u64>(a)) return sign;
  const exponent = exponentOf<u64>(a) - exponentBias<u64>() + exponentBias<u32>();
  return roundAndPack<u32>(signOf<u64>(a), exponent, significandOf<u64>(a), rm);
}
