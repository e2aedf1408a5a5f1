import { NX, RNE, flags } from './flags';
import {
  exponentBias,
  exponentOf,
  infinity,
  invalid,
  isFinite,
  isNaN,
  isWellNormal,
  isZero,
  quiet,
  signBit,
  signOf,
  significandOf,
} from './format';
import { nearestProduct, productIsExact } from './nearest';
import { roundAndPack } from './round';

/** a × b. */
export function multiply<T>(a: T, b: T, rm: u32): T {
  if (rm == RNE) {
    const product = nearestProduct<T>(a, b);
    if (isWellNormal<T>(product) && (flags & NX || productIsExact<T>(a, b, product))) return product;
  }
  return multiplyInIntegers<T>(a, b, rm);
}

function multiplyInIntegers<T>(a: T, b: T, rm: u32): T {
  const sign = (a ^ b) & signBit<T>();
  if (!isFinite<T>(a) || !isFinite<T>(b)) {
    if (isNaN<T>(a) || isNaN<T>(b)) return quiet<T>(a, b);
    return isZero<T>(a) || isZero<T>(b) ? invalid<T>() : sign | infinity<T>();
  }
  if (isZero<T>(a) || isZero<T>(b)) return sign;
  const product = multiplySignificands<T>(significandOf<T>(a), significandOf<T>(b));
  const leading = clz<u64>(product) as i32;
  const exponent = exponentOf<T>(a) + exponentOf<T>(b) - exponentBias<T>() + 1 - leading;
  return roundAndPack<T>(signOf<T>(sign), exponent, product << leading, rm);
}

/** The upper half of the product, all below it jammed into its lowest bit. */
function multiplySignificands<T>(a: u64, b: u64): u64 {
  if (sizeof<T>() == 4) return (a >> 32) * (b >> 32);
  return multiplyHigh(a, b) | ((a * b != 0) as u64);
}

/** Bits 64 to 127 of a product. */
export function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffff_ffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffff_ffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const carry = (middle & 0xffff_ffff) + aLow * bHigh;
  return aHigh * bHigh + (middle >> 32) + (carry >> 32);
}
