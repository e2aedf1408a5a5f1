import { encode } from '../../isa/encode.ts';
import type { OperandName } from '../../isa/operands.ts';

type Operands = Readonly<Partial<Record<OperandName, number>>>;

/** A label, the bits of an instruction, or one whose immediate may be the distance to a label. */
export type Line = string | number | readonly [name: string, operands?: Operands, label?: string];

/** The words of a program; every instruction has 4 bytes. @throws for a label that is not there */
export function assemble(lines: readonly Line[]): number[] {
  const labels = new Map<string, number>();
  let at = 0;
  for (const line of lines) {
    if (typeof line === 'string') labels.set(line, at);
    else at += 4;
  }
  const words: number[] = [];
  for (const line of lines) {
    if (typeof line === 'string') continue;
    if (typeof line === 'number') {
      words.push(line);
      continue;
    }
    const [name, operands, label] = line;
    if (label === undefined) {
      words.push(encode(name, operands));
      continue;
    }
    const target = labels.get(label);
    if (target === undefined) throw new Error(`no label ${label}`);
    words.push(encode(name, { ...operands, imm: target - 4 * words.length }));
  }
  return words;
}
