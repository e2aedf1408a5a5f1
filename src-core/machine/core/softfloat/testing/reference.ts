/** What each operation has to answer, after RISC-V F and D, on exact fractions. */
import {
  BINARY32,
  BINARY64,
  DZ,
  NV,
  NX,
  canonicalNaN,
  decode,
  encode,
  infinityBits,
  roundToUnit,
  signBits,
  type Finite,
  type Format,
  type Outcome,
  type Value,
} from './exact.ts';

const invalid = (format: Format): Outcome => ({ bits: canonicalNaN(format), flags: NV });
const isZero = (x: Value): boolean => x.kind === 'finite' && x.numerator === 0n;
const isSignaling = (x: Value): boolean => x.kind === 'nan' && x.signaling;
const isNegative = (x: Value): boolean => x.kind !== 'nan' && x.negative;
const signed = (x: Finite): bigint => (x.negative ? -x.numerator : x.numerator);
const nanOf = (format: Format, ...xs: Value[]): Outcome => ({
  bits: canonicalNaN(format),
  flags: xs.some(isSignaling) ? NV : 0,
});

type Operation = (format: Format, operands: readonly bigint[], rm: number) => Outcome;

/** a × b + c. */
const fma: Operation = (format, operands, rm) => {
  const [a, b, c] = operands.map((bits) => decode(format, bits)) as [Value, Value, Value];
  const infinite = a.kind === 'infinite' || b.kind === 'infinite';
  if (infinite && (isZero(a) || isZero(b))) return invalid(format);
  if (a.kind === 'nan' || b.kind === 'nan' || c.kind === 'nan') return nanOf(format, a, b, c);
  const negative = a.negative !== b.negative;
  if (c.kind === 'infinite' && infinite && c.negative !== negative) return invalid(format);
  if (c.kind === 'infinite') return { bits: infinityBits(format, c.negative), flags: 0 };
  if (a.kind === 'infinite' || b.kind === 'infinite') return { bits: infinityBits(format, negative), flags: 0 };
  const numerator = signed(a) * signed(b) * c.denominator + signed(c) * a.denominator * b.denominator;
  const denominator = a.denominator * b.denominator * c.denominator;
  if (numerator === 0n) {
    const bothZero = (isZero(a) || isZero(b)) && isZero(c);
    return { bits: signBits(format, bothZero && negative === c.negative ? negative : rm === 2), flags: 0 };
  }
  const magnitude = numerator < 0n ? -numerator : numerator;
  return encode(format, { kind: 'finite', negative: numerator < 0n, numerator: magnitude, denominator }, rm);
};

const one = (format: Format): bigint => (format.width === 32 ? 0x3f80_0000n : 0x3ff0_0000_0000_0000n);

const add: Operation = (format, [a, b], rm) => fma(format, [a!, one(format), b!], rm);

const subtract: Operation = (format, [a, b], rm) => add(format, [a!, b! ^ signBits(format, true)], rm);

const multiply: Operation = (format, [a, b], rm) => {
  const negative = ((a! ^ b!) & signBits(format, true)) !== 0n;
  // A zero of the product's sign changes nothing.
  return fma(format, [a!, b!, signBits(format, negative)], rm);
};

const divide: Operation = (format, operands, rm) => {
  const [a, b] = operands.map((bits) => decode(format, bits)) as [Value, Value];
  if (a.kind === 'nan' || b.kind === 'nan') return nanOf(format, a, b);
  const negative = a.negative !== b.negative;
  if (a.kind === 'infinite') {
    return b.kind === 'infinite' ? invalid(format) : { bits: infinityBits(format, negative), flags: 0 };
  }
  if (isZero(a) && isZero(b)) return invalid(format);
  if (isZero(a) || b.kind === 'infinite') return { bits: signBits(format, negative), flags: 0 };
  if (isZero(b)) return { bits: infinityBits(format, negative), flags: DZ };
  const numerator = a.numerator * b.denominator;
  return encode(format, { kind: 'finite', negative, numerator, denominator: a.denominator * b.numerator }, rm);
};

const squareRoot: Operation = (format, [bits], rm) => {
  const a = decode(format, bits!);
  if (a.kind === 'nan') return nanOf(format, a);
  if (isZero(a)) return { bits: bits!, flags: 0 };
  if (a.negative) return invalid(format);
  return a.kind === 'infinite' ? { bits: bits!, flags: 0 } : encode(format, { ...a, root: true }, rm);
};

/** -1, 0 or 1 as a is less than, equal to or greater than b; neither is a NaN. */
function order(a: Value, b: Value): number {
  const place = (x: Value): number => (x.kind === 'infinite' ? (x.negative ? -1 : 1) : 0);
  if (a.kind !== 'finite' || b.kind !== 'finite') return Math.sign(place(a) - place(b));
  const difference = signed(a) * b.denominator - signed(b) * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const comparison =
  (quiet: boolean, holds: (order: number) => boolean): Operation =>
  (format, operands) => {
    const [a, b] = operands.map((bits) => decode(format, bits)) as [Value, Value];
    if (a.kind === 'nan' || b.kind === 'nan') {
      return { bits: 0n, flags: !quiet || isSignaling(a) || isSignaling(b) ? NV : 0 };
    }
    return { bits: holds(order(a, b)) ? 1n : 0n, flags: 0 };
  };

const extreme =
  (wanted: number): Operation =>
  (format, operands) => {
    const [a, b] = operands.map((bits) => decode(format, bits)) as [Value, Value];
    const { bits: nan, flags } = nanOf(format, a, b);
    if (a.kind === 'nan' && b.kind === 'nan') return { bits: nan, flags };
    if (a.kind === 'nan' || b.kind === 'nan') return { bits: operands[a.kind === 'nan' ? 1 : 0]!, flags };
    const signs = Number(isNegative(b)) - Number(isNegative(a));
    return { bits: operands[(order(a, b) || signs) === wanted ? 0 : 1]!, flags: 0 };
  };

const classify: Operation = (format, [bits]) => {
  const a = decode(format, bits!);
  if (a.kind === 'nan') return { bits: a.signaling ? 256n : 512n, flags: 0 };
  const subnormal = (bits! & infinityBits(format, false)) === 0n;
  const size = a.kind === 'infinite' ? 3 : isZero(a) ? 0 : subnormal ? 1 : 2;
  return { bits: 1n << BigInt(a.negative ? 3 - size : 4 + size), flags: 0 };
};

const toInteger =
  (width: number, twosComplement: boolean): Operation =>
  (format, [bits], rm) => {
    const a = decode(format, bits!);
    const largest = 2n ** BigInt(twosComplement ? width - 1 : width) - 1n;
    const smallest = twosComplement ? -largest - 1n : 0n;
    const outcome = (value: bigint, flags: number): Outcome => ({ bits: BigInt.asUintN(width, value), flags });
    if (a.kind === 'nan') return outcome(largest, NV);
    if (a.kind === 'infinite') return outcome(a.negative ? smallest : largest, NV);
    const { units, exact } = roundToUnit(a, 0, rm);
    const value = a.negative ? -units : units;
    if (value < smallest || value > largest) return outcome(a.negative ? smallest : largest, NV);
    return outcome(value, exact ? 0 : NX);
  };

const fromInteger =
  (width: number, twosComplement: boolean): Operation =>
  (format, [bits], rm) => {
    const value = twosComplement ? BigInt.asIntN(width, bits!) : bits!;
    if (value === 0n) return { bits: 0n, flags: 0 };
    const numerator = value < 0n ? -value : value;
    return encode(format, { kind: 'finite', negative: value < 0n, numerator, denominator: 1n }, rm);
  };

const between =
  (source: Format, target: Format): Operation =>
  (_, [bits], rm) => {
    const a = decode(source, bits!);
    if (a.kind === 'nan') return nanOf(target, a);
    if (a.kind === 'infinite') return { bits: infinityBits(target, a.negative), flags: 0 };
    return isZero(a) ? { bits: signBits(target, a.negative), flags: 0 } : encode(target, a, rm);
  };

/** One entry per operation of the interface, with the format in its name as F. */
export const REFERENCE: Readonly<Record<string, Operation>> = {
  F_add: add,
  F_sub: subtract,
  F_mul: multiply,
  F_div: divide,
  F_sqrt: squareRoot,
  F_fma: fma,
  F_eq: comparison(true, (sign) => sign === 0),
  F_lt: comparison(false, (sign) => sign < 0),
  F_le: comparison(false, (sign) => sign <= 0),
  F_min: extreme(-1),
  F_max: extreme(1),
  F_class: classify,
  F_to_i32: toInteger(32, true),
  F_to_u32: toInteger(32, false),
  F_to_i64: toInteger(64, true),
  F_to_u64: toInteger(64, false),
  i32_to_F: fromInteger(32, true),
  u32_to_F: fromInteger(32, false),
  i64_to_F: fromInteger(64, true),
  u64_to_F: fromInteger(64, false),
  f32_to_f64: between(BINARY32, BINARY64),
  f64_to_f32: between(BINARY64, BINARY32),
};
