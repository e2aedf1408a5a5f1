import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { csrNumber } from '../isa/registers.ts';
import { RAM_BASE, type TestMachine } from './testing/test-machine.ts';
import { DATA, csrr, csrw, execute, finish, machineTrap, prepare, type Setup, type Step } from './testing/program.ts';

const FS_DIRTY = 3n << 13n;
const FS_CLEAN = 2n << 13n;
const BOX = 0xffff_ffff_0000_0000n;
const CANONICAL = 0x7fc0_0000n;

const f = (machine: TestMachine, number: number) => BigInt.asUintN(64, machine.core.readRegister(0, 32 + number));
const float = (steps: readonly Step[], setup: Setup = {}) =>
  execute(steps, { ...setup, csrs: { mstatus: FS_CLEAN, ...setup.csrs } });
const fs = (machine: TestMachine) => machine.csr(csrNumber('mstatus')) & FS_DIRTY;

function bits64(value: number): bigint {
  return new BigUint64Array(new Float64Array([value]).buffer)[0]!;
}

function bits32(value: number): bigint {
  return BigInt(new Uint32Array(new Float32Array([value]).buffer)[0]!);
}

describe('single precision in 64-bit registers', () => {
  it('results are boxed', () => {
    const x = { 1: BOX | bits32(1.5), 2: BOX | bits32(2.25) };
    const machine = float([['fadd.s', { fd: 3, fs1: 1, fs2: 2 }]], { f: x });
    expect(f(machine, 3)).toBe(BOX | bits32(3.75));
  });

  it('an operand that is not boxed is the canonical NaN', () => {
    const machine = float([['fsgnj.s', { fd: 3, fs1: 1, fs2: 1 }]], { f: { 1: bits32(1.5) } });
    expect(f(machine, 3)).toBe(BOX | CANONICAL);
  });

  it('moves and stores take the bits as they are', () => {
    const machine = float(
      [
        ['fmv.x.w', { rd: 10, fs1: 1 }],
        ['fsw', { rs1: 11, fs2: 1, imm: 0 }],
        ['fmv.w.x', { fd: 2, rs1: 12 }],
      ],
      { f: { 1: 0x1234_5678_89ab_cdefn }, x: { 11: DATA, 12: 0x1_8000_0000n } },
    );
    expect(machine.x(10)).toBe(0xffff_ffff_89ab_cdefn);
    expect(machine.read64(DATA)).toBe(0x89ab_cdefn);
    expect(f(machine, 2)).toBe(BOX | 0x8000_0000n);
  });

  it('loads box', () => {
    const machine = prepare([['flw', { fd: 1, rs1: 11, imm: 4 }]], { x: { 11: DATA }, csrs: { mstatus: FS_CLEAN } });
    machine.write32(DATA + 4n, 0x3f80_0000);
    expect(f(finish(machine), 1)).toBe(BOX | 0x3f80_0000n);
  });
});

describe('every kind of operation reaches its arithmetic', () => {
  const a = 10.5;
  const b = -2.25;
  const c = 3;
  const results: readonly (readonly [string, number])[] = [
    ['fadd', a + b],
    ['fsub', a - b],
    ['fmul', a * b],
    ['fdiv', a / b],
    ['fsgnj', -a],
    ['fsgnjn', a],
    ['fsgnjx', -a],
    ['fmin', b],
    ['fmax', a],
    ['fmadd', a * b + c],
    ['fmsub', a * b - c],
    ['fnmsub', -(a * b) + c],
    ['fnmadd', -(a * b) - c],
  ];

  it.each(results)('%s', (name, expected) => {
    const operands = { fd: 4, fs1: 1, fs2: 2, ...(name.endsWith('dd') || name.endsWith('ub') ? { rm: 0 } : {}) };
    const fused = /^fn?m(add|sub)$/.test(name) ? { fs3: 3 } : {};
    const double = float([[`${name}.d`, { ...operands, ...fused }]], {
      f: { 1: bits64(a), 2: bits64(b), 3: bits64(c) },
    });
    expect(f(double, 4)).toBe(bits64(expected));
    const boxed = { 1: BOX | bits32(a), 2: BOX | bits32(b), 3: BOX | bits32(c) };
    expect(f(float([[`${name}.s`, { ...operands, ...fused }]], { f: boxed }), 4)).toBe(
      BOX | bits32(Math.fround(expected)),
    );
  });

  it('square roots, comparisons and classes', () => {
    const machine = float(
      [
        ['fsqrt.d', { fd: 3, fs1: 1 }],
        ['flt.d', { rd: 10, fs1: 1, fs2: 2 }],
        ['fle.d', { rd: 11, fs1: 2, fs2: 2 }],
        ['feq.d', { rd: 12, fs1: 1, fs2: 2 }],
        ['fclass.d', { rd: 13, fs1: 1 }],
      ],
      { f: { 1: bits64(6.25), 2: bits64(7) } },
    );
    expect(f(machine, 3)).toBe(bits64(2.5));
    expect([10, 11, 12, 13].map((number) => machine.x(number))).toEqual([1n, 1n, 0n, 1n << 6n]);
  });

  it('conversions, with results of 32 bits sign-extended', () => {
    const machine = float(
      [
        ['fcvt.wu.d', { rd: 10, fs1: 1, rm: 1 }],
        ['fcvt.w.d', { rd: 11, fs1: 2, rm: 1 }],
        ['fcvt.l.d', { rd: 12, fs1: 2, rm: 1 }],
        ['fcvt.lu.d', { rd: 13, fs1: 1, rm: 1 }],
        ['fcvt.d.w', { fd: 3, rs1: 14 }],
        ['fcvt.d.wu', { fd: 4, rs1: 14 }],
        ['fcvt.d.l', { fd: 5, rs1: 14 }],
        ['fcvt.s.d', { fd: 6, fs1: 2 }],
        ['fcvt.d.s', { fd: 7, fs1: 6 }],
      ],
      { f: { 1: bits64(0xffff_fff0), 2: bits64(-1.5) }, x: { 14: 0xffff_ffffn } },
    );
    expect([10, 11, 12, 13].map((number) => BigInt.asIntN(64, machine.x(number)))).toEqual([
      -16n,
      -1n,
      -1n,
      0xffff_fff0n,
    ]);
    expect([3, 4, 5, 7].map((number) => f(machine, number))).toEqual([-1, 0xffff_ffff, 0xffff_ffff, -1.5].map(bits64));
    expect(f(machine, 6)).toBe(BOX | bits32(-1.5));
  });
});

describe('rounding modes', () => {
  it('are in the instruction, or in frm', () => {
    const third = (rm: number, frm: bigint) =>
      f(float([['fdiv.d', { fd: 3, fs1: 1, fs2: 2, rm }]], { f: { 1: bits64(1), 2: bits64(3) }, csrs: { frm } }), 3);
    expect([third(2, 0n), third(3, 0n), third(7, 2n), third(7, 3n)]).toEqual([
      bits64(1 / 3),
      bits64(1 / 3) + 1n,
      bits64(1 / 3),
      bits64(1 / 3) + 1n,
    ]);
  });

  it.each([
    ['5 in the instruction', 5, 0n],
    ['6 in the instruction', 6, 0n],
    ['5 in frm', 7, 5n],
    ['7 in frm', 7, 7n],
  ])('%s is illegal', (_, rm, frm) => {
    expect(machineTrap(float([['fadd.d', { fd: 3, fs1: 1, fs2: 2, rm }]], { csrs: { frm } }))?.cause).toBe(2n);
    // A conversion that never rounds has a mode too, and it must be one.
    expect(machineTrap(float([['fcvt.d.s', { fd: 3, fs1: 1, rm }]], { csrs: { frm } }))?.cause).toBe(2n);
  });
});

describe('accrued exceptions', () => {
  it('add up in fflags, and are cleared by writing', () => {
    const machine = float(
      [
        ['fdiv.d', { fd: 3, fs1: 1, fs2: 2 }],
        csrr(10, 'fflags'),
        ['fdiv.d', { fd: 3, fs1: 1, fs2: 3 }],
        ['fdiv.d', { fd: 3, fs1: 1, fs2: 4 }],
        csrr(11, 'fcsr'),
        csrw('fflags', 0),
        csrr(12, 'fcsr'),
      ],
      { f: { 1: bits64(1), 2: 0n, 4: bits64(3) }, csrs: { frm: 1n } },
    );
    expect([10, 11, 12].map((number) => machine.x(number))).toEqual([8n, (1n << 5n) | 9n, 1n << 5n]);
  });

  it('outlive a slice and belong to their hart', () => {
    const machine = prepare([['fdiv.d', { fd: 3, fs1: 1, fs2: 2 }], ['wfi'], csrr(10, 'fflags')], {
      harts: 2,
      f: { 1: bits64(1) },
      csrs: { mstatus: FS_CLEAN },
    });
    finish(machine);
    expect(machine.csr(csrNumber('fflags'))).toBe(8n);
    machine.write32(RAM_BASE + 0x1000n, encode('wfi'));
    machine.core.startHart(1, RAM_BASE + 0x1000n, 0n, 0n, 0n);
    machine.core.run(1, 10);
    expect(machine.core.readCsr(1, csrNumber('fflags'))).toBe(0n);
    finish(machine);
    expect(machine.x(10)).toBe(8n);
  });
});

describe('the state of floating point in mstatus', () => {
  const off = 0n;
  const instructions: readonly (readonly [Step, dirty: boolean])[] = [
    [['fadd.d', { fd: 1, fs1: 1, fs2: 1 }], true],
    [['fld', { fd: 1, rs1: 11, imm: 0 }], true],
    [['fmv.d.x', { fd: 1, rs1: 0 }], true],
    [csrw('frm', 0), true],
    [['fsd', { rs1: 11, fs2: 1, imm: 0 }], false],
    [['fmv.x.d', { rd: 10, fs1: 1 }], false],
    [['fclass.d', { rd: 10, fs1: 1 }], false],
    [csrr(10, 'fcsr'), false],
  ];

  it.each(instructions)('%j: whether it makes the state dirty', (step, dirty) => {
    expect(fs(float([step], { x: { 11: DATA } }))).toBe(dirty ? FS_DIRTY : FS_CLEAN);
  });

  it.each(instructions)('%j: is illegal when the state is off', (step) => {
    expect(machineTrap(execute([step], { x: { 11: DATA }, csrs: { mstatus: off } }))?.cause).toBe(2n);
  });
});
