import type { Instruction } from '../instruction.ts';
import { isBranch } from './operations.ts';

/**
 * From an instruction's meaning to its cases in the interpreter. `op` is the address of the decoded operation; its
 * operands are reached by the inline functions of core/decode/operation.ts.
 */
export interface CaseBody {
  /** AssemblyScript. */
  readonly text: string;
  /** At its end the next operation is to be carried out; else the text never gets there. */
  readonly goesOn: boolean;
}

const LEAVE = 'return leave(hart, op, pageBase, budget, outcome);';
const ILLEGAL = 'return leave(hart, op, pageBase, budget, UNLAWFUL);';
const SYSTEM = 'return leave(hart, op, pageBase, budget, SYSTEM);';

/** Access types, how many bytes, and the address bits that must be zero for the fast path. */
const WIDTHS: Readonly<Record<string, number>> = { i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, u32: 4, i64: 8, u64: 8 };

function operands(expression: string): string {
  return expression
    .replaceAll('pc + imm', 'pageBase + imm(op)')
    .replaceAll(/\b(fs[123])\.([sd]|bits)\b/g, (_, register: string, view: string) => `${register}_${view}(op)`)
    .replaceAll(/\b(rs1|rs2|fs2)\b(?![_(])/g, '$1(op)')
    .replaceAll(/\bimm\b(?!\()/g, 'imm(op)')
    .replaceAll(/\brm\b/g, 'rounding');
}

function keyOf(bytes: number): string {
  return `(address & 0xffff_ffff_ffff_f00${bytes - 1})`;
}

/** `rd = load(i32, rs1 + imm)`: inline when the read TLB knows the page, else by a call that may fault. */
function loadCase(destination: string, type: string, address: string): string {
  const bytes = WIDTHS[type] ?? 0;
  const set = (value: string): string => assign(destination, `<${type}>${value}`);
  return [
    floatGuard(destination.startsWith('f')),
    `const address: u64 = ${operands(address)};`,
    `const entry: usize = readTlb + ((<usize>address >>> 8) & 0xff0);`,
    `if (load<u64>(entry) == ${keyOf(bytes)}) {`,
    `  ${set(`load<${type}>(<usize>address + load<usize>(entry, 8))`)}`,
    '} else {',
    `  const value: u64 = loadSlowly(hart, address, ${bytes});`,
    `  if (outcome == FAULTED) ${LEAVE}`,
    `  ${set('value')}`,
    `  if (outcome) ${LEAVE}`,
    '}',
  ].join('\n');
}

function storeCase(type: string, address: string, value: string): string {
  const bytes = WIDTHS[type] ?? 0;
  return [
    value === 'fs2' ? `if (!floatReadable(hart)) ${ILLEGAL}` : '',
    `const address: u64 = ${operands(address)};`,
    `const entry: usize = writeTlb + ((<usize>address >>> 8) & 0xff0);`,
    `if (load<u64>(entry) == ${keyOf(bytes)}) {`,
    `  store<${type}>(<usize>address + load<usize>(entry, 8), <${type}>${operands(value)});`,
    '} else {',
    `  storeSlowly(hart, address, ${bytes}, ${operands(value)});`,
    `  if (outcome) ${LEAVE}`,
    '}',
  ].join('\n');
}

/** Near branches stay in the page: their operand is the target's place in the page's table of blocks. */
function branchCase(condition: string, far: boolean): string {
  const taken = far
    ? ['next = pageBase + imm(op);', 'break;']
    : [
        'const block: usize = load<usize>(table + <usize>imm(op));',
        'if (block == 0 || budget <= 0) return leaveTo(hart, pageBase + (imm(op) >> 1), budget);',
        'op = block; continue;',
      ];
  return [
    `if (${operands(condition)}) {`,
    ...['budget -= <i32>retiredBefore(op) + 1;', ...taken].map((line) => `  ${line}`),
    '}',
  ].join('\n');
}

const ATOMIC_NATIVE = ['add', 'xchg', 'xor', 'or', 'and'];

function amoCase(type: string, operation: string): string {
  const bytes = WIDTHS[type] ?? 0;
  const old = ATOMIC_NATIVE.includes(operation)
    ? `atomic.${operation}<${type}>(host, <${type}>rs2(op))`
    : `atomic_${operation}_${type}(host, rs2(op))`;
  return [
    `const host: usize = amoAddress(hart, rs1(op), ${bytes});`,
    `if (host == 0) ${LEAVE}`,
    `setRd(op, <u64>${old});`,
  ].join('\n');
}

function reservedCase(kind: 'lr' | 'sc', type: string): string {
  if (kind === 'sc') {
    const call = `storeConditional_${type}(hart, rs1(op), rs2(op))`;
    return [`const failed: u64 = ${call};`, `if (outcome) ${LEAVE}`, 'setRd(op, failed);'].join('\n');
  }
  return [`const value: u64 = loadReserved_${type}(hart, rs1(op));`, `if (outcome) ${LEAVE}`, 'setRd(op, value);'].join(
    '\n',
  );
}

function floatGuard(needed: boolean): string {
  return needed ? `if (!floatWritable(hart)) ${ILLEGAL}` : '';
}

function assign(destination: string, value: string): string {
  if (destination === 'fd.s') return `setFdSingle(op, <u32>(${value}));`;
  if (destination === 'fd.d') return `setFdDouble(op, <u64>(${value}));`;
  return `setRd(op, <u64>(${value}));`;
}

/** Floating point may be off, and a dynamic rounding mode may be a reserved one. */
function computeCase(instruction: Instruction, destination: string, expression: string): string {
  const float = instruction.extension === 'f' || instruction.extension === 'd';
  const typed = /^(\w+): (.*)$/.exec(expression);
  const value = typed ? `<${typed[1] ?? ''}>${operands(typed[2] ?? '')}` : operands(expression);
  const rounds = /\brm\b/.test(expression);
  // What neither writes a register nor can raise a flag leaves the state as it is.
  const only = /^fmv\.x\.|^fclass\./.test(instruction.name);
  return [
    only ? `if (!floatReadable(hart)) ${ILLEGAL}` : floatGuard(float),
    rounds ? 'const rounding: u32 = roundingMode(hart, op);' : '',
    rounds ? `if (rounding > 4) ${ILLEGAL}` : '',
    assign(destination, value),
  ].join('\n');
}

function csrCase(): string {
  return [
    'store<i32>(hart, budget - <i32>retiredBefore(op), LEFT);',
    'csrInstruction(hart, <u32>imm(op));',
    'if (outcome) return leave(hart, op, pageBase, budget, outcome);',
    'readTlb = load<usize>(hart, READ_TLB);',
    'writeTlb = load<usize>(hart, WRITE_TLB);',
  ].join('\n');
}

/** The body of the case of an instruction. `far`: of its form that leaves the page. */
export function caseBody(instruction: Instruction, far = false): CaseBody {
  if (instruction.does.startsWith('system:')) return { text: SYSTEM, goesOn: false };
  return { text: bodyText(instruction, far), goesOn: true };
}

function bodyText(instruction: Instruction, far: boolean): string {
  const { does } = instruction;
  const load = /^([a-z.]+) = load\((\w+), (.*)\)$/.exec(does);
  if (load) return loadCase(load[1] ?? '', load[2] ?? '', load[3] ?? '');
  const store = /^store\((\w+), (.*), (\w+)\)$/.exec(does);
  if (store) return storeCase(store[1] ?? '', store[2] ?? '', store[3] ?? '');
  if (isBranch(instruction)) return branchCase(/^if \((.*)\) goto/.exec(does)?.[1] ?? '', far);
  const amo = /^amo\((\w+), (\w+)/.exec(does);
  if (amo) return amoCase(amo[1] ?? '', amo[2] ?? '');
  const reserved = /^(lr|sc)\((\w+)/.exec(does);
  if (reserved) return reservedCase(reserved[1] === 'lr' ? 'lr' : 'sc', reserved[2] ?? '');
  const computed = /^(rd|fd\.s|fd\.d) = (.*)$/.exec(does);
  if (computed) return computeCase(instruction, computed[1] ?? '', computed[2] ?? '');
  if (does.startsWith('csr:')) return csrCase();
  if (does.startsWith('fence:')) return 'if (several()) fence(hart);';
  throw new Error(`${instruction.name}: cannot make a case of "${does}"`);
}
