import { HART } from '../core-layout.ts';
import { I32_LOAD, OP } from '../wasm/opcodes.ts';
import type { Compiled, Emit } from './value.ts';

const CANONICAL_NAN = 0x7fc0_0000;
/** The rounding mode of an operation that takes the one in frm. */
export const DYNAMIC = 7;

const u64 = (emit: Emit): Compiled => ({ type: 'u64', emit });

/** A single-precision register: the canonical NaN when it is not boxed. */
function single(register: (op: Parameters<Emit>[1]) => number): Compiled {
  return {
    type: 'u32',
    emit: (body, op) => {
      const { bytes } = body;
      body.read(register(op));
      bytes.byte(OP.i32WrapI64);
      body.i32(CANONICAL_NAN);
      body.read(register(op));
      body.i64(32);
      bytes.code(OP.i64ShrU, OP.i32WrapI64);
      body.i32(-1);
      bytes.code(OP.i32Eq, OP.select);
    },
  };
}

const VALUES: Readonly<Record<string, Compiled>> = {
  rs1: u64((body, op) => body.read(op.rs1)),
  rs2: u64((body, op) => body.read(op.rs2)),
  imm: u64((body, op) => body.i64(op.imm)),
  pc: u64((body) => body.base()),
  fs2: u64((body, op) => body.read(op.rs2)),
  'fs1.bits': u64((body, op) => body.read(op.rs1)),
  'fs1.d': u64((body, op) => body.read(op.rs1)),
  'fs2.d': u64((body, op) => body.read(op.rs2)),
  'fs3.d': u64((body, op) => body.read(op.rs3)),
  'fs1.s': single((op) => op.rs1),
  'fs2.s': single((op) => op.rs2),
  'fs3.s': single((op) => op.rs3),
  rm: {
    type: 'u32',
    emit: (body, op) => {
      if (op.rounding === DYNAMIC) body.hartField(I32_LOAD, HART.FRM);
      else body.i32(op.rounding);
    },
  },
};

/** An operand of an operation, by the name that the instruction table gives it. */
export function operandValue(name: string): Compiled {
  const value = VALUES[name];
  if (!value) throw new Error(`no operand is called ${name}`);
  return value;
}
