import { NX, RDN, RNE, flags } from './flags';
import { exponentOf, invalid, isFinite, isNaN, isZero, quiet, signBit, signOf, significandOf } from './format';
import { nearestSum, sumIsExact } from './nearest';
import { roundAndPack, shiftRightJam } from './round';

/** a + b. */
export function add<T>(a: T, b: T, rm: u32): T {
  if (rm == RNE) {
    const sum = nearestSum<T>(a, b);
    // A sum never underflows: one below the normal numbers is exact.
    if (isFinite<T>(sum) && (flags & NX || sumIsExact<T>(a, b, sum))) return sum;
  }
  return addInIntegers<T>(a, b, rm);
}

/** a - b. */
export function subtract<T>(a: T, b: T, rm: u32): T {
  return add<T>(a, b ^ signBit<T>(), rm);
}

function addInIntegers<T>(a: T, b: T, rm: u32): T {
  if (!isFinite<T>(a) || !isFinite<T>(b)) return addNonFinite<T>(a, b);
  const aIsLarger = a << 1 >= b << 1;
  const large = aIsLarger ? a : b;
  const small = aIsLarger ? b : a;
  const opposite = signOf<T>(a ^ b);
  if (large << 1 == small << 1 && opposite) return rm == RDN ? signBit<T>() : 0;
  if (isZero<T>(small)) return large;
  return addOrdered<T>(large, small, opposite, rm);
}

/** |large| >= |small| > 0, and the sum is not zero. */
function addOrdered<T>(large: T, small: T, opposite: u32, rm: u32): T {
  const exponent = exponentOf<T>(large);
  const augend = significandOf<T>(large) >> 1;
  // Bits are lost here only when the exponents are so far apart that subtraction cancels one place at most.
  const addend = shiftRightJam(significandOf<T>(small) >> 1, exponent - exponentOf<T>(small));
  const sum = opposite ? augend - addend : augend + addend;
  const leading = clz<u64>(sum) as i32;
  return roundAndPack<T>(signOf<T>(large), exponent + 1 - leading, sum << leading, rm);
}

function addNonFinite<T>(a: T, b: T): T {
  if (isNaN<T>(a) || isNaN<T>(b)) return quiet<T>(a, b);
  if (isFinite<T>(a)) return b;
  if (isFinite<T>(b) || a == b) return a;
  return invalid<T>();
}
