import { expect, it } from 'vitest';
import { seededRandom, type Random } from '../devices/testing/random.ts';
import { SEQUENCES } from '../isa/generator/sequences.ts';
import { csrNumber } from '../isa/registers.ts';
import type { RegionOptions } from '../jit/regions.ts';
import { RAM_BASE } from './testing/test-machine.ts';
import { DATA, finish, prepare, type Step } from './testing/program.ts';

const ROUNDS = 12;
/** Registers: where data is, where nothing is, where the program ends, and those that are worked with. */
const GOOD = 3;
const BAD = 4;
const END = 7;
const WORKED = [1, 10, 11, 12, 13];
const DATA_WORDS = 64;

/** An instruction for an operation. @param toEnd how far it is from there to the end of the program */
function instruction(operation: string, random: Random, toEnd: number): Step {
  const any = (): number => WORKED[random(WORKED.length)] ?? 0;
  const [rd, rs1, rs2] = [any(), any(), any()];
  const base = random(8) === 0 ? BAD : GOOD;
  const place = 8 * random(DATA_WORDS / 2);
  if (operation === 'li') return ['addi', { rd, rs1: 0, imm: random(100) - 50 }];
  if (operation === 'mv') return ['addi', { rd, rs1, imm: 0 }];
  if (operation === 'ret') return ['jalr', { rd: 0, rs1: END, imm: 0 }];
  if (operation === 'jalr') return ['jalr', { rd, rs1: END, imm: 0 }];
  if (operation === 'auipc') return ['auipc', { rd, imm: random(1000) }];
  if (/^l[bhwd]u?$/.test(operation)) return [operation, { rd, rs1: base, imm: place }];
  if (/^s[bhwd]$/.test(operation)) return [operation, { rs1: base, rs2, imm: place }];
  if (/^b(eq|ne|lt|ge)u?$/.test(operation)) return [operation, { rs1, rs2, imm: toEnd }];
  if (/i$|^addiw$/.test(operation)) return [operation, { rd, rs1, imm: random(63) + 1 }];
  return [operation, { rd, rs1, rs2 }];
}

/** Everything that the steps leave behind. */
function outcome(steps: readonly Step[], seed: number, regions: RegionOptions | null) {
  const random = seededRandom(seed);
  const x: Record<number, bigint> = { [GOOD]: DATA, [BAD]: 16n, [END]: RAM_BASE + BigInt(4 * steps.length) };
  for (const register of WORKED) x[register] = random(3) === 0 ? 0n : BigInt(random(2 ** 31)) - 2n ** 30n;
  const machine = prepare(steps, { x, regions });
  for (let word = 0; word < DATA_WORDS; word++) machine.write64(DATA + BigInt(8 * word), BigInt(random(2 ** 31)));
  finish(machine);
  return {
    registers: WORKED.map((register) => machine.x(register)),
    data: Array.from({ length: DATA_WORDS }, (_, word) => machine.read64(DATA + BigInt(8 * word))),
    trap: ['mcause', 'mepc', 'mtval'].map((name) => machine.csr(csrNumber(name))),
    retired: machine.core.retired(0),
  };
}

it.each(SEQUENCES.map((sequence) => [sequence.join(', '), sequence] as const))(
  '%s do together what a region does one by one',
  (name, sequence) => {
    for (let round = 0; round < ROUNDS; round++) {
      const random = seededRandom(1000 * name.length + round);
      const steps = sequence.map((each, place) => instruction(each, random, 4 * (sequence.length - place)));
      expect(outcome(steps, round, null), `round ${round}`).toEqual(outcome(steps, round, { meetings: 0 }));
    }
  },
);
