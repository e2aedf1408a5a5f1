import type { Line } from '../../../../src-core/machine/core/testing/assembler.ts';
import { encode } from '../../../../src-core/machine/isa/encode.ts';
import { a5, a6, or, s1, s2, slli, t0 } from '../lines.ts';

/**
 * A litmus test: what each hart does to the variables x and y of a run, and what must never come of it. Values grow from
 * run to run, so "new" is a value of this run, and "old" any of before: nothing has to be cleared in between.
 */
export interface Shape {
  readonly name: string;
  /** By hart: a few instructions that leave what was seen in OUTCOME, each hart in bits of its own. May use t0, a2 to a4. */
  readonly harts: readonly (readonly Line[])[];
  /** What the first hart adds to the outcome when all have finished the run. */
  readonly afterwards?: readonly Line[];
  readonly forbidden: (outcome: number) => boolean;
  /** An outcome that RVWMO allows and x86-64 has: a test that never saw it could not see a broken fence either. */
  readonly weak?: number;
}

/** Holds the address of x. */
export const VARIABLES = a5;
export const X = 0;
/** In another cache line. */
export const Y = 64;
/** Hold the two values that a run may store; the second is the greater one. */
export const [VALUE, SECOND] = [s1, s2];
/** 0 before each run. */
export const OUTCOME = a6;

/** Notes in bit `bit` whether a register holds `value` or more. */
export const note = (register: number, bit: number, value = VALUE): Line[] => [
  ['sltu', { rd: t0, rs1: register, rs2: value }],
  ['xori', { rd: t0, rs1: t0, imm: 1 }],
  slli(t0, t0, bit),
  or(OUTCOME, OUTCOME, t0),
];

type Accesses = 'r' | 'w' | 'rw';
const BITS: Readonly<Record<Accesses, number>> = { r: 2, w: 1, rw: 3 };

/** RISC-V unprivileged, "FENCE": which accesses before come before which after. */
export const fence = (before: Accesses, after: Accesses): Line =>
  (encode('fence') | (BITS[before] << 24) | (BITS[after] << 20)) >>> 0;

export const AQ = 1 << 26;
export const RL = 1 << 25;

/** An atomic operation on the variable at `rs1`. @param order AQ, RL, both or none */
export const amo = (name: string, rd: number, rs2: number, rs1: number, order = 0): Line =>
  (encode(name, { rd, rs1, rs2 }) | order) >>> 0;

export const lr = (rd: number, rs1: number, order = 0): Line => (encode('lr.d', { rd, rs1 }) | order) >>> 0;
