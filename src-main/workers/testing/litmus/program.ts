import type { Line } from '../../../../src-core/machine/core/testing/assembler.ts';
import { POWER_OFF, a0, add, auipc, bne, constant, data, jump, ld, li, lui, or } from '../lines.ts';
import { s0, s4, s5, s8, s9, sd, slli, sum, t0, t2, xor, zero } from '../lines.ts';
import { DATA } from '../bare-machine.ts';
import { READY_TO_MEET, meet, tryToMeet } from './meeting.ts';
import { OUTCOME, SECOND, VALUE, VARIABLES, type Shape } from './shape.ts';

export interface Plan {
  readonly batches: number;
  /** Of each batch, with variables of their own; at most 4096. */
  readonly runs: number;
  /** The code writes over itself in every batch: hardly any of it gets hot enough to be translated. */
  readonly interpreted: boolean;
}

/** From the start of the data, behind the counts and the words of meetings: what each hart saw in each run; variables. */
const OUTCOMES = 0x2000;
const OUTCOMES_BYTES = 0x8000;
const VARIABLES_AT = 0x4_0000;
const RUN_BITS = 7;
/** Outcomes have so many values at most. */
export const MOST_OUTCOMES = 64;

/** Registers that live as long as the program. */
const [BATCHES, RANDOM, RUN, MINE, LAST] = [s0, s8, s5, s4, s9];
/** Before a run, a hart waits for up to so many turns of a loop: how far apart they are is what tells outcomes apart. */
const DELAYS = 32;

/** "Xorshift RNGs", Marsaglia 2003. */
const NEXT_RANDOM: readonly Line[] = [
  slli(t0, RANDOM, 13),
  xor(RANDOM, RANDOM, t0),
  ['srli', { rd: t0, rs1: RANDOM, imm: 7 }],
  xor(RANDOM, RANDOM, t0),
  slli(t0, RANDOM, 17),
  xor(RANDOM, RANDOM, t0),
];

function delay(label: string): Line[] {
  return [
    ...NEXT_RANDOM,
    ['andi', { rd: t0, rs1: RANDOM, imm: DELAYS - 1 }],
    label,
    add(t0, t0, -1),
    ['bge', { rs1: t0, rs2: zero }, label],
  ];
}

/** A store to code, which drops what was decoded of the page, though it stores what was there. */
const WRITE_OVER_CODE: readonly Line[] = [
  auipc(t0, 0),
  ['lw', { rd: t2, rs1: t0, imm: 0 }],
  ['sw', { rs1: t0, rs2: t2, imm: 0 }],
];

/** The address of what belongs to the run. */
const OWN_VARIABLES: readonly Line[] = [
  slli(VARIABLES, RUN, RUN_BITS),
  lui(t0, VARIABLES_AT),
  sum(VARIABLES, VARIABLES, t0),
  sum(VARIABLES, VARIABLES, data),
];

function beginning(plan: Plan): Line[] {
  return [
    auipc(data, DATA),
    ...constant(BATCHES, plan.batches),
    ...constant(LAST, plan.runs - 1),
    ...READY_TO_MEET,
    lui(t0, OUTCOMES),
    slli(MINE, a0, Math.log2(OUTCOMES_BYTES)),
    sum(MINE, MINE, t0),
    sum(MINE, MINE, data),
    li(VALUE, 0),
    ...constant(RANDOM, 0x2545_f491),
    sum(RANDOM, RANDOM, a0),
  ];
}

/** One run of one hart. */
function run(shape: Shape, hart: number): Line[] {
  const other = `not ${hart}`;
  return [
    li(t0, hart),
    bne(a0, t0, other),
    ...tryToMeet(`meet ${hart}`, shape.harts.length),
    ...delay(`delay ${hart}`),
    ...(shape.harts[hart] ?? []),
    jump('done'),
    other,
  ];
}

/** The first hart puts together what each has seen, run by run. */
function count(shape: Shape): Line[] {
  const result = (hart: number): Line[] => [
    lui(t2, OUTCOMES + OUTCOMES_BYTES * hart),
    sum(t2, t2, t0),
    ld(t2, t2, 0),
    or(OUTCOME, OUTCOME, t2),
  ];
  return [
    li(RUN, 0),
    'count',
    slli(t0, RUN, 3),
    sum(t0, t0, data),
    li(OUTCOME, 0),
    ...shape.harts.flatMap((_, hart) => result(hart)),
    ...OWN_VARIABLES,
    ...(shape.afterwards ?? []),
    slli(OUTCOME, OUTCOME, 3),
    sum(OUTCOME, OUTCOME, data),
    ld(t0, OUTCOME, 0),
    add(t0, t0, 1),
    sd(t0, OUTCOME, 0),
    add(RUN, RUN, 1),
    ['bgeu', { rs1: LAST, rs2: RUN }, 'count'],
  ];
}

/** Each hart goes through the same batches; the counts of outcomes are the first words of the data in the end. */
export function litmusProgram(shape: Shape, plan: Plan): Line[] {
  const harts = shape.harts.length;
  return [
    ...beginning(plan),
    'batch',
    ...(plan.interpreted ? WRITE_OVER_CODE : []),
    add(VALUE, VALUE, 2),
    add(SECOND, VALUE, 1),
    li(RUN, 0),
    ...meet('begin', harts),
    'run',
    ...OWN_VARIABLES,
    li(OUTCOME, 0),
    ...shape.harts.flatMap((_, hart) => run(shape, hart)),
    'done',
    slli(t0, RUN, 3),
    sum(t0, t0, MINE),
    sd(OUTCOME, t0, 0),
    add(RUN, RUN, 1),
    ['bgeu', { rs1: LAST, rs2: RUN }, 'run'],
    ...meet('end', harts),
    bne(a0, zero, 'counted'),
    ...count(shape),
    'counted',
    add(BATCHES, BATCHES, -1),
    bne(BATCHES, zero, 'batch'),
    bne(a0, zero, 'over'),
    ...POWER_OFF,
    'over',
    jump('over'),
  ];
}
