/**
 * Random streams of instructions, in QEMU and in our core, state for state: every register and CSR at every trap, and all
 * of memory at the end. INNKEEPER_STREAM_INSTRUCTIONS: how many instructions of streams, most of them in loops that get
 * hot (100000000 takes minutes); INNKEEPER_STREAM_SEED: where to begin.
 */
import { afterAll, expect, it } from 'vitest';
import type { RegionOptions } from '../jit/regions.ts';
import { type BatchOptions, randomBatch } from './testing/streams/batch.ts';
import { compare, recordsOf } from './testing/streams/compare.ts';
import { locate } from './testing/streams/locate.ts';
import { hasQemu, runOurs, runQemu } from './testing/streams/machines.ts';

const WANTED = Number(process.env['INNKEEPER_STREAM_INSTRUCTIONS'] ?? 10_000_000);
const FIRST_SEED = Number(process.env['INNKEEPER_STREAM_SEED'] ?? 1);
const LONGEST_MS = Math.max(300_000, WANTED / 10);

/** How our machine runs them: `meetings` as in jit/regions.ts. */
const WAYS = {
  interpreted: null,
  'all of it translated': { meetings: 0 },
  'translated early': { meetings: 1 },
  'translated when it is hot': {},
} satisfies Record<string, RegionOptions | null>;

interface Shape {
  readonly ways: readonly (keyof typeof WAYS)[];
  /** Its part of the instructions that are wanted. */
  readonly part: number;
  readonly batch: Omit<BatchOptions, 'seed'>;
}

const SHORT = { runs: 10, innerRounds: 8, calm: false };
/** Many short streams with much that traps; many that are about privilege; few with long loops, which get hot. */
const SHAPES: Readonly<Record<string, Shape>> = {
  short: {
    ways: ['interpreted', 'all of it translated'],
    part: 0.005,
    batch: { ...SHORT, streams: 40, items: 50, rounds: 8, privileged: 4 },
  },
  privileged: {
    ways: ['interpreted', 'all of it translated'],
    part: 0.001,
    batch: { ...SHORT, streams: 40, items: 40, rounds: 3, privileged: 30 },
  },
  hot: {
    ways: ['interpreted', 'translated early', 'translated when it is hot'],
    part: 1,
    batch: { streams: 4, runs: 6, items: 40, rounds: 20_000, innerRounds: 20, privileged: 0, calm: true },
  },
};

const counted = { instructions: 0, traps: 0, batches: 0 };
const missing = hasQemu() ? undefined : 'there is no qemu-system-riscv64';

afterAll(() => {
  const { instructions, traps, batches } = counted;
  if (missing === undefined)
    console.log(`${(instructions / 1e6).toFixed(1)} M random instructions and ${traps} traps in ${batches} batches`);
});

/** One batch in QEMU, and in our machine in every way. @returns about how many instructions of streams that were */
function runBatch(options: BatchOptions, ways: Shape['ways']): number {
  const batch = randomBatch(options);
  const { ram: theirs } = runQemu(batch);
  const traps = recordsOf(theirs);
  let executed = 0;
  for (const name of ways) {
    const regions = WAYS[name];
    const { ram: mine, instructions } = runOurs(batch, regions);
    const found = compare(mine, theirs, batch);
    if (found) expect.fail(`${name}: ${locate(options, found, (each) => runOurs(each, regions), runQemu)}`);
    executed = instructions;
  }
  counted.instructions += executed;
  counted.traps += traps.machine + traps.supervisor;
  counted.batches++;
  return executed;
}

for (const [name, { batch, ways, part }] of Object.entries(SHAPES)) {
  it(`${name} streams leave the same state as in QEMU`, { timeout: LONGEST_MS }, (context) => {
    context.skip(missing !== undefined, missing);
    for (let seed = FIRST_SEED, executed = 0; executed < WANTED * part; seed++)
      executed += runBatch({ ...batch, seed }, ways);
  });
}
