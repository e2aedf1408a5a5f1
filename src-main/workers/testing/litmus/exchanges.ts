import type { Line } from '../../../../src-core/machine/core/testing/assembler.ts';
import { DATA, type BareMachine } from '../bare-machine.ts';
import { POWER_OFF, a0, a2, a3, add, auipc, bne, constant, data, jump, li, s0, s10, s11 } from '../lines.ts';
import { s1, s2, s4, s5, sd, slli, sum, t0, t2, xor, zero } from '../lines.ts';
import { READY_TO_MEET, meet } from './meeting.ts';

/**
 * Harts that do the same atomic operation on one word as fast as they can, each so that it finds out when another one has
 * undone what it did.
 */
export interface Exchange {
  readonly name: string;
  /** What the word holds before. */
  readonly initial?: (turns: number, harts: number) => number;
  /** Instructions before the turns, and those of each turn. */
  readonly before?: (turns: number, harts: number) => readonly Line[];
  readonly turn: readonly Line[];
  /** What must be left, from the word and what each hart holds in OWN. */
  readonly left?: (left: Left) => boolean;
}

export interface Left {
  readonly word: bigint;
  readonly own: readonly bigint[];
  readonly turns: number;
}

/** Registers: the word's address, the hart's bit, its own value, how often it found something undone. */
const [WORD, BIT, OWN, UNDONE] = [s1, s2, s4, s11];
const [TURNS, ALL_BUT_BIT, STEP] = [s0, s5, s10];
const LINE = 64;
/** Harts go on together after so many turns, a power of two. */
const TOGETHER_BITS = 13;

/** Counts when the register is not zero. */
const undoneIf = (register: number): Line[] => [
  ['sltu', { rd: register, rs1: zero, rs2: register }],
  sum(UNDONE, UNDONE, register),
];

const numbers = (harts: number): bigint[] => Array.from({ length: harts }, (_, hart) => BigInt(hart + 1));
const sorted = (values: readonly bigint[]): string =>
  values
    .map(Number)
    .sort((a, b) => a - b)
    .join();

const is = (name: string, suffix: string): string => `${name}.${suffix}`;

/** Maximum and minimum: the word only ever goes on in one direction, however the harts' values come. */
function limit(name: string, suffix: string, up: boolean, crossesZero: boolean): Exchange {
  const span = (turns: number, harts: number): number => turns * harts;
  const first = (turns: number, harts: number): number => {
    const start = crossesZero ? -Math.floor(span(turns, harts) / 2) : 0;
    return up ? start : start + span(turns, harts) + harts;
  };
  const less: Line = crossesZero ? ['slt', { rd: t0, rs1: t0, rs2: t2 }] : ['sltu', { rd: t0, rs1: t0, rs2: t2 }];
  return {
    name: is(name, suffix),
    initial: first,
    before: (turns, harts) => [
      ...constant(OWN, first(turns, harts)),
      li(STEP, up ? harts : -harts),
      // Each hart has values of its own.
      ...(up ? [sum(OWN, OWN, a0)] : [['sub', { rd: OWN, rs1: OWN, rs2: a0 }] as const]),
      ...constant(a2, first(turns, harts)),
    ],
    turn: [
      sum(OWN, OWN, STEP),
      [is(name, suffix), { rd: a3, rs1: WORD, rs2: OWN }],
      // a2: what the word was at least, or at most, after the turn before.
      ...(up ? [add(t0, a3, 0), add(t2, a2, 0)] : [add(t0, a2, 0), add(t2, a3, 0)]),
      less,
      ...undoneIf(t0),
      add(a2, OWN, 0),
    ],
  };
}

function exchangesOf(suffix: 'w' | 'd'): Exchange[] {
  return [
    {
      name: is('amoadd', suffix),
      turn: [li(t0, 1), [is('amoadd', suffix), { rs1: WORD, rs2: t0 }]],
      left: ({ word, own, turns }) => word === BigInt(turns * own.length),
    },
    {
      // Numbers go from hand to hand; in the end each is there once.
      name: is('amoswap', suffix),
      before: () => [add(OWN, a0, 1)],
      turn: [[is('amoswap', suffix), { rd: OWN, rs1: WORD, rs2: OWN }]],
      left: ({ word, own }) => sorted([word, ...own]) === sorted([0n, ...numbers(own.length)]),
    },
    {
      name: is('amoxor', suffix),
      turn: [
        [is('amoxor', suffix), { rd: t0, rs1: WORD, rs2: BIT }],
        ['and', { rd: t0, rs1: t0, rs2: BIT }],
        xor(t0, t0, OWN),
        ...undoneIf(t0),
        xor(OWN, OWN, BIT),
      ],
    },
    {
      name: `${is('amoor', suffix)} and ${is('amoand', suffix)}`,
      turn: [
        [is('amoor', suffix), { rd: t0, rs1: WORD, rs2: BIT }],
        ['and', { rd: t0, rs1: t0, rs2: BIT }],
        ...undoneIf(t0),
        [is('amoand', suffix), { rd: t0, rs1: WORD, rs2: ALL_BUT_BIT }],
        ['and', { rd: t0, rs1: t0, rs2: BIT }],
        xor(t0, t0, BIT),
        ...undoneIf(t0),
      ],
    },
    limit('amomax', suffix, true, true),
    limit('amomin', suffix, false, true),
    limit('amomaxu', suffix, true, false),
    limit('amominu', suffix, false, false),
    {
      name: `lr.${suffix} and sc.${suffix}`,
      turn: [
        'retry',
        [is('lr', suffix), { rd: t0, rs1: WORD }],
        add(t0, t0, 1),
        [is('sc', suffix), { rd: t2, rs1: WORD, rs2: t0 }],
        bne(t2, zero, 'retry'),
      ],
      left: ({ word, own, turns }) => word === BigInt(turns * own.length),
    },
  ];
}

export const EXCHANGES: readonly Exchange[] = [...exchangesOf('d'), ...exchangesOf('w')];

/** It leaves the word, and of each hart how often it found something undone, and its own value. */
export function exchangeProgram(exchange: Exchange, turns: number, harts: number): Line[] {
  return [
    auipc(data, DATA),
    ...READY_TO_MEET,
    add(WORD, data, 0),
    li(t0, 1),
    ['sll', { rd: BIT, rs1: t0, rs2: a0 }],
    ['xori', { rd: ALL_BUT_BIT, rs1: BIT, imm: -1 }],
    li(OWN, 0),
    li(UNDONE, 0),
    ...constant(TURNS, turns),
    ...constant(t0, exchange.initial?.(turns, harts) ?? 0),
    bne(a0, zero, 'not first'),
    sd(t0, WORD, 0),
    'not first',
    ...(exchange.before?.(turns, harts) ?? []),
    ...meet('begin', harts),
    'turn',
    // Harts that a busy computer lets run one after the other would never meet at the word.
    slli(t0, TURNS, 64 - TOGETHER_BITS),
    bne(t0, zero, 'on'),
    ...meet('together', harts),
    'on',
    ...exchange.turn,
    add(TURNS, TURNS, -1),
    bne(TURNS, zero, 'turn'),
    slli(t0, a0, Math.log2(LINE)),
    sum(t0, t0, data),
    sd(UNDONE, t0, LINE),
    sd(OWN, t0, LINE + 8),
    ...meet('end', harts),
    bne(a0, zero, 'over'),
    ...POWER_OFF,
    'over',
    jump('over'),
  ];
}

/** @returns what is wrong with how it ended, or nothing */
export function undone(machine: BareMachine, { left }: Exchange, turns: number, harts: number): string[] {
  const at = (hart: number): number => LINE * (hart + 1);
  const each = Array.from({ length: harts }, (_, hart) => hart);
  const own = each.map((hart) => machine.word(at(hart) + 8));
  const counts = each.flatMap((hart) => {
    const count = machine.counter(at(hart));
    return count > 0 ? [`hart ${hart} found ${count} of its operations undone`] : [];
  });
  const word = machine.word(0);
  return left && !left({ word, own, turns }) ? [...counts, `the word holds ${word}, the harts ${own.join()}`] : counts;
}
