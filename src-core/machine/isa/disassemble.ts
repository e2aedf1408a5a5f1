import { FORMATS, take, type OperandName } from './operands.ts';
import { CSR_NAMES, F_NAMES, X_NAMES } from './registers.ts';
import { find } from './table.ts';

const ROUNDING = ['rne', 'rtz', 'rdn', 'rup', 'rmm'];
const HEX = 16;
/** Shift amounts and upper immediates. */
const IN_HEX: ReadonlySet<string> = new Set(['U', 'shamt6', 'shamt5', 'CB.sh', 'CI.sh', 'CI.lui']);

/** How an assembler writes the instruction that these bits encode at `pc`; unknown ones as `.word` or `.half`. */
export function disassemble(bits: number, pc = 0n): string {
  const instruction = find(bits);
  if (!instruction) {
    return (bits & 3) === 3 ? `.word 0x${(bits >>> 0).toString(HEX)}` : `.half 0x${(bits & 0xffff).toString(HEX)}`;
  }
  const { operands, text } = FORMATS[instruction.format];
  const words = text.replaceAll(/[a-z]+[0-9]?/g, (word) => {
    if (word === 'target') return address(pc, operands.imm ? take(bits, operands.imm) : 0);
    const operand = operands[word as OperandName];
    if (!operand) return word;
    const value = take(bits, operand);
    return word === 'imm' && IN_HEX.has(instruction.format) ? upper(value) : operandText(word as OperandName, value);
  });
  // A rounding mode is an operand where the encoding leaves it open.
  const mode = operands.rm && (instruction.mask & 0x7000) === 0 ? ROUNDING[take(bits, operands.rm)] : undefined;
  return `${instruction.name}${suffix(bits, instruction.format)}${words === '' ? '' : ` ${words}`}${mode ? `,${mode}` : ''}`;
}

/** Acquire and release bits of an atomic instruction. */
function suffix(bits: number, format: string): string {
  if (format !== 'amo' && format !== 'lr') return '';
  return ['', '.rl', '.aq', '.aqrl'][(bits >>> 25) & 3] ?? '';
}

/** The 20 bits that an upper immediate has, or a shift amount. */
function upper(value: number): string {
  return `0x${(value & 0xfffff).toString(HEX)}`;
}

function address(pc: bigint, offset: number): string {
  return `0x${BigInt.asUintN(64, pc + BigInt(offset)).toString(HEX)}`;
}

function operandText(name: OperandName, value: number): string {
  if (name === 'imm') return value.toString();
  if (name === 'csr') return CSR_NAMES.get(value) ?? `0x${value.toString(HEX)}`;
  return (name.startsWith('f') ? F_NAMES : X_NAMES)[value] ?? '?';
}
