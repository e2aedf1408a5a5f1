import { DZ, NX, RNE, flags, raise } from './flags';
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
import { nearestQuotient, quotientIsExact } from './nearest';
import { roundAndPack } from './round';

/** a / b. */
export function divide<T>(a: T, b: T, rm: u32): T {
  if (rm == RNE) {
    const quotient = nearestQuotient<T>(a, b);
    if (isWellNormal<T>(quotient) && (flags & NX || quotientIsExact<T>(a, b, quotient))) {
      // A finite quotient other than zero: neither operand was zero, infinite or NaN.
      return quotient;
    }
  }
  return divideInIntegers<T>(a, b, rm);
}

function divideInIntegers<T>(a: T, b: T, rm: u32): T {
  const sign = (a ^ b) & signBit<T>();
  if (!isFinite<T>(a) || !isFinite<T>(b)) return divideNonFinite<T>(a, b, sign);
  if (isZero<T>(b)) {
    if (isZero<T>(a)) return invalid<T>();
    raise(DZ);
    return sign | infinity<T>();
  }
  if (isZero<T>(a)) return sign;
  let dividend = significandOf<T>(a);
  const divisor = significandOf<T>(b);
  let exponent = exponentOf<T>(a) - exponentOf<T>(b) + exponentBias<T>();
  // Keep the dividend in [divisor / 2, divisor): the quotient's leading one then stands at bit 63.
  if (dividend < divisor) exponent--;
  else dividend >>= 1;
  return roundAndPack<T>(signOf<T>(sign), exponent, divideSignificands<T>(dividend, divisor), rm);
}

function divideNonFinite<T>(a: T, b: T, sign: T): T {
  if (isNaN<T>(a) || isNaN<T>(b)) return quiet<T>(a, b);
  if (isFinite<T>(a)) return sign;
  return isFinite<T>(b) ? sign | infinity<T>() : invalid<T>();
}

/** 2^64 × dividend / divisor, a remainder jammed into its lowest bit; divisor / 2 <= dividend < divisor. */
function divideSignificands<T>(dividend: u64, divisor: u64): u64 {
  if (sizeof<T>() == 4) {
    const short = divisor >> 32;
    const quotient = dividend / short;
    return (quotient << 32) | ((quotient * short != dividend) as u64);
  }
  const high = divideDigit(dividend, divisor);
  const rest = (dividend << 32) - high * divisor;
  const low = divideDigit(rest, divisor);
  return (high << 32) | low | (((rest << 32) - low * divisor != 0) as u64);
}

/**
 * 2^32 × dividend / divisor, rounded down, for a dividend below the divisor, whose bit 63 is set: one digit of Knuth's
 * algorithm D (TAOCP 4.3.1) in base 2^32.
 */
function divideDigit(dividend: u64, divisor: u64): u64 {
  const divisorHigh = divisor >> 32;
  const divisorLow = divisor & 0xffff_ffff;
  let digit = dividend / divisorHigh;
  let rest = dividend - digit * divisorHigh;
  // The estimate is too large by two at most.
  while (digit >> 32 || digit * divisorLow > rest << 32) {
    digit--;
    rest += divisorHigh;
    if (rest >> 32) break;
  }
  return digit;
}
