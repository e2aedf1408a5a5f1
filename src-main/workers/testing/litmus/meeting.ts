import type { Line } from '../../../../src-core/machine/core/testing/assembler.ts';
import { FENCE, a0, add, beq, bltu, data, ld, li, lui, s3, s6, s7, sd, slli, sum, t0, t2, zero } from '../lines.ts';

/** Words of the harts, from the start of the data, each in cache lines of its own. */
const CELLS = 0x1000;
const CELL_BYTES = 128;

/** Registers that only meetings use. */
const [ALL_CELLS, CELL, MEETINGS] = [s3, s6, s7];

/** Before the first meeting. The hart's number is in a0. */
export const READY_TO_MEET: readonly Line[] = [
  lui(t0, CELLS),
  sum(ALL_CELLS, data, t0),
  slli(CELL, a0, Math.log2(CELL_BYTES)),
  sum(CELL, CELL, ALL_CELLS),
  li(MEETINGS, 0),
];

/**
 * Waits until all harts have come here. Plain stores and loads, so that it holds whatever becomes of atomic operations; on
 * x86-64 it does so even if fences do nothing.
 */
export function meet(label: string, harts: number): Line[] {
  const wait = (hart: number): Line[] => [
    `${label} ${hart}`,
    ld(t0, ALL_CELLS, CELL_BYTES * hart),
    bltu(t0, MEETINGS, `${label} ${hart}`),
  ];
  return [FENCE, add(MEETINGS, MEETINGS, 1), sd(MEETINGS, CELL, 0), ...numbers(harts).flatMap(wait), FENCE];
}

/** How often it is looked whether the others have come. */
const PATIENCE = 500;

/**
 * The same for harts that would like to go on together, but do not depend on it: who waits for one that does not run at
 * the moment, because this computer is busy or has fewer processors, goes on alone, and the late one catches up.
 */
export function tryToMeet(label: string, harts: number): Line[] {
  const over = `${label} over`;
  const wait = (hart: number): Line[] => [
    `${label} ${hart}`,
    add(t2, t2, -1),
    beq(t2, zero, over),
    ld(t0, ALL_CELLS, CELL_BYTES * hart),
    bltu(t0, MEETINGS, `${label} ${hart}`),
  ];
  return [
    add(MEETINGS, MEETINGS, 1),
    sd(MEETINGS, CELL, 0),
    li(t2, PATIENCE),
    ...numbers(harts).flatMap(wait),
    over,
    FENCE,
  ];
}

const numbers = (harts: number): number[] => Array.from({ length: harts }, (_, hart) => hart);
