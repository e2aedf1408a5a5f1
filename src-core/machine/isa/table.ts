import { RV64A } from './atomic.ts';
import { CMO, PRIVILEGED, RV64I, ZICSR, ZIFENCEI } from './base.ts';
import { ZBA, ZBB, ZBS } from './bitmanip.ts';
import { RV64C } from './compressed.ts';
import { RV64D, RV64F } from './float.ts';
import type { Instruction } from './instruction.ts';
import { RV64M } from './multiply.ts';

/** Every instruction of this computer. Where two encodings overlap, the earlier one wins. */
export const INSTRUCTIONS: readonly Instruction[] = [
  ...RV64I,
  ...RV64M,
  ...RV64A,
  ...ZICSR,
  ...ZIFENCEI,
  ...PRIVILEGED,
  ...CMO,
  ...ZBA,
  ...ZBB,
  ...ZBS,
  ...RV64F,
  ...RV64D,
  ...RV64C,
];

/** The instruction that these bits encode; undefined for an illegal one. Compressed ones stand in the low 16 bits. */
export function find(bits: number): Instruction | undefined {
  const bytes = (bits & 3) === 3 ? 4 : 2;
  const word = bytes === 4 ? bits : bits & 0xffff;
  // "A 16-bit instruction with all bits zero is permanently reserved as an illegal instruction."
  if (word === 0) return undefined;
  return INSTRUCTIONS.find(
    (candidate) => candidate.bytes === bytes && ((word ^ candidate.match) & candidate.mask) === 0,
  );
}
