/** Operands that hurt: the edges of a format, and random ones that land near each other, near ties and near limits. */
import fc from 'fast-check';

const BIAS = { 32: 127, 64: 1023 } as const;
const FRACTION_BITS = { 32: 23, 64: 52 } as const;

type Width = 32 | 64;

function pack(width: Width, negative: boolean, exponentField: number, fraction: bigint): bigint {
  const sign = negative ? 1n << BigInt(width - 1) : 0n;
  return sign | (BigInt(exponentField) << BigInt(FRACTION_BITS[width])) | fraction;
}

/** Zeros, ones, limits of normal and subnormal numbers, infinities, NaNs, limits of the integer types; both signs. */
export function edges(width: Width): bigint[] {
  const bias = BIAS[width];
  const bits = BigInt(FRACTION_BITS[width]);
  const full = (1n << bits) - 1n;
  const top = 1n << (bits - 1n);
  const shapes: [number, bigint][] = [
    [0, 0n],
    [0, 1n],
    [0, 2n],
    [0, top],
    [0, full],
    [1, 0n],
    [1, 1n],
    [1, full],
    [2, 0n],
    [bias - 2, full],
    [bias - 1, 0n],
    [bias - 1, 1n],
    [bias - 1, full],
    [bias, 0n],
    [bias, 1n],
    [bias, top],
    [bias, full],
    [bias + 1, 0n],
    [bias + 1, top],
    [bias + Number(bits), 1n],
    [bias + Number(bits) + 1, 0n],
    [bias * 2 - 1, full],
    [bias * 2, 0n],
    [bias * 2, full],
    [bias * 2 + 1, 0n],
    [bias * 2 + 1, 1n],
    [bias * 2 + 1, top],
    [bias * 2 + 1, full],
  ];
  return shapes.flatMap(([exponent, fraction]) => [false, true].map((sign) => pack(width, sign, exponent, fraction)));
}

/** Around the limits of the 32 and 64-bit integers: the limit, its neighbours, and half-way to them where it fits. */
export function integerLimits(width: Width): bigint[] {
  return [31, 32, 63, 64].flatMap((power) => {
    const limit = pack(width, false, BIAS[width] + power, 0n);
    const halves = [0n, 1n, 2n].map((step) => step << BigInt(Math.max(0, FRACTION_BITS[width] - power - 1)));
    const near = halves.flatMap((step) => [limit + step, limit - 1n - step, limit - step * 2n]);
    return near.flatMap((bits) => [bits, bits | (1n << BigInt(width - 1))]);
  });
}

/** Integers near powers of two and their sums, where a conversion ties. */
export function integers(width: Width): bigint[] {
  const mask = (1n << BigInt(width)) - 1n;
  const values = [0n, 1n, 2n, 3n];
  for (let power = 2; power < width; power++) {
    const value = 1n << BigInt(power);
    for (const gap of [0, 23, 24, 25, 52, 53, 54]) {
      const low = power > gap ? value >> BigInt(gap) : 0n;
      values.push(value, value + low, value - 1n, value + low + 1n, value + low - 1n, value + low * 3n);
    }
  }
  return [...new Set(values.flatMap((value) => [value & mask, -value & mask]))];
}

const exponents = (width: Width): fc.Arbitrary<number> => {
  const bias = BIAS[width];
  const near = (middle: number): fc.Arbitrary<number> =>
    fc.integer({ min: Math.max(0, middle - 60), max: Math.min(bias * 2, middle + 60) });
  const everywhere = fc.integer({ min: 0, max: bias * 2 });
  return fc.oneof(
    near(bias),
    near(bias),
    near(0),
    near(bias >> 1),
    near(bias + (bias >> 1)),
    near(bias * 2),
    everywhere,
  );
};

/** Fractions of few ones or few zeros, whose products and sums tie often; and plain random ones. */
const fractions = (width: Width): fc.Arbitrary<bigint> => {
  const bits = FRACTION_BITS[width];
  const full = (1n << BigInt(bits)) - 1n;
  const power = fc.integer({ min: 0, max: bits }).map((place) => (1n << BigInt(place)) & full);
  const sparse = fc.tuple(power, power, fc.boolean()).map(([a, b, invert]) => (invert ? (a | b) ^ full : a | b));
  const run = fc.tuple(power, power).map(([a, b]) => (a > b ? a - b : b - a));
  return fc.oneof(sparse, run, fc.bigInt({ min: 0n, max: full }));
};

/** One operand of a format. */
export function operand(width: Width): fc.Arbitrary<bigint> {
  const shaped = fc
    .tuple(fc.boolean(), exponents(width), fractions(width))
    .map(([negative, exponent, fraction]) => pack(width, negative, exponent, fraction));
  const anything = fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n });
  return fc.oneof(
    { weight: 8, arbitrary: shaped },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: fc.constantFrom(...edges(width)) },
  );
}
