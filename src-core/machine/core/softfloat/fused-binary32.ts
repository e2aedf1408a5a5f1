import { RDN } from './flags';
import { exponentBias, exponentOf, signBit, signOf, significandOf } from './format';
import { roundAndPack, shiftRightJam } from './round';

/**
 * a × b + c for finite operands other than zero. 64 bits hold the product exactly, its leading one at bit 61 or 62, and c
 * with its leading one at bit 62; bits are lost by aligning only when subtraction cannot cancel them into sight.
 */
export function fuseBinary32(a: u32, b: u32, c: u32, rm: u32): u32 {
  const productExponent = exponentOf<u32>(a) + exponentOf<u32>(b) - exponentBias<u32>() + 1;
  const distance = productExponent - exponentOf<u32>(c);
  let product = (significandOf<u32>(a) >> 32) * (significandOf<u32>(b) >> 33);
  let addend = significandOf<u32>(c) >> 1;
  if (distance > 0) addend = shiftRightJam(addend, distance);
  else product = shiftRightJam(product, -distance);
  let sign = signOf<u32>(a ^ b);
  let sum = product + addend;
  if (signOf<u32>(c) != sign) {
    if (product == addend) return rm == RDN ? signBit<u32>() : 0;
    sum = product - addend;
    if (addend > product) {
      sum = addend - product;
      sign ^= 1;
    }
  }
  const leading = clz<u64>(sum) as i32;
  const exponent = (distance > 0 ? productExponent : exponentOf<u32>(c)) + 1 - leading;
  return roundAndPack<u32>(sign, exponent, sum << leading, rm);
}
