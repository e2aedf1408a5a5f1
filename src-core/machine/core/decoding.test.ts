import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import type { Format, Instruction } from '../isa/instruction.ts';
import { FORMATS, take, type OperandName } from '../isa/operands.ts';
import { csrNumber } from '../isa/registers.ts';
import { INSTRUCTIONS, find } from '../isa/table.ts';
import { RAM_BASE, TestMachine } from './testing/test-machine.ts';
import { HANDLER } from './testing/program.ts';

/** The core decodes with code of its own; here it is held against the layouts that the disassembler uses. */
const AT = RAM_BASE + 0x20_0000n;
const EBREAKS = 0x9002_9002;
const RUNS = { seed: 20261122, numRuns: 60 };

type Operands = Partial<Record<OperandName, number>>;

/** Operands that a compressed format implies. */
const IMPLIED: Readonly<Partial<Record<Format, (operands: Operands) => Operands>>> = {
  CIW: (o) => ({ ...o, rs1: 2 }),
  CI: (o) => ({ ...o, rs1: o.rd! }),
  'CI.w': (o) => ({ ...o, rs1: o.rd! }),
  'CI.sh': (o) => ({ ...o, rs1: o.rd! }),
  'CB.sh': (o) => ({ ...o, rs1: o.rd! }),
  'CB.i': (o) => ({ ...o, rs1: o.rd! }),
  'CI.li': (o) => ({ ...o, rs1: 0 }),
  'CI.sp16': (o) => ({ ...o, rd: 2, rs1: 2 }),
  'CI.lwsp': (o) => ({ ...o, rs1: 2 }),
  'CI.ldsp': (o) => ({ ...o, rs1: 2 }),
  'CI.fldsp': (o) => ({ ...o, rs1: 2 }),
  'CSS.w': (o) => ({ ...o, rs1: 2 }),
  'CSS.d': (o) => ({ ...o, rs1: 2 }),
  'CSS.fd': (o) => ({ ...o, rs1: 2 }),
  CA: (o) => ({ ...o, rs1: o.rd! }),
  'CR.mv': (o) => ({ ...o, rs1: 0 }),
  'CR.add': (o) => ({ ...o, rs1: o.rd! }),
  CB: (o) => ({ ...o, rs2: 0 }),
  CJ: (o) => ({ ...o, rd: 0 }),
  'CR.j': (o) => ({ ...o, rd: 0 }),
  'CR.jal': (o) => ({ ...o, rd: 1 }),
};

function operandsOf(bits: number, { format }: Instruction): Operands {
  const entries = Object.entries(FORMATS[format].operands).map(([name, operand]) => [name, take(bits, operand)]);
  return Object.fromEntries(entries) as Operands;
}

/** What one instruction did: registers, where it went, and a piece of memory that loads and stores reach. */
function effect(machine: TestMachine, bits: number, bytes: 2 | 4): unknown {
  for (let page = 0; page < 0x8000; page += 4) machine.write32(AT - 0x4000n + BigInt(page), EBREAKS);
  machine.write32(AT, bytes === 4 ? bits : (EBREAKS & 0xffff_0000) | (bits & 0xffff));
  machine.core.initialize(machine.ram.length, 1, 0);
  machine.core.startHart(0, AT, 0n, 0n, 0n);
  machine.core.writeCsr(0, csrNumber('mtvec'), HANDLER);
  machine.core.writeCsr(0, csrNumber('mstatus'), 0x6000n);
  for (let register = 1; register < 64; register++) {
    machine.core.writeRegister(0, register, AT + 0x2000n + BigInt(32 * register));
  }
  machine.core.run(0, 1);
  machine.core.run(0, 1);
  const wentTo = BigInt.asUintN(64, machine.csr(csrNumber('mepc'))) - AT;
  const registers = Array.from({ length: 63 }, (_, index) => machine.core.readRegister(0, index + 1));
  const data = Number(AT - RAM_BASE) + 0x1800;
  return { wentTo, registers, data: Buffer.from(machine.ram.subarray(data, data + 0x2000)).toString('base64') };
}

describe('compressed instructions', () => {
  const named = INSTRUCTIONS.filter(({ bytes, name }) => bytes === 2 && name !== 'c.ebreak');

  it.each(named.map((instruction) => [instruction.name, instruction] as const))(
    '%s is decoded as the instruction it stands for',
    (_, instruction) => {
      const machine = new TestMachine();
      machine.write32(HANDLER, encode('wfi'));
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 0xffff }), (random) => {
          const bits = (random & ~instruction.mask) | instruction.match;
          const taken = operandsOf(bits, instruction);
          // Overlapping and reserved encodings have tests of their own.
          fc.pre(find(bits) === instruction);
          fc.pre(!(taken.imm === 0 && /CIW|lui|sp16/.test(instruction.format)));
          fc.pre(!((taken.rd === 0 || taken.rs1 === 0) && /CI.w|lwsp|ldsp|CR.j/.test(instruction.format)));
          // The wide form of such a jump would land in its own second half.
          fc.pre(!(taken.imm === 2 && /^C[BJ]$/.test(instruction.format)));
          const expanded = { ...taken, ...IMPLIED[instruction.format]?.(taken) };
          const wide = encode(instruction.does.slice(3), expanded);
          const [short, long] = [effect(machine, bits, 2), effect(machine, wide, 4)] as {
            wentTo: bigint;
            registers: bigint[];
          }[];
          // The next instruction, and a link to it, are two bytes nearer.
          if (long!.wentTo === 4n) long!.wentTo = 2n;
          if (instruction.name === 'c.jalr') long!.registers[0] = AT + 2n;
          expect(short).toEqual(long);
        }),
        RUNS,
      );
    },
  );
});

describe('immediates', () => {
  const machine = new TestMachine();
  machine.write32(HANDLER, encode('wfi'));

  it('of jal and branches lead where they say', () => {
    for (const [name, range] of [
      ['jal', 0x3ffe],
      ['beq', 0xffe],
    ] as const) {
      fc.assert(
        fc.property(fc.integer({ min: -range / 2, max: range / 2 }), (half) => {
          fc.pre(half !== 0);
          const went = effect(machine, encode(name, { imm: 2 * half }), 4) as { wentTo: bigint };
          expect(went.wentTo).toBe(BigInt(2 * half));
        }),
        RUNS,
      );
    }
  });

  it('of loads and stores reach where they say', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2048, max: 2047 }), (imm) => {
        effect(machine, encode('sd', { rs1: 31, rs2: 1, imm }), 4);
        const stored = machine.read64(AT + 0x2000n + 32n * 31n + BigInt(imm));
        expect(stored).toBe(AT + 0x2020n);
        const loaded = effect(machine, encode('ld', { rd: 1, rs1: 31, imm }), 4) as { registers: bigint[] };
        expect(BigInt.asUintN(32, loaded.registers[0]!)).toBe(
          BigInt.asUintN(32, BigInt(EBREAKS) >> (imm & 1 ? 8n : 0n)) | (imm & 1 ? 0x0200_0000n : 0n),
        );
      }),
      RUNS,
    );
  });
});
