/**
 * IEEE 754 by its definition, for tests: a number is an exact fraction of big integers, and a result is that fraction
 * rounded once. Shares no method with the code under test.
 */

export interface Format {
  readonly width: 32 | 64;
  readonly precision: number;
  /** Exponents of the smallest and of the largest normal numbers. */
  readonly lowest: number;
  readonly highest: number;
}

export const BINARY32: Format = { width: 32, precision: 24, lowest: -126, highest: 127 };
export const BINARY64: Format = { width: 64, precision: 53, lowest: -1022, highest: 1023 };

export const NX = 1;
export const UF = 2;
export const OF = 4;
export const DZ = 8;
export const NV = 16;

export type Value =
  | { readonly kind: 'nan'; readonly signaling: boolean }
  | { readonly kind: 'infinite'; readonly negative: boolean }
  | Finite;

/** (-1)^negative × numerator / denominator, or the square root of it; both are at least 0, the denominator above. */
export interface Finite {
  readonly kind: 'finite';
  readonly negative: boolean;
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly root?: boolean;
}

export interface Outcome {
  readonly bits: bigint;
  readonly flags: number;
}

const powerOfTwo = (exponent: number): bigint => 1n << BigInt(exponent);

/** numerator / denominator × 2^exponent as a pair. */
function scale(numerator: bigint, denominator: bigint, exponent: number): [bigint, bigint] {
  return exponent < 0
    ? [numerator, denominator * powerOfTwo(-exponent)]
    : [numerator * powerOfTwo(exponent), denominator];
}

export function decode(format: Format, bits: bigint): Value {
  const fractionBits = format.precision - 1;
  const negative = bits >> BigInt(format.width - 1) === 1n;
  const field = Number((bits >> BigInt(fractionBits)) & (powerOfTwo(format.width - format.precision) - 1n));
  const fraction = bits & (powerOfTwo(fractionBits) - 1n);
  if (field === format.highest * 2 + 1) {
    if (fraction === 0n) return { kind: 'infinite', negative };
    return { kind: 'nan', signaling: fraction >> BigInt(fractionBits - 1) === 0n };
  }
  const significand = field === 0 ? fraction : fraction + powerOfTwo(fractionBits);
  const exponent = Math.max(field, 1) - format.highest - fractionBits;
  const [numerator, denominator] = scale(significand, 1n, exponent);
  return { kind: 'finite', negative, numerator, denominator };
}

export function canonicalNaN(format: Format): bigint {
  return infinityBits(format, false) | powerOfTwo(format.precision - 2);
}

export function infinityBits(format: Format, negative: boolean): bigint {
  const magnitude = (powerOfTwo(format.width - format.precision) - 1n) << BigInt(format.precision - 1);
  return magnitude | signBits(format, negative);
}

export function signBits(format: Format, negative: boolean): bigint {
  return negative ? powerOfTwo(format.width - 1) : 0n;
}

function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let guess = powerOfTwo(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** The largest e with 2^e <= numerator / denominator. */
function logarithm(numerator: bigint, denominator: bigint): number {
  const estimate = numerator.toString(2).length - denominator.toString(2).length;
  const [above, below] = scale(numerator, denominator, -estimate);
  return above >= below ? estimate : estimate - 1;
}

/** The magnitude in units of 2^unit, rounded to an integer. */
export function roundToUnit(x: Finite, unit: number, rm: number): { units: bigint; exact: boolean } {
  const [numerator, denominator] = scale(x.numerator, x.denominator, x.root === true ? -2 * unit : -unit);
  const floor = x.root === true ? integerRoot(numerator / denominator) : numerator / denominator;
  const power = x.root === true ? 2n : 1n;
  const exact = floor ** power * denominator === numerator;
  const middle = (2n * floor + 1n) ** power * denominator - 2n ** power * numerator;
  const nearestUp = middle < 0n || (middle === 0n && (rm === 4 || floor % 2n === 1n));
  const up = [nearestUp, false, x.negative, !x.negative, nearestUp][rm] === true;
  return { units: !exact && up ? floor + 1n : floor, exact };
}

/** A nonzero number rounded to a format. */
export function encode(format: Format, x: Finite, rm: number): Outcome {
  const log = logarithm(x.numerator, x.denominator);
  const exponent = x.root === true ? Math.floor(log / 2) : log;
  const unit = Math.max(exponent, format.lowest) - format.precision + 1;
  const { units, exact } = roundToUnit(x, unit, rm);
  const sign = signBits(format, x.negative);
  const inexact = exact ? 0 : NX;
  const limit = scale(powerOfTwo(format.precision), 1n, format.highest - format.precision + 1 - unit);
  if (units * limit[1] >= limit[0]) {
    const largest = infinityBits(format, false) - (rm === 1 || rm === (x.negative ? 3 : 2) ? 1n : 0n);
    return { bits: sign | largest, flags: OF | NX };
  }
  // Tininess after rounding: as if the exponent were unlimited.
  const unlimited = exponent - format.precision + 1;
  const free = roundToUnit(x, unlimited, rm).units;
  const tiny = exponent < format.lowest && free < powerOfTwo(Math.max(0, format.lowest - unlimited));
  return { bits: sign | magnitudeBits(format, units, unit), flags: inexact | (tiny && !exact ? UF : 0) };
}

function magnitudeBits(format: Format, units: bigint, unit: number): bigint {
  const carried = units === powerOfTwo(format.precision);
  const significand = carried ? units >> 1n : units;
  const exponent = carried ? unit + 1 : unit;
  const hidden = powerOfTwo(format.precision - 1);
  if (significand < hidden) return significand;
  return (BigInt(exponent + format.precision - 1 + format.highest) * hidden) | (significand - hidden);
}
