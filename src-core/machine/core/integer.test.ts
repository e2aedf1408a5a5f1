import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { find, INSTRUCTIONS } from '../isa/table.ts';
import { RAM_BASE, TestMachine } from './testing/test-machine.ts';
import { execute } from './testing/program.ts';

/** What the specification says of each instruction, written apart from the table that the core is made of. */
const u = (value: bigint) => BigInt.asUintN(64, value);
const s = (value: bigint) => BigInt.asIntN(64, value);
const w = (value: bigint) => u(BigInt.asIntN(32, value));
const uw = (value: bigint) => BigInt.asUintN(32, value);
const sw = (value: bigint) => BigInt.asIntN(32, value);
const bool = (value: boolean) => (value ? 1n : 0n);
const quotient = (a: bigint, b: bigint) => (b === 0n ? -1n : a / b);
const remainder = (a: bigint, b: bigint) => (b === 0n ? a : a % b);
const leadingZeros = (value: bigint, width: number) => BigInt(width - (value === 0n ? 0 : value.toString(2).length));
const trailingZeros = (value: bigint, width: number) => {
  for (let bit = 0; bit < width; bit++) if ((value >> BigInt(bit)) & 1n) return BigInt(bit);
  return BigInt(width);
};
const ones = (value: bigint) => BigInt(value.toString(2).replaceAll('0', '').length);
const rotateLeft = (value: bigint, by: bigint, width: bigint) => (value << by) | (value >> ((width - by) % width));
const bytes = (value: bigint, map: (byte: bigint, index: number) => bigint) =>
  Array.from({ length: 8 }, (_, index) => map((value >> BigInt(8 * index)) & 255n, index)).reduce((a, b) => a | b);

const BINARY: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  sll: (a, b) => a << (b & 63n),
  slt: (a, b) => bool(s(a) < s(b)),
  sltu: (a, b) => bool(a < b),
  xor: (a, b) => a ^ b,
  srl: (a, b) => a >> (b & 63n),
  sra: (a, b) => s(a) >> (b & 63n),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  addw: (a, b) => w(a + b),
  subw: (a, b) => w(a - b),
  sllw: (a, b) => w(a << (b & 31n)),
  srlw: (a, b) => w(uw(a) >> (b & 31n)),
  sraw: (a, b) => sw(a) >> (b & 31n),
  mul: (a, b) => a * b,
  mulh: (a, b) => (s(a) * s(b)) >> 64n,
  mulhsu: (a, b) => (s(a) * b) >> 64n,
  mulhu: (a, b) => (a * b) >> 64n,
  div: (a, b) => quotient(s(a), s(b)),
  divu: (a, b) => quotient(a, b),
  rem: (a, b) => remainder(s(a), s(b)),
  remu: (a, b) => remainder(a, b),
  mulw: (a, b) => w(a * b),
  divw: (a, b) => w(quotient(sw(a), sw(b))),
  divuw: (a, b) => w(quotient(uw(a), uw(b))),
  remw: (a, b) => w(remainder(sw(a), sw(b))),
  remuw: (a, b) => w(remainder(uw(a), uw(b))),
  'add.uw': (a, b) => uw(a) + b,
  sh1add: (a, b) => 2n * a + b,
  sh2add: (a, b) => 4n * a + b,
  sh3add: (a, b) => 8n * a + b,
  'sh1add.uw': (a, b) => 2n * uw(a) + b,
  'sh2add.uw': (a, b) => 4n * uw(a) + b,
  'sh3add.uw': (a, b) => 8n * uw(a) + b,
  andn: (a, b) => a & u(~b),
  orn: (a, b) => a | u(~b),
  xnor: (a, b) => ~(a ^ b),
  max: (a, b) => (s(a) > s(b) ? a : b),
  maxu: (a, b) => (a > b ? a : b),
  min: (a, b) => (s(a) < s(b) ? a : b),
  minu: (a, b) => (a < b ? a : b),
  rol: (a, b) => rotateLeft(a, b & 63n, 64n),
  ror: (a, b) => rotateLeft(a, -b & 63n, 64n),
  rolw: (a, b) => w(rotateLeft(uw(a), b & 31n, 32n)),
  rorw: (a, b) => w(rotateLeft(uw(a), -b & 31n, 32n)),
  bclr: (a, b) => a & ~(1n << (b & 63n)),
  bext: (a, b) => (a >> (b & 63n)) & 1n,
  binv: (a, b) => a ^ (1n << (b & 63n)),
  bset: (a, b) => a | (1n << (b & 63n)),
};

const UNARY: Readonly<Record<string, (a: bigint) => bigint>> = {
  clz: (a) => leadingZeros(a, 64),
  clzw: (a) => leadingZeros(uw(a), 32),
  ctz: (a) => trailingZeros(a, 64),
  ctzw: (a) => trailingZeros(uw(a), 32),
  cpop: (a) => ones(a),
  cpopw: (a) => ones(uw(a)),
  'sext.b': (a) => BigInt.asIntN(8, a),
  'sext.h': (a) => BigInt.asIntN(16, a),
  'zext.h': (a) => a & 0xffffn,
  'orc.b': (a) => bytes(a, (byte, index) => (byte === 0n ? 0n : 255n << BigInt(8 * index))),
  rev8: (a) => bytes(a, (byte, index) => byte << BigInt(56 - 8 * index)),
};

const IMMEDIATE: Readonly<Record<string, string>> = {
  addi: 'add',
  slti: 'slt',
  sltiu: 'sltu',
  xori: 'xor',
  ori: 'or',
  andi: 'and',
  addiw: 'addw',
  slli: 'sll',
  srli: 'srl',
  srai: 'sra',
  slliw: 'sllw',
  srliw: 'srlw',
  sraiw: 'sraw',
  rori: 'ror',
  roriw: 'rorw',
  bclri: 'bclr',
  bexti: 'bext',
  binvi: 'binv',
  bseti: 'bset',
};

const INTERESTING = [
  0n,
  1n,
  2n,
  31n,
  32n,
  63n,
  64n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 63n,
  (1n << 64n) - 1n,
];
const value64 = fc.oneof(
  fc.constantFrom(...INTERESTING, (1n << 63n) - 1n),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);
const RUNS = { seed: 20261122, numRuns: 150 };

/** One machine for all runs of a property: its hart is put back to the start of the two words each time. */
function resultOf(machine: TestMachine, word: number, a: bigint, b: bigint): bigint {
  machine.write32(RAM_BASE, word, encode('wfi'));
  machine.core.ramWritten(0, 8);
  machine.core.writeRegister(0, 64, RAM_BASE);
  machine.core.writeRegister(0, 11, a);
  machine.core.writeRegister(0, 12, b);
  machine.core.run(0, 10);
  return machine.x(10);
}

function startedMachine(): TestMachine {
  const machine = new TestMachine();
  machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
  return machine;
}

describe('register-to-register instructions', () => {
  it.each(Object.keys(BINARY))('%s gives what the specification says', (name) => {
    const machine = startedMachine();
    const word = encode(name, { rd: 10, rs1: 11, rs2: 12 });
    fc.assert(
      fc.property(value64, value64, (a, b) => {
        expect(resultOf(machine, word, a, b)).toBe(u(BINARY[name]!(a, b)));
      }),
      RUNS,
    );
  });

  it.each(Object.keys(UNARY))('%s gives what the specification says', (name) => {
    const machine = startedMachine();
    const word = encode(name, { rd: 10, rs1: 11 });
    fc.assert(
      fc.property(value64, (a) => {
        expect(resultOf(machine, word, a, 0n)).toBe(u(UNARY[name]!(a)));
      }),
      RUNS,
    );
  });
});

describe('instructions with an immediate', () => {
  it.each(Object.keys(IMMEDIATE))('%s gives what the specification says', (name) => {
    const machine = startedMachine();
    const format = INSTRUCTIONS.find((instruction) => instruction.name === name)!.format;
    const [min, max] = format === 'shamt6' ? [0, 63] : format === 'shamt5' ? [0, 31] : [-2048, 2047];
    fc.assert(
      fc.property(value64, fc.integer({ min, max }), (a, imm) => {
        const word = encode(name, { rd: 10, rs1: 11, imm });
        expect(resultOf(machine, word, a, 0n)).toBe(u(BINARY[IMMEDIATE[name]!]!(a, u(BigInt(imm)))));
      }),
      RUNS,
    );
  });

  it('slli.uw shifts the low half only', () => {
    const machine = startedMachine();
    expect(resultOf(machine, encode('slli.uw', { rd: 10, rs1: 11, imm: 4 }), (1n << 64n) - 1n, 0n)).toBe(
      0xf_ffff_fff0n,
    );
  });

  it('lui and auipc sign-extend their 32 bits', () => {
    const machine = startedMachine();
    expect(resultOf(machine, encode('lui', { rd: 10, imm: 0x80000 }), 0n, 0n)).toBe(0xffff_ffff_8000_0000n);
    expect(resultOf(machine, encode('auipc', { rd: 10, imm: 0xfffff }), 0n, 0n)).toBe(RAM_BASE - 0x1000n);
  });
});

describe('every instruction of the table', () => {
  it('is found again by its own bits, but for c.addi4spn: all zero is illegal', () => {
    for (const instruction of INSTRUCTIONS) {
      expect(find(instruction.match)?.match).toBe(instruction.name === 'c.addi4spn' ? undefined : instruction.match);
    }
  });

  it('that computes an integer is tested here', () => {
    const untested = INSTRUCTIONS.filter(({ extension }) => ['i', 'm', 'zba', 'zbb', 'zbs'].includes(extension))
      .filter(({ does }) => does.startsWith('rd = ') && !does.includes('load('))
      .map(({ name }) => name)
      .filter((name) => !(name in BINARY || name in UNARY || name in IMMEDIATE));
    expect(untested).toEqual(['lui', 'auipc', 'slli.uw']);
  });
});

describe('x0', () => {
  it('stays zero whatever writes it', () => {
    const machine = execute([
      ['addi', { rd: 0, rs1: 0, imm: 5 }],
      ['add', { rd: 0, rs1: 11, rs2: 11 }],
      ['lui', { rd: 0, imm: 1 }],
      ['add', { rd: 10, rs1: 0, rs2: 0 }],
    ]);
    expect(machine.x(10)).toBe(0n);
    expect(machine.x(0)).toBe(0n);
  });
});
