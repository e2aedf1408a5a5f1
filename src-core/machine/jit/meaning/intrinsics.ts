import { OP } from '../wasm/opcodes.ts';
import type { Bytes } from '../wasm/bytes.ts';
import type { Type } from '../wasm/types.ts';

/** What the table calls by name and WebAssembly does in an instruction or two. */
export interface Intrinsic {
  readonly takes: Type;
  readonly gives: Type;
  /** After each operand. */
  readonly each?: number;
  /** When the operands are on the stack. */
  emit(bytes: Bytes): void;
}

const I32_SIGN = -0x8000_0000;
const I64_SIGN = -(2 ** 63);

function plain(takes: Type, gives: Type, ...opcodes: number[]): Intrinsic {
  return { takes, gives, emit: (bytes) => bytes.code(...opcodes) };
}

/** The operand and a constant. */
function constant(type: Type, value: number, opcode: number): Intrinsic {
  return {
    takes: type,
    gives: type,
    emit: (bytes) => {
      bytes.byte(type.endsWith('64') ? OP.i64Const : OP.i32Const);
      bytes.signed(value);
      bytes.byte(opcode);
    },
  };
}

export const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  signed: plain('i64', 'i64'),
  sext8: plain('u64', 'u64', 0xc2),
  sext16: plain('u64', 'u64', 0xc3),
  sext32: plain('u64', 'u64', 0xc4),
  low32: constant('u64', 0xffff_ffff, OP.i64And),
  clz: plain('u64', 'u64', 0x79),
  ctz: plain('u64', 'u64', 0x7a),
  popcnt: plain('u64', 'u64', 0x7b),
  rotl_u32: plain('u32', 'u32', 0x77),
  rotr_u32: plain('u32', 'u32', 0x78),
  rotl_u64: plain('u64', 'u64', 0x89),
  rotr_u64: plain('u64', 'u64', 0x8a),
  f32_negated: constant('u32', I32_SIGN, 0x73),
  f64_negated: constant('u64', I64_SIGN, 0x85),
  // copysign moves bits, of NaNs too.
  f32_signed: { ...plain('u32', 'u32', 0x98, 0xbc), each: 0xbe },
  f64_signed: { ...plain('u64', 'u64', 0xa6, 0xbd), each: 0xbf },
};
