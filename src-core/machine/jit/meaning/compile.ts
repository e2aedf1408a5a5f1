import { OP } from '../wasm/opcodes.ts';
import { isWide, type Type } from '../wasm/types.ts';
import { signatureOf } from './calls.ts';
import type { Expression } from './expression.ts';
import { fastFloat } from './fast-float.ts';
import { INTRINSICS } from './intrinsics.ts';
import { operandValue } from './operands.ts';
import { type Compiled, converted } from './value.ts';

const ARITHMETIC: Readonly<Record<string, number>> = {
  '+': 0x7c,
  '-': 0x7d,
  '*': 0x7e,
  '&': 0x83,
  '|': 0x84,
  '^': 0x85,
};
/** Signed and unsigned opcodes, of 64 bits. */
const COMPARISONS: Readonly<Record<string, readonly [number, number]>> = {
  '==': [0x51, 0x51],
  '!=': [0x52, 0x52],
  '<': [0x53, 0x54],
  '>': [0x55, 0x56],
  '<=': [0x57, 0x58],
  '>=': [0x59, 0x5a],
};
const SHIFTS: Readonly<Record<string, readonly [number, number]>> = { '<<': [0x86, 0x86], '>>': [0x87, 0x88] };
/** How far the opcodes of 32 bits stand before those of 64. */
const ARITHMETIC_32 = 0x12;
const COMPARISON_32 = 0x0b;

function number(value: number, wide: boolean): Compiled {
  const opcode = wide ? OP.i64Const : OP.i32Const;
  return {
    type: wide ? 'u64' : 'u32',
    emit: ({ bytes }) => {
      bytes.byte(opcode);
      bytes.signed(wide ? value : value | 0);
    },
  };
}

function binary(operator: string, left: Compiled, right: Compiled): Compiled {
  const wide = isWide(left.type);
  const isSigned = left.type.startsWith('i');
  const comparison = COMPARISONS[operator];
  const shift = SHIFTS[operator];
  const pair = comparison ?? shift;
  const opcode64 = pair ? pair[isSigned ? 0 : 1] : ARITHMETIC[operator];
  if (opcode64 === undefined) throw new Error(`no operator ${operator}`);
  const opcode = wide ? opcode64 : opcode64 - (comparison ? COMPARISON_32 : ARITHMETIC_32);
  const second = converted(right, left.type);
  return {
    type: comparison ? 'u32' : left.type,
    emit: (body, op) => {
      left.emit(body, op);
      second(body, op);
      body.bytes.byte(opcode);
    },
  };
}

function choice(condition: Compiled, yes: Compiled, no: Compiled): Compiled {
  return {
    type: yes.type,
    emit: (body, op) => {
      yes.emit(body, op);
      converted(no, yes.type)(body, op);
      condition.emit(body, op);
      body.bytes.byte(OP.select);
    },
  };
}

function call(name: string, given: readonly Compiled[]): Compiled {
  const intrinsic = INTRINSICS[name];
  if (intrinsic) {
    const emits = given.map((each) => converted(each, intrinsic.takes));
    return {
      type: intrinsic.gives,
      emit: (body, op) => {
        for (const emit of emits) {
          emit(body, op);
          if (intrinsic.each !== undefined) body.bytes.byte(intrinsic.each);
        }
        intrinsic.emit(body.bytes);
      },
    };
  }
  const signature = signatureOf(name, given.length);
  const emits = given.map((each, index) => converted(each, signature.takes[index] ?? 'u64'));
  const called: Compiled = {
    type: signature.gives,
    emit: (body, op) => {
      for (const emit of emits) emit(body, op);
      body.call(name, signature);
    },
  };
  return fastFloat(name, given, called);
}

/** Both sides of an operator; a bare number takes the width of the other. */
function sides(left: Expression, right: Expression): [Compiled, Compiled] {
  if (left.kind === 'number') {
    const other = compile(right);
    return [number(left.value, isWide(other.type)), other];
  }
  const first = compile(left);
  return [first, right.kind === 'number' ? number(right.value, isWide(first.type)) : compile(right)];
}

/** What leaves the value of an expression on the stack. @throws when the table names what does not exist */
export function compile(expression: Expression): Compiled {
  switch (expression.kind) {
    case 'number':
      return number(expression.value, true);
    case 'operand':
      return operandValue(expression.name);
    case 'not':
      return binary('^', ...sides(expression.of, { kind: 'number', value: -1 }));
    case 'cast': {
      const type = expression.type as Type;
      return { type, emit: converted(compile(expression.of), type) };
    }
    case 'binary':
      return binary(expression.operator, ...sides(expression.left, expression.right));
    case 'choice':
      return choice(compile(expression.condition), ...sides(expression.yes, expression.no));
    case 'call':
      return call(
        expression.name,
        expression.given.map((each) => compile(each)),
      );
  }
}
