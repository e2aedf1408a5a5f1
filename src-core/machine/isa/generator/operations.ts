import type { Instruction } from '../instruction.ts';
import { INSTRUCTIONS } from '../table.ts';

/** The instructions that have a case of their own: a compressed one is another notation for one of these. */
export const EXECUTED: readonly Instruction[] = INSTRUCTIONS.filter(
  (instruction) => !instruction.does.startsWith('as '),
);

/** Operations that the decoder makes besides: ends of blocks, and forms of an instruction that are cheaper. */
export const INTERNAL = ['end', 'illegal', 'li', 'mv', 'nop', 'link', 'jal.far', 'ret', 'region'] as const;

/** A branch whose target lies in another page. */
export function farName(name: string): string {
  return `${name}.far`;
}

export function isBranch(instruction: Instruction): boolean {
  return instruction.does.startsWith('if ');
}

/** Every operation of the interpreter; its number is its place. */
export const OPERATIONS: readonly string[] = [
  ...INTERNAL,
  ...EXECUTED.flatMap((instruction) =>
    isBranch(instruction) ? [instruction.name, farName(instruction.name)] : [instruction.name],
  ),
];

/** The constant that stands for an operation in the generated sources. */
export function constantName(operation: string): string {
  return operation.toUpperCase().replaceAll('.', '_');
}

export function operationsSource(header: string): string {
  const lines = OPERATIONS.map((name, number) => `export const ${constantName(name)}: u16 = ${number};`);
  return `${header}${lines.join('\n')}\n`;
}
