import type { Operation } from '../region/operation.ts';
import type { Body } from '../region/body.ts';
import { OP } from '../wasm/opcodes.ts';
import { isWide, type Type } from '../wasm/types.ts';

/** Leaves the value on WebAssembly's stack. */
export type Emit = (body: Body, op: Operation) => void;

/** A value of the instruction table, ready to be written into a region. */
export interface Compiled {
  readonly type: Type;
  readonly emit: Emit;
}

/** The value as another type: cut off, or extended as its own type says. */
export function converted({ type, emit }: Compiled, to: Type): Emit {
  if (isWide(type) === isWide(to)) return emit;
  const opcode = isWide(type) ? OP.i32WrapI64 : type === 'i32' ? OP.i64ExtendI32S : OP.i64ExtendI32U;
  return (body, op) => {
    emit(body, op);
    body.bytes.byte(opcode);
  };
}
