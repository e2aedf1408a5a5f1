import { expect, it } from 'vitest';
import { RAM_BASE, TestMachine } from '../core/testing/test-machine.ts';
import { edges } from '../core/softfloat/testing/operands.ts';
import { seededRandom, type Random } from '../devices/testing/random.ts';
import { encode } from '../isa/encode.ts';
import type { Instruction } from '../isa/instruction.ts';
import { FORMATS } from '../isa/operands.ts';
import { csrNumber } from '../isa/registers.ts';
import { RV64D, RV64F } from '../isa/float.ts';

/** Floating point, instruction by instruction: what the host computes must be what the core's arithmetic gives. */
const ROUNDS = Number(process.env['INNKEEPER_FLOAT_ROUNDS'] ?? 400);
const FCSR = csrNumber('fcsr');
const FS_DIRTY = 3n << 13n;
const BOX = 0xffff_ffff_0000_0000n;
const EDGES_64 = edges(64);
const EDGES_32 = edges(32);

/** The instruction, then a jump to itself: a block. */
function machineFor({ name, format }: Instruction, regions: { meetings: number } | null): TestMachine {
  const machine = new TestMachine({ regions });
  const { operands } = FORMATS[format];
  const rm = operands.rm && /^f(madd|msub|nm|add|sub|mul|div|sqrt|cvt)/.test(name) ? { rm: 7 } : {};
  const places = { fs1: 1, fs2: 2, fs3: 3, fd: 4, rd: 10, rs1: 11 };
  const used = Object.fromEntries(Object.entries(places).filter(([operand]) => operand in operands));
  machine.write32(RAM_BASE, encode(name, { ...used, ...rm }), encode('beq', {}));
  machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
  machine.core.writeCsr(0, csrNumber('mstatus'), FS_DIRTY);
  return machine;
}

function pick(random: Random, values: readonly bigint[]): bigint {
  return values[random(values.length)] ?? 0n;
}

/** Numbers at the edges, and near each other; singles mostly boxed. */
function operand(random: Random, single: boolean): bigint {
  const kind = random(4);
  if (single) {
    const bits = kind === 0 ? BigInt(random(2 ** 32)) : pick(random, EDGES_32) ^ (kind === 1 ? BigInt(random(8)) : 0n);
    return random(16) === 0 ? bits : BOX | bits;
  }
  if (kind === 0) return (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
  if (kind === 1) return 0x3ff0_0000_0000_0000n + (BigInt(random(2 ** 27)) << 27n);
  return pick(random, EDGES_64) ^ (kind === 2 ? BigInt(random(8)) : 0n);
}

/** The inexact flag stands mostly, and rounding is to the nearest: what can be fast. */
function control(random: Random): bigint {
  const flags = random(4) === 0 ? random(32) : 1 + 2 * random(16);
  const mode = random(3) === 0 ? random(5) : 0;
  return BigInt((mode << 5) | flags);
}

const COMPUTING = [...RV64F, ...RV64D].filter(({ does }) => !/load|store/.test(does));

it.each(COMPUTING.map((instruction) => [instruction.name, instruction] as const))(
  '%s gives the same result and flags, translated or not',
  (name, instruction) => {
    const random = seededRandom(20_261_123);
    const both = [machineFor(instruction, null), machineFor(instruction, { meetings: 0 })] as const;
    const single = name.includes('.s') && !name.startsWith('fcvt.s.d');
    for (let round = 0; round < ROUNDS; round++) {
      const values = [1, 2, 3].map(() => operand(random, single));
      const whole = random(2) === 0 ? BigInt(random(2 ** 32)) : operand(random, false);
      const fcsr = control(random);
      const [expected, translated] = both.map(({ core }) => {
        values.forEach((value, index) => core.writeRegister(0, 33 + index, value));
        core.writeRegister(0, 11, whole);
        core.writeCsr(0, FCSR, fcsr);
        core.writeRegister(0, 64, RAM_BASE);
        core.run(0, 1);
        return [core.readRegister(0, 36), core.readRegister(0, 10), core.readCsr(0, FCSR), core.retired(0)];
      });
      expect(translated, `${values.map((each) => each.toString(16)).join(' ')} fcsr ${fcsr.toString(16)}`).toEqual(
        expected,
      );
    }
  },
);
