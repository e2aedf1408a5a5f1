import { EXECUTED, OPERATIONS, farName, isBranch } from '../../isa/generator/operations.ts';
import type { Instruction } from '../../isa/instruction.ts';
import { compile } from './compile.ts';
import { parseExpression } from './expression.ts';
import { type Compiled, type Emit, converted } from './value.ts';

/** What a region makes of an operation. */
export type Meaning =
  | { readonly kind: 'compute'; readonly value: Compiled; readonly set: Destination; readonly float: Float }
  | {
      readonly kind: 'load';
      readonly type: string;
      readonly set: Destination;
      readonly address: Emit;
      readonly float: Float;
    }
  | {
      readonly kind: 'store';
      readonly type: string;
      readonly value: Emit;
      readonly address: Emit;
      readonly float: Float;
    }
  | { readonly kind: 'branch'; readonly condition: Emit; readonly far: boolean }
  | { readonly kind: 'atomic'; readonly type: string; readonly operation: string }
  | { readonly kind: 'reserve' | 'conditional'; readonly bytes: number }
  /** A CSR instruction; whether regions carry it out depends on the register. */
  | { readonly kind: 'csr' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'fence' }
  | { readonly kind: 'zero' }
  | { readonly kind: 'internal'; readonly name: 'end' | 'li' | 'mv' | 'link' | 'jal.far' | 'ret' | 'jalr' }
  /** Left to the interpreter. `ends`: the last operation of its block. */
  | { readonly kind: 'leave'; readonly ends: boolean };

/** How the result gets into the register: as 64 bits, or boxed. */
export type Destination = 'rd' | 'fd.s' | 'fd.d';
/** Whether floating point must be on, and which rounding mode it needs. */
export type Float = 'none' | 'exact' | 'rounds';

const INTERNAL: Readonly<Record<string, Meaning>> = {
  ...Object.fromEntries(
    (['end', 'li', 'mv', 'link', 'jal.far', 'ret', 'jalr'] as const).map((name) => [name, { kind: 'internal', name }]),
  ),
  nop: { kind: 'nothing' },
  illegal: { kind: 'leave', ends: true },
  jal: { kind: 'leave', ends: true },
  region: { kind: 'leave', ends: true },
};

/** Those atomic operations that WebAssembly has. */
const ATOMIC = ['add', 'xchg', 'xor', 'or', 'and'];

function emitOf(text: string): Emit {
  return compile(parseExpression(text)).emit;
}

function computeMeaning({ extension }: Instruction, set: Destination, text: string): Meaning {
  const typed = /^(\w+): (.*)$/.exec(text);
  const value = compile(parseExpression(typed ? `<${typed[1] ?? ''}>(${typed[2] ?? ''})` : text));
  const float = extension !== 'f' && extension !== 'd' ? 'none' : /\brm\b/.test(text) ? 'rounds' : 'exact';
  return { kind: 'compute', value: { type: 'u64', emit: boxed(value, set) }, set, float };
}

/** What is written to the register, of 64 bits. */
function boxed(value: Compiled, set: Destination): Emit {
  if (set !== 'fd.s') return converted(value, 'u64');
  const bits = converted({ type: 'u32', emit: converted(value, 'u32') }, 'u64');
  return (body, op) => {
    bits(body, op);
    body.box();
  };
}

function meaningOf(instruction: Instruction): Meaning {
  const { does } = instruction;
  const load = /^([a-z.]+) = load\((\w+), (.*)\)$/.exec(does);
  if (load) {
    const [, set = 'rd', type = '', address = ''] = load;
    const float = set === 'rd' ? 'none' : 'exact';
    return { kind: 'load', type, set: set as Destination, address: emitOf(address), float };
  }
  const store = /^store\((\w+), (.*), (\w+)\)$/.exec(does);
  if (store) {
    const [, type = '', address = '', value = ''] = store;
    const float = value === 'fs2' ? 'exact' : 'none';
    return { kind: 'store', type, value: emitOf(value), address: emitOf(address), float };
  }
  if (isBranch(instruction)) {
    return { kind: 'branch', condition: emitOf(/^if \((.*)\) goto/.exec(does)?.[1] ?? ''), far: false };
  }
  const amo = /^amo\((\w+), (\w+)/.exec(does);
  if (amo && ATOMIC.includes(amo[2] ?? '')) return { kind: 'atomic', type: amo[1] ?? '', operation: amo[2] ?? '' };
  const reserved = /^(lr|sc)\(i(\d+)/.exec(does);
  if (reserved) return { kind: reserved[1] === 'lr' ? 'reserve' : 'conditional', bytes: Number(reserved[2]) / 8 };
  if (does.startsWith('csr:')) return { kind: 'csr' };
  const computed = /^(rd|fd\.s|fd\.d) = (.*)$/.exec(does);
  if (computed) return computeMeaning(instruction, computed[1] as Destination, computed[2] ?? '');
  if (does.startsWith('fence:')) return { kind: 'fence' };
  if (does.startsWith('zero:')) return { kind: 'zero' };
  return { kind: 'leave', ends: does.startsWith('system:') };
}

function allMeanings(): Map<string, Meaning> {
  const meanings = new Map(Object.entries(INTERNAL));
  for (const instruction of EXECUTED) {
    if (meanings.has(instruction.name)) continue;
    const meaning = meaningOf(instruction);
    meanings.set(instruction.name, meaning);
    if (meaning.kind === 'branch') meanings.set(farName(instruction.name), { ...meaning, far: true });
  }
  return meanings;
}

const BY_NAME = allMeanings();

/** By operation number. */
export const MEANINGS: readonly Meaning[] = OPERATIONS.map((name) => {
  const meaning = BY_NAME.get(name);
  if (!meaning) throw new Error(`no meaning for ${name}`);
  return meaning;
});

/** The number of the operation that stands in front of a translated block. */
export const REGION = OPERATIONS.indexOf('region');
