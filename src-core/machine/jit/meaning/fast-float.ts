import { type Body, LOCAL } from '../region/body.ts';
import type { Operation } from '../region/operation.ts';
import { MADD } from '../wasm/fused.ts';
import { I32, I64, OP } from '../wasm/opcodes.ts';
import { DYNAMIC } from './operands.ts';
import type { Compiled, Emit } from './value.ts';

/**
 * What the host's own floating point does as the core's arithmetic would. With round-to-nearest and the inexact flag
 * standing already, an operation whose result is a number well within the normal ones has raised nothing new; all
 * others are done again by the core. Comparisons and exact conversions need no flag, but no NaN either.
 */
interface Format {
  readonly wasm: number;
  readonly fromBits: number;
  readonly toBits: number;
  readonly shl: number;
  readonly sub: number;
  readonly ltU: number;
  readonly eq: number;
  /** Of the bits without the sign, shifted to the top: the second exponent, and how far the last finite one is from it. */
  readonly lowest: number;
  readonly range: number;
}

const F64: Format = {
  ...{ wasm: I64, fromBits: 0xbf, toBits: 0xbd, shl: 0x86, sub: 0x7d, ltU: 0x54, eq: 0x61 },
  lowest: 2 * 2 ** 53,
  range: 0x7fd * 2 ** 53 - 2 ** 64,
};
const F32: Format = {
  ...{ wasm: I32, fromBits: 0xbe, toBits: 0xbc, shl: 0x74, sub: 0x6b, ltU: 0x49, eq: 0x5b },
  lowest: 2 * 2 ** 24,
  range: 0xfd * 2 ** 24 - 2 ** 32,
};

/** Bits of a region's parameter `float`: the inexact flag stands; and the dynamic rounding mode is to the nearest. */
const INEXACT = 1;
const INEXACT_NEAREST = 2;
const NEAREST = 0;
/** Operands of a fused multiply-add. */
const FUSED = 3;

/** Of numbers to one, by an instruction; or fused, where the host does that, by one that takes vectors. */
interface Calculation {
  readonly format: Format;
  readonly after: readonly number[];
  readonly last: readonly number[];
}

const plain = (format: Format, opcode: number): Calculation => ({ format, after: [], last: [opcode] });

const ARITHMETIC: Readonly<Record<string, Calculation>> = {
  f64_add: plain(F64, 0xa0),
  f64_sub: plain(F64, 0xa1),
  f64_mul: plain(F64, 0xa2),
  f64_div: plain(F64, 0xa3),
  f64_sqrt: plain(F64, 0x9f),
  f32_add: plain(F32, 0x92),
  f32_sub: plain(F32, 0x93),
  f32_mul: plain(F32, 0x94),
  f32_div: plain(F32, 0x95),
  f32_sqrt: plain(F32, 0x91),
  f64_fma: { format: F64, after: MADD.f64.splat, last: [...MADD.f64.madd, ...MADD.f64.extract] },
  f32_fma: { format: F32, after: MADD.f32.splat, last: [...MADD.f32.madd, ...MADD.f32.extract] },
};
const COMPARISONS: Readonly<Record<string, readonly [Format, number]>> = {
  f64_eq: [F64, 0x61],
  f64_lt: [F64, 0x63],
  f64_le: [F64, 0x65],
  f32_eq: [F32, 0x5b],
  f32_lt: [F32, 0x5d],
  f32_le: [F32, 0x5f],
};
/** Of whole numbers that fit: the same in every rounding mode. */
const EXACT: Readonly<Record<string, readonly number[]>> = {
  i32_to_f64: [0xb7, 0xbd],
  u32_to_f64: [0xb8, 0xbd],
};

function constant(body: Body, format: Format, value: number): void {
  if (format === F64) body.i64(value);
  else body.i32(value);
}

/** Leaves the host's result in a local, and whether it may be taken on the stack. */
function compute(body: Body, op: Operation, values: readonly Emit[], { format, after, last }: Calculation): void {
  const result = format === F64 ? LOCAL.value : LOCAL.entry;
  for (const value of values) {
    value(body, op);
    body.bytes.code(format.fromBits, ...after);
  }
  body.bytes.code(...last, format.toBits);
  body.tee(result);
  constant(body, format, 1);
  body.bytes.byte(format.shl);
  constant(body, format, format.lowest);
  body.bytes.byte(format.sub);
  constant(body, format, format.range);
  body.bytes.byte(format.ltU);
  body.get(LOCAL.float);
  body.i32(op.rounding === DYNAMIC ? INEXACT_NEAREST : INEXACT);
  body.bytes.code(OP.i32And, OP.i32Eqz, OP.i32GtU);
}

function arithmetic(given: readonly Compiled[], slow: Compiled, how: Calculation): Emit {
  const { format } = how;
  // The last operand is the rounding mode.
  const values = given.slice(0, -1).map(({ emit }) => emit);
  return (body, op) => {
    const possible = op.rounding === NEAREST || op.rounding === DYNAMIC;
    if (!possible || (values.length === FUSED && !body.fuses)) return slow.emit(body, op);
    compute(body, op, values, how);
    body.open(OP.if, format.wasm);
    body.get(format === F64 ? LOCAL.value : LOCAL.entry);
    body.else();
    slow.emit(body, op);
    body.close();
  };
}

function comparison(given: readonly Compiled[], slow: Compiled, [format, opcode]: readonly [Format, number]): Emit {
  const operand = (body: Body, op: Operation, index: number): void => {
    given[index]?.emit(body, op);
    body.bytes.byte(format.fromBits);
  };
  return (body, op) => {
    for (const index of [0, 1]) {
      operand(body, op, index);
      operand(body, op, index);
      body.bytes.byte(format.eq);
    }
    body.bytes.byte(OP.i32And);
    body.open(OP.if, I32);
    operand(body, op, 0);
    operand(body, op, 1);
    body.bytes.byte(opcode);
    body.else();
    slow.emit(body, op);
    body.close();
  };
}

/** The call of a function of the core's arithmetic, or something faster that gives the same. */
export function fastFloat(name: string, given: readonly Compiled[], slow: Compiled): Compiled {
  const computed = ARITHMETIC[name];
  if (computed) return { type: slow.type, emit: arithmetic(given, slow, computed) };
  const compared = COMPARISONS[name];
  if (compared) return { type: slow.type, emit: comparison(given, slow, compared) };
  const exact = EXACT[name];
  if (!exact) return slow;
  return {
    type: slow.type,
    emit: (body, op) => {
      given[0]?.emit(body, op);
      body.bytes.code(...exact);
    },
  };
}
