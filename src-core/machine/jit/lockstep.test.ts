import { expect, it } from 'vitest';
import { seededRandom } from '../devices/testing/random.ts';
import { Twin } from './testing/twin.ts';

/** Random programs, each in a machine that interprets and in one that translates. */
const PROGRAMS = Number(process.env['INNKEEPER_LOCKSTEP_PROGRAMS'] ?? 24);
const FIRST_SEED = Number(process.env['INNKEEPER_LOCKSTEP_SEED'] ?? 1);
const RUNS = 400;
const DISTURB_EVERY = 5;
const LOOK_AT_MEMORY_EVERY = 50;

function walk(seed: number, meetings: number, jumping: boolean): void {
  const interpreted = new Twin(seededRandom(seed), null, jumping);
  const translated = new Twin(seededRandom(seed), { meetings, most: 300 }, jumping);
  const random = seededRandom(seed + 0x1000);
  const disturbance = [seededRandom(seed + 0x2000), seededRandom(seed + 0x2000)] as const;
  for (let run = 0; run < RUNS; run++) {
    const budget = random(4) === 0 ? 1 + random(2000) : 1 + random(40);
    const expected = interpreted.run(budget);
    const where = `program ${seed}, run ${run}, ${budget} instructions`;
    expect(translated.run(budget), where).toBe(expected);
    expect(translated.state(), where).toBe(interpreted.state());
    if (run % LOOK_AT_MEMORY_EVERY === 0)
      expect(Buffer.compare(translated.machine.ram, interpreted.machine.ram), `memory after ${where}`).toBe(0);
    if (run % DISTURB_EVERY !== 0) continue;
    interpreted.disturb(disturbance[0]);
    translated.disturb(disturbance[1]);
  }
}

it.each(Array.from({ length: PROGRAMS }, (_, index) => FIRST_SEED + index))(
  'random program %i does the same translated as interpreted',
  (seed) => walk(seed, seed % 4 === 0 ? 0 : 1, false),
);

it.each(Array.from({ length: PROGRAMS / 2 }, (_, index) => FIRST_SEED + index))(
  'random program %i that jumps from page to page does the same translated as interpreted',
  (seed) => walk(seed, 1, true),
);
