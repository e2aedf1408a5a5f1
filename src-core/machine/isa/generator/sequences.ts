import { OPERATIONS } from './operations.ts';

/** Operations that follow one another, and are carried out as one. */
export type Sequence = readonly string[];

/**
 * The sequences that have a case of their own in the interpreter: what comes after an operation. Code that is run a few
 * times, as most of a kernel's is, costs the host a wrong guess of its branch predictor for each jump from case to case,
 * four times what the instruction itself takes; these take away two jumps of five. They were chosen by what was
 * interpreted while Debian booted and ran programs that fork, map, pipe and loop: again and again, the two neighbours that
 * were met most often became one (byte pair encoding), up to four.
 */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  ld: ['addi', 'beq', 'bne', 'ld', 'li', 'mv', 'srli', 'addi ret', 'andi bne', 'ld ld', 'ld addi ret', 'ld ld ld'],
  mv: ['beq', 'bne', 'ld', 'mv', 'auipc jalr', 'mv mv', 'ld addi ret', 'mv auipc jalr'],
  addi: ['bne', 'li', 'ret', 'sd', 'sd sd', 'sd sd addi'],
  li: ['add', 'addi', 'beq', 'bltu', 'bne', 'li'],
  lw: ['addiw', 'beq', 'ld', 'li', 'lw', 'auipc addi'],
  sd: ['addi', 'ld', 'li', 'sd', 'sd sd', 'sd sd sd'],
  auipc: ['addi', 'jalr', 'lbu', 'ld', 'ld ld'],
  add: ['add', 'lbu', 'ld', 'lw'],
  slli: ['add', 'li', 'srli', 'add ld'],
  andi: ['beq', 'bne'],
  addiw: ['beq'],
  addw: ['addw'],
  lbu: ['addi'],
  or: ['or'],
  xor: ['li bne'],
};

export const SEQUENCES: readonly Sequence[] = Object.entries(AFTER).flatMap(([first, all]) =>
  all.map((rest) => [first, ...rest.split(' ')]),
);

/** The number that stands in place of that of its first operation. */
export function sequenceNumber(index: number): number {
  return OPERATIONS.length + index;
}

/** The number of an operation itself. @param number its own, or of a sequence that begins with it */
export function ownNumber(number: number): number {
  return OWN_NUMBERS[number - OPERATIONS.length] ?? number;
}

const OWN_NUMBERS = SEQUENCES.map(([first = '']) => OPERATIONS.indexOf(first));
