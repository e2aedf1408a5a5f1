import { FORMATS, put, type OperandName } from './operands.ts';
import { INSTRUCTIONS } from './table.ts';

const BY_NAME = new Map(INSTRUCTIONS.map((instruction) => [instruction.name, instruction]));

/**
 * The bits of an instruction: for tests and generated programs. Operands that are left out are zero.
 * @throws for a name that is not in the table, or an operand that the instruction does not have
 */
export function encode(name: string, operands: Readonly<Partial<Record<OperandName, number>>> = {}): number {
  const instruction = BY_NAME.get(name);
  if (!instruction) throw new Error(`no instruction is called ${name}`);
  const layout = FORMATS[instruction.format].operands;
  let bits = instruction.match;
  for (const [operand, value] of Object.entries(operands) as [OperandName, number][]) {
    const place = layout[operand];
    if (!place) throw new Error(`${name} has no ${operand}`);
    bits |= put(value, place) & ~instruction.mask;
  }
  return bits >>> 0;
}
