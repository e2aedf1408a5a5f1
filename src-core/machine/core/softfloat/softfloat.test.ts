import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { BINARY32, BINARY64, NX } from './testing/exact.ts';
import { edges, integerLimits, integers, operand } from './testing/operands.ts';
import { REFERENCE } from './testing/reference.ts';
import { compileSoftFloat, widthsOf, type SoftFloat } from './testing/softfloat.ts';

const MODES = [0, 1, 2, 3, 4];
const ARITHMETIC = ['add', 'sub', 'mul', 'div', 'sqrt', 'fma'];
const COMPARING = ['eq', 'lt', 'le', 'min', 'max', 'class'];
const TO_INTEGER = ['to_i32', 'to_u32', 'to_i64', 'to_u64'];
const FROM_INTEGER = ['i32_to', 'u32_to', 'i64_to', 'u64_to'];

let softfloat: SoftFloat;
beforeAll(async () => {
  softfloat = await compileSoftFloat();
}, 120_000);

/** Compares one case in all its rounding modes, with nothing accrued and, for the shortcuts, with NX accrued. */
function compare(name: string, width: 32 | 64, operands: readonly bigint[]): void {
  const reference = REFERENCE[name] ?? REFERENCE[name.replace(`f${width}`, 'F')];
  if (reference === undefined) throw new Error(`no reference for ${name}`);
  for (const rm of MODES) {
    const wanted = reference(width === 32 ? BINARY32 : BINARY64, operands, rm);
    for (const accrued of [0, NX]) {
      const got = softfloat.call(name, operands, rm, accrued);
      if (got.bits === wanted.bits && got.flags === (wanted.flags | accrued)) continue;
      const show = (bits: bigint): string => bits.toString(16);
      const question = `${name}(${operands.map(show).join(', ')}) rm ${rm} accrued ${accrued}`;
      expect.unreachable(
        `${question}: got ${show(got.bits)} flags ${got.flags}, not ${show(wanted.bits)} flags ${wanted.flags | accrued}`,
      );
    }
  }
}

/** All choices of `count` out of the values, with repetition. */
function* choices(values: readonly bigint[], count: number): Generator<bigint[]> {
  if (count === 0) yield [];
  else for (const value of values) for (const rest of choices(values, count - 1)) yield [value, ...rest];
}

describe.each([32, 64] as const)(
  'binary%i agrees with exact fractions, in bits and flags, in all rounding modes',
  (width) => {
    it.each([...ARITHMETIC, ...COMPARING])('for %s of every edge value with every other', (operation) => {
      const name = `f${width}_${operation}`;
      const arity = widthsOf(name).operands.length;
      const all = edges(width);
      // Three operands: each shape once, with signs that alternate, so that every pair of signs still occurs.
      const some = all.filter((_, index) => [1, 2].includes(index % 4) || index < 4);
      for (const operands of choices(arity === 3 ? some : all, arity)) compare(name, width, operands);
    });

    it.each(ARITHMETIC)('for %s of random operands', (operation) => {
      const name = `f${width}_${operation}`;
      const operands = fc.array(operand(width), { minLength: 3, maxLength: 3 });
      const arity = widthsOf(name).operands.length;
      fc.assert(
        fc.property(operands, (values) => {
          compare(name, width, values.slice(0, arity));
        }),
        { seed: 1985, numRuns: 8000 },
      );
    });

    it('for sums of a product and nearly its opposite, where almost all cancels', () => {
      const mantissa = operand(width);
      fc.assert(
        fc.property(mantissa, mantissa, fc.integer({ min: -3, max: 3 }), (a, b, step) => {
          const product = softfloat.call(`f${width}_mul`, [a, b], 0, 0).bits;
          const opposite = BigInt.asUintN(width, (product ^ (1n << BigInt(width - 1))) + BigInt(step));
          compare(`f${width}_fma`, width, [a, b, opposite]);
        }),
        { seed: 754, numRuns: 4000 },
      );
    });

    it('for roots and quotients of squares and their neighbours', () => {
      fc.assert(
        fc.property(operand(width), fc.integer({ min: -1, max: 1 }), (a, step) => {
          const square = BigInt.asUintN(width, softfloat.call(`f${width}_mul`, [a, a], 1, 0).bits + BigInt(step));
          compare(`f${width}_sqrt`, width, [square]);
          compare(`f${width}_div`, width, [square, a]);
        }),
        { seed: 2019, numRuns: 4000 },
      );
    });

    it.each(TO_INTEGER)('for %s at the limits of the integer types, at edges and at random', (conversion) => {
      const name = `f${width}_${conversion}`;
      for (const value of [...integerLimits(width), ...edges(width)]) compare(name, width, [value]);
      const values = operand(width);
      const check = fc.property(values, (value) => {
        compare(name, width, [value]);
      });
      fc.assert(check, { seed: 31, numRuns: 4000 });
    });

    it.each(FROM_INTEGER)('for %s at powers of two, ties, limits and at random', (conversion) => {
      const name = `${conversion}_f${width}`;
      const source = conversion.includes('64') ? 64 : 32;
      for (const value of integers(source)) compare(name, width, [value]);
      const values = fc.bigInt({ min: 0n, max: (1n << BigInt(source)) - 1n });
      const check = fc.property(values, (value) => {
        compare(name, width, [value]);
      });
      fc.assert(check, { seed: 63, numRuns: 2000 });
    });
  },
);

describe('conversions between the formats', () => {
  it.each([
    ['f32_to_f64', 32],
    ['f64_to_f32', 64],
  ] as const)('%s agrees with exact fractions', (name, width) => {
    for (const value of edges(width)) compare(name, width, [value]);
    const check = fc.property(operand(width), (value) => {
      compare(name, width, [value]);
    });
    fc.assert(check, { seed: 64, numRuns: 8000 });
  });

  it('narrowing agrees around every limit of binary32, ties included', () => {
    // The exponents where binary32 becomes subnormal, vanishes and overflows; fractions around its last places.
    for (const power of [-151, -150, -149, -148, -128, -127, -126, -125, 126, 127, 128]) {
      for (let place = 0n; place < 53n; place++) {
        const place1 = (1n << place) & ((1n << 52n) - 1n);
        for (const fraction of [
          place1,
          place1 | 1n,
          (1n << 52n) - 1n - place1,
          (1n << 52n) - (1n << (place > 51n ? 51n : place)),
        ]) {
          compare('f64_to_f32', 64, [(BigInt(power + 1023) << 52n) | fraction]);
        }
      }
    }
  });
});

describe('fused multiply-add', () => {
  it('sees the last place of a product break a tie, wherever the exponents are', () => {
    // (1 + 2^-52)² × 2^n + 2^(n+2) lies 2^(n-104) above the middle between two numbers.
    const odd = (exponent: number): bigint => (BigInt(exponent + 1023) << 52n) | 1n;
    for (let n = -1022; n <= 1021; n += n < -940 || n > 980 ? 1 : 17) {
      const half = n >> 1;
      for (const opposite of [0n, 1n << 63n]) {
        compare('f64_fma', 64, [odd(half), odd(n - half), (BigInt(Math.min(n + 2, 1023) + 1023) << 52n) | opposite]);
        compare('f64_fma', 64, [odd(n < 0 ? 0 : 1023), odd(n < 0 ? n : n - 1023), opposite | 1n]);
      }
    }
  });
});

describe('RISC-V decides where IEEE 754 leaves a choice', () => {
  const call = (name: string, ...operands: bigint[]): { bits: bigint; flags: number } =>
    softfloat.call(name, operands, 0, 0);

  it('∞ × 0 + a quiet NaN raises NV', () => {
    expect(call('f64_fma', 0x7ff0000000000000n, 0n, 0x7ff8000000000001n)).toEqual({
      bits: 0x7ff8000000000000n,
      flags: 16,
    });
    expect(call('f32_fma', 0x80000000n, 0x7f800000n, 0x7fc00001n)).toEqual({ bits: 0x7fc00000n, flags: 16 });
  });

  it('tininess is detected after rounding', () => {
    // (1 - 2^-13) (1 + 2^-13) × 2^-126 lies below the normal numbers, but 24 places are too few to show it.
    expect(call('f32_mul', 0x3f7ff800n, 0x00800400n)).toEqual({ bits: 0x00800000n, flags: 1 });
    // (1 - 2^-24) × 2^-126 has 24 places: tiny, although it becomes the smallest normal number.
    expect(call('f32_mul', 0x3f7fffffn, 0x00800000n)).toEqual({ bits: 0x00800000n, flags: 3 });
  });

  it('minimum and maximum prefer a number to a NaN, tell zeros apart, and let a signaling NaN raise NV', () => {
    expect(call('f32_min', 0x00000000n, 0x80000000n)).toEqual({ bits: 0x80000000n, flags: 0 });
    expect(call('f32_max', 0x80000000n, 0x00000000n)).toEqual({ bits: 0n, flags: 0 });
    expect(call('f32_min', 0x7f800001n, 0x3f800000n)).toEqual({ bits: 0x3f800000n, flags: 16 });
    expect(call('f32_max', 0xffc00000n, 0x7fc12345n)).toEqual({ bits: 0x7fc00000n, flags: 0 });
  });

  it('conversions to integers saturate, a NaN upward, with NV and without NX', () => {
    expect(call('f64_to_i32', 0x41e0000000000000n)).toEqual({ bits: 0x7fffffffn, flags: 16 });
    expect(call('f64_to_i32', 0xc1e0000000000000n)).toEqual({ bits: 0x80000000n, flags: 0 });
    expect(call('f32_to_u64', 0xbf800000n)).toEqual({ bits: 0n, flags: 16 });
    expect(call('f32_to_i64', 0xffc00000n)).toEqual({ bits: 0x7fffffffffffffffn, flags: 16 });
  });
});
