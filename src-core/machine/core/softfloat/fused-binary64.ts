import { RDN } from './flags';
import { exponentBias, exponentOf, signBit, signOf, significandOf } from './format';
import { multiplyHigh } from './multiply';
import { roundAndPack, shiftRightJam } from './round';

/**
 * a × b + c for finite operands other than zero. 128 bits hold the product exactly, its leading one at bit 125 or 126,
 * and c with its leading one at bit 126; bits are lost by aligning only when subtraction cannot cancel them into sight.
 */
export function fuseBinary64(a: u64, b: u64, c: u64, rm: u32): u64 {
  const productExponent = exponentOf<u64>(a) + exponentOf<u64>(b) - exponentBias<u64>() + 1;
  const addendExponent = exponentOf<u64>(c);
  const distance = productExponent - addendExponent;
  const multiplicand = significandOf<u64>(a);
  const multiplier = significandOf<u64>(b) >> 1;
  const high = multiplyHigh(multiplicand, multiplier);
  const low = multiplicand * multiplier;
  const addend = significandOf<u64>(c) >> 1;
  const sign = signOf<u64>(a ^ b);
  const opposite = sign ^ signOf<u64>(c);
  if (distance > 0) {
    const addendLow = shiftedLow(addend, 0, distance);
    return combine(sign, opposite, productExponent, high, low, shiftedHigh(addend, distance), addendLow, rm);
  }
  const productLow = shiftedLow(high, low, -distance);
  return combine(sign, opposite, addendExponent, shiftedHigh(high, -distance), productLow, addend, 0, rm);
}

/** Upper half of a 128-bit number shifted right. */
function shiftedHigh(high: u64, places: i32): u64 {
  return places > 63 ? 0 : high >> places;
}

/** Lower half of a 128-bit number shifted right, what falls out jammed into its lowest bit. */
function shiftedLow(high: u64, low: u64, places: i32): u64 {
  if (places > 63) return shiftRightJam(high, places - 64) | ((low != 0) as u64);
  // Two shifts, for one by 64 places would be one by none.
  return shiftRightJam(low, places) | ((high << 1) << (63 - places));
}

/** Adds, or subtracts when opposite, two aligned 128-bit magnitudes; the sign is the product's. */
function combine(
  sign: u32,
  opposite: u32,
  exponent: i32,
  productHigh: u64,
  productLow: u64,
  addendHigh: u64,
  addendLow: u64,
  rm: u32,
): u64 {
  if (!opposite) {
    const low = productLow + addendLow;
    return normalize(sign, exponent, productHigh + addendHigh + ((low < productLow) as u64), low, rm);
  }
  const borrow = (productLow < addendLow) as u64;
  let low = productLow - addendLow;
  let high = productHigh - addendHigh - borrow;
  if ((high | low) == 0) return rm == RDN ? signBit<u64>() : 0;
  if (high >> 63) {
    // Both magnitudes are below 2^127, so that the sign of the difference stands at bit 127.
    low = 0 - low;
    high = ~high + ((low == 0) as u64);
    sign ^= 1;
  }
  return normalize(sign, exponent, high, low, rm);
}

/** Brings the leading one, which stands at bit 126 for the given exponent, to the top, and rounds. */
function normalize(sign: u32, exponent: i32, high: u64, low: u64, rm: u32): u64 {
  if (high == 0) {
    high = low;
    low = 0;
    exponent -= 64;
  }
  const leading = clz<u64>(high) as i32;
  const rest = (low << leading != 0) as u64;
  const significand = (high << leading) | ((low >> 1) >> (63 - leading)) | rest;
  return roundAndPack<u64>(sign, exponent + 1 - leading, significand, rm);
}
