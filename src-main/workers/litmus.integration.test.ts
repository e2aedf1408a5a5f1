/**
 * Litmus tests: what harts with threads of their own see of each other's loads and stores, against RVWMO, the memory
 * model of RISC-V. INNKEEPER_LITMUS_RUNS: how many runs of each (10000000 takes minutes).
 */
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Line } from '../../src-core/machine/core/testing/assembler.ts';
import { BareMachine } from './testing/bare-machine.ts';
import { EXCHANGES, exchangeProgram, undone } from './testing/litmus/exchanges.ts';
import { litmusProgram, MOST_OUTCOMES, type Plan } from './testing/litmus/program.ts';
import type { Shape } from './testing/litmus/shape.ts';
import { SHAPES } from './testing/litmus/shapes.ts';

const ASKED_FOR = process.env['INNKEEPER_LITMUS_RUNS'];
const WANTED = Number(ASKED_FOR ?? 20_000);
const LONGEST_MS = Math.max(60_000, WANTED / 10);
/** How often the runs are repeated until what must be possible was seen. */
const MOST_TRIES = 20;
/** Of a batch: where harts cannot all run at once, it takes milliseconds until all have come to its end. */
const RUNS = { atOnce: 1024, inTurn: 4096 };
const EXCHANGING_HARTS = 2;
/** Of each hart. The code gets hot after about a fifth of them: what comes before is interpreted. */
const TURNS = Math.max(1_000_000, WANTED / EXCHANGING_HARTS);
/** Elsewhere stores may be delayed in other ways, or harts never run at once. */
const DELAYS_STORES = process.arch === 'x64' && availableParallelism() > 1;

/** Runs a program to its end, and looks at what it left. */
function after<T>(program: readonly Line[], harts: number, look: (machine: BareMachine) => T): T {
  const machine = new BareMachine(program, harts);
  try {
    expect(machine.run(undefined, LONGEST_MS)).toEqual({ kind: 'powered-off' });
    return look(machine);
  } finally {
    machine.end();
  }
}

/** Whether what must be possible was not among the outcomes yet. */
function isMissing({ weak }: Shape, found: ReadonlySet<number>): boolean {
  return DELAYS_STORES && weak !== undefined && !found.has(weak);
}

/** @returns how often each outcome was */
function outcomesOf(shape: Shape, interpreted: boolean): Map<number, number> {
  const runs = availableParallelism() >= shape.harts.length ? RUNS.atOnce : RUNS.inTurn;
  const plan: Plan = { batches: Math.ceil(WANTED / runs), runs, interpreted };
  const counts = after(litmusProgram(shape, plan), shape.harts.length, (machine) =>
    Array.from({ length: MOST_OUTCOMES }, (_, outcome) => machine.counter(8 * outcome)),
  );
  expect(counts.reduce((sum, count) => sum + count)).toBe(plan.batches * runs);
  const found = [...counts.entries()].filter(([, count]) => count > 0);
  const texts = found.map(([outcome, count]) => `${outcome.toString(2).padStart(2, '0')}: ${count}`);
  if (ASKED_FOR !== undefined)
    console.log(`${shape.name}, ${interpreted ? 'interpreted' : 'translated'}: ${texts.join(', ')}`);
  return new Map(found);
}

describe.each([
  ['translated', false],
  ['interpreted', true],
])('%s code', (__, interpreted) => {
  it.each(SHAPES.map((shape) => [shape.name, shape] as const))(
    'has no outcome that RVWMO forbids: %s',
    { timeout: MOST_TRIES * LONGEST_MS },
    (_, shape) => {
      const found = new Set<number>();
      for (let tries = 0; tries < MOST_TRIES && (tries === 0 || isMissing(shape, found)); tries++)
        for (const outcome of outcomesOf(shape, interpreted).keys()) found.add(outcome);
      expect([...found].filter(shape.forbidden)).toEqual([]);
      expect(isMissing(shape, found)).toBe(false);
    },
  );
});

describe('atomic operations on one word', () => {
  it.each(EXCHANGES.map((exchange) => [exchange.name, exchange] as const))(
    'undo nothing of what others do: %s',
    { timeout: LONGEST_MS },
    (_, exchange) => {
      const program = exchangeProgram(exchange, TURNS, EXCHANGING_HARTS);
      const wrong = after(program, EXCHANGING_HARTS, (machine) => undone(machine, exchange, TURNS, EXCHANGING_HARTS));
      expect(wrong).toEqual([]);
    },
  );
});
