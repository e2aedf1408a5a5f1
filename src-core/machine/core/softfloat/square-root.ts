import { NX, RNE, flags } from './flags';
import {
  exponentBias,
  exponentOf,
  infinity,
  invalid,
  isNaN,
  isWellNormal,
  isZero,
  quiet,
  signOf,
  significandOf,
} from './format';
import { nearestRoot, rootIsExact } from './nearest';
import { roundAndPack } from './round';

/** The square root of a; of -0 it is -0. */
export function squareRoot<T>(a: T, rm: u32): T {
  if (rm == RNE) {
    const root = nearestRoot<T>(a);
    if (isWellNormal<T>(root) && (flags & NX || rootIsExact<T>(a, root))) return root;
  }
  if (isNaN<T>(a)) return quiet<T>(a, a);
  if (isZero<T>(a)) return a;
  if (signOf<T>(a)) return invalid<T>();
  if (a == infinity<T>()) return a;
  const exponent = exponentOf<T>(a) - exponentBias<T>();
  const radicand = exponent & 1 ? significandOf<T>(a) : significandOf<T>(a) >> 1;
  return roundAndPack<T>(0, (exponent >> 1) + exponentBias<T>(), rootOfSignificand<T>(radicand), rm);
}

/**
 * The root of radicand × 2^64, a remainder jammed into its lowest bit. The radicand is at least 2^62 and has at most 53
 * significant bits; the product is a square only when the radicand is one.
 */
function rootOfSignificand<T>(radicand: u64): u64 {
  const high = rootDown(radicand);
  const rest = radicand - high * high;
  if (sizeof<T>() == 4 || rest == 0) return (high << 32) | ((rest != 0) as u64);
  return extendRoot(high, rest) | 1;
}

/**
 * Zimmermann's step (Karatsuba Square Root, 1999): given high² + rest = radicand, the 64-bit root of radicand × 2^64,
 * rounded down. The next digit is rest × 2^32 / (2 × high), too large by one at most.
 */
function extendRoot(high: u64, rest: u64): u64 {
  const half = rest << 31;
  let digit = half / high;
  if (digit >> 32) return (high << 32) | 0xffff_ffff;
  const remainder = (half - digit * high) * 2;
  // Too large when digit² exceeds remainder × 2^32, which may have 65 bits.
  if (remainder >> 32 == 0 && digit * digit > remainder << 32) digit--;
  return (high << 32) | digit;
}

/** The integer square root. binary64 holds the radicand exactly, so its root is the wanted one or one more. */
function rootDown(radicand: u64): u64 {
  const root = min<u64>(sqrt<f64>(radicand as f64) as u64, 0xffff_ffff);
  return root * root > radicand ? root - 1 : root;
}
