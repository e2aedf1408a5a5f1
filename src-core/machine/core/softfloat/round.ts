/** Rounding: RISC-V F, "Floating-Point Control and Status Register"; IEEE 754-2019 §4.3 and §7.4-7.6. */
import { NX, OF, RDN, RMM, RNE, RUP, UF, raise } from './flags';
import { exponentLimit, extraBits, fractionBits, infinity, signBit } from './format';

/** Shifts right; bits that fall out leave a one in the lowest place, so that they still tell inexact from exact. */
export function shiftRightJam(value: u64, places: i32): u64 {
  if (places > 63) return (value != 0) as u64;
  const shifted = value >> places;
  return shifted | ((shifted << places != value) as u64);
}

/** What to add below the last kept place, worth 2 × half, so that the carry into it rounds. */
export function roundingIncrement(rm: u32, sign: u32, odd: u64, half: u64): u64 {
  if (rm == RNE) return half - 1 + odd;
  if (rm == RMM) return half;
  return rm == (sign ? RDN : RUP) ? half * 2 - 1 : 0;
}

/**
 * The number (-1)^sign × significand / 2^63 × 2^(exponent - bias), rounded to T. The significand's leading one stands
 * at bit 63; its lowest bit may stand for all that follows (see shiftRightJam). Raises NX, UF and OF.
 */
export function roundAndPack<T>(sign: u32, exponent: i32, significand: u64, rm: u32): T {
  if (exponent >= exponentLimit<T>()) return overflow<T>(sign, rm);
  const extra = extraBits<T>();
  const half = (1 as u64) << (extra - 1);
  let inexact = NX;
  if (exponent < 1) {
    if (isTiny<T>(sign, exponent, significand, rm)) inexact |= UF;
    significand = shiftRightJam(significand, 1 - exponent);
    exponent = 1;
  }
  const rest = significand & (half * 2 - 1);
  const kept = significand >> extra;
  if (rest != 0) raise(inexact);
  const carry = (rest + roundingIncrement(rm, sign, kept & 1, half)) >> extra;
  // The leading one, and a carry out of the significand, count the exponent up by themselves.
  const magnitude = (((exponent - 1) as u64) << fractionBits<T>()) + kept + carry;
  if (magnitude >= (infinity<T>() as u64)) return overflow<T>(sign, rm);
  return (magnitude as T) | (sign ? signBit<T>() : 0);
}

/** Whether a number below the smallest normal one stays below it when rounded with an unlimited exponent. */
function isTiny<T>(sign: u32, exponent: i32, significand: u64, rm: u32): bool {
  if (exponent < 0) return true;
  const extra = extraBits<T>();
  const odd = (significand >> extra) & 1;
  const rounded = significand + roundingIncrement(rm, sign, odd, (1 as u64) << (extra - 1));
  return rounded >= significand;
}

function overflow<T>(sign: u32, rm: u32): T {
  raise(OF | NX);
  const away = rm == RNE || rm == RMM || rm == (sign ? RDN : RUP);
  const magnitude: T = away ? infinity<T>() : infinity<T>() - 1;
  return magnitude | (sign ? signBit<T>() : 0);
}
