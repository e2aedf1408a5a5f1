import { describe, expect, it } from 'vitest';
import { RAM_BASE, type TestMachine } from './testing/test-machine.ts';
import { DATA, assemble, execute, finish, machineTrap, prepare } from './testing/program.ts';

const PATTERN = 0x8182_8384_8586_8788n;
const loads: readonly (readonly [string, bigint])[] = [
  ['lb', 0xffff_ffff_ffff_ff88n],
  ['lbu', 0x88n],
  ['lh', 0xffff_ffff_ffff_8788n],
  ['lhu', 0x8788n],
  ['lw', 0xffff_ffff_8586_8788n],
  ['lwu', 0x8586_8788n],
  ['ld', PATTERN],
];
const stores: readonly (readonly [string, bigint])[] = [
  ['sb', 0x1111_1111_1111_1188n],
  ['sh', 0x1111_1111_1111_8788n],
  ['sw', 0x1111_1111_8586_8788n],
  ['sd', PATTERN],
];

function loadedFrom(name: string, address: bigint): TestMachine {
  const machine = prepare([[name, { rd: 10, rs1: 11, imm: -8 }]], { x: { 11: address + 8n } });
  for (let byte = 0; byte < 8; byte++) {
    machine.ram[Number(address - RAM_BASE) + byte] = Number((PATTERN >> BigInt(8 * byte)) & 255n);
  }
  return finish(machine);
}

function word(machine: TestMachine, address: bigint): bigint {
  let value = 0n;
  for (let byte = 0; byte < 8; byte++) {
    value |= BigInt(machine.ram[Number(address - RAM_BASE) + byte]!) << BigInt(8 * byte);
  }
  return value;
}

describe('loads', () => {
  it.each(loads)('%s extends what it reads, at any alignment and across pages', (name, expected) => {
    for (const offset of [0n, 8n, 1n, 3n, 6n, 0xff9n, 0xffbn, 0xffdn, 0xfffn]) {
      expect(loadedFrom(name, DATA + offset).x(10)).toBe(expected);
    }
  });

  it('a second load of the same page goes the short way and reads the same', () => {
    const machine = prepare(
      [
        ['ld', { rd: 10, rs1: 11, imm: 0 }],
        ['ld', { rd: 12, rs1: 11, imm: 0 }],
        ['ld', { rd: 13, rs1: 11, imm: 1 }],
      ],
      { x: { 11: DATA } },
    );
    machine.write64(DATA, PATTERN);
    finish(machine);
    expect([machine.x(10), machine.x(12), machine.x(13)]).toEqual([PATTERN, PATTERN, PATTERN >> 8n]);
  });
});

describe('stores', () => {
  it.each(stores)('%s writes its bytes and no others, at any alignment and across pages', (name, expected) => {
    for (const offset of [0n, 8n, 1n, 3n, 6n, 0xff9n, 0xffbn, 0xffdn, 0xfffn]) {
      const address = DATA + offset;
      const machine = prepare([[name, { rs1: 11, rs2: 12, imm: 4 }]], { x: { 11: address - 4n, 12: PATTERN } });
      machine.ram.fill(0x11, Number(DATA - RAM_BASE) - 16, Number(DATA - RAM_BASE) + 0x3000);
      finish(machine);
      expect(word(machine, address)).toBe(expected);
      expect(word(machine, address - 8n)).toBe(0x1111_1111_1111_1111n);
      expect(word(machine, address + 8n)).toBe(0x1111_1111_1111_1111n);
    }
  });
});

describe('cbo.zero', () => {
  it('clears the 64 bytes around its address and no others', () => {
    for (const offset of [0n, 1n, 63n, 0xfc0n, 0xfffn]) {
      const machine = prepare([['cbo.zero', { rs1: 11 }]], { x: { 11: DATA + offset } });
      machine.ram.fill(0x11, Number(DATA - RAM_BASE) - 64, Number(DATA - RAM_BASE) + 0x1040);
      finish(machine);
      const block = Number(DATA + (offset & ~63n) - RAM_BASE);
      const bytes = [...machine.ram.subarray(block - 1, block + 65)];
      expect(bytes).toEqual([0x11, ...Array<number>(64).fill(0), 0x11]);
      expect(machine.core.retired(0)).toBe(2n);
    }
  });

  it('drops the code that stood there', () => {
    const machine = prepare(
      [
        ['jalr', { rd: 1, rs1: 11, imm: 0 }],
        ['cbo.zero', { rs1: 11 }],
        ['fence.i'],
        ['jalr', { rd: 1, rs1: 11, imm: 0 }],
      ],
      { x: { 11: DATA } },
    );
    machine.write32(DATA, ...assemble(['jalr', { rd: 0, rs1: 1, imm: 0 }]));
    expect(machineTrap(finish(machine))).toEqual({ cause: 2n, value: 0n, pc: DATA });
  });

  it.each([
    ['nothing is', 0x5000_0000_0n, 7n],
    ['RAM ends', RAM_BASE + BigInt(4 << 20), 7n],
  ])('is an access fault where %s', (_, address, cause) => {
    const machine = finish(prepare([['cbo.zero', { rs1: 11 }]], { x: { 11: address + 5n } }));
    expect(machineTrap(machine)).toMatchObject({ cause, value: address, pc: RAM_BASE });
  });
});

describe('addresses where nothing is', () => {
  const beyond = RAM_BASE + BigInt(4 << 20);

  it.each([0n, 0x5000_0000_0n, 0x5000_0000_0ffcn, beyond, (1n << 64n) - 8n])(
    'at %s a load is an access fault',
    (address) => {
      const machine = execute([['ld', { rd: 10, rs1: 11, imm: 0 }]], { x: { 11: address, 10: 7n } });
      expect(machineTrap(machine)).toEqual({ cause: 5n, value: address, pc: RAM_BASE });
      expect(machine.x(10)).toBe(7n);
    },
  );

  it.each([beyond, beyond + 0xffdn])('at %s a store is an access fault', (address) => {
    const machine = execute([['sd', { rs1: 11, rs2: 0, imm: 0 }]], { x: { 11: address } });
    expect(machineTrap(machine)).toEqual({ cause: 7n, value: address, pc: RAM_BASE });
  });

  it('a store that only ends there writes nothing', () => {
    const machine = execute([['sd', { rs1: 11, rs2: 12, imm: 0 }]], { x: { 11: beyond - 4n, 12: PATTERN } });
    expect(machineTrap(machine)).toEqual({ cause: 7n, value: beyond, pc: RAM_BASE });
    expect(machine.read32(beyond - 4n)).toBe(0);
  });

  it('a fetch is an access fault', () => {
    const machine = execute([['jalr', { rd: 0, rs1: 11, imm: 0 }]], { x: { 11: beyond } });
    expect(machineTrap(machine)).toEqual({ cause: 1n, value: beyond, pc: beyond });
  });
});

describe('devices', () => {
  const uart = 0x1000_0000n;

  it('get accesses of their size, and give zero-extended values', () => {
    const machine = prepare(
      [
        ['lb', { rd: 10, rs1: 11, imm: 0 }],
        ['lwu', { rd: 12, rs1: 11, imm: 4 }],
        ['sh', { rs1: 11, rs2: 13, imm: 8 }],
      ],
      { x: { 11: uart, 13: 0x1234_5678n } },
    );
    machine.host.registers.set(0x1000_0000, 0xff).set(0x1000_0004, 0xffff_fff0);
    finish(machine);
    expect([machine.x(10), machine.x(12)]).toEqual([(1n << 64n) - 1n, 0xffff_fff0n]);
    expect(machine.host.reads).toEqual([
      { address: 0x1000_0000, size: 1 },
      { address: 0x1000_0004, size: 4 },
    ]);
    expect(machine.host.writes).toEqual([{ address: 0x1000_0008, size: 2, value: 0x5678 }]);
  });

  it('get 8 bytes as two accesses of 4', () => {
    const machine = prepare(
      [
        ['ld', { rd: 10, rs1: 11, imm: 0 }],
        ['sd', { rs1: 11, rs2: 10, imm: 8 }],
      ],
      { x: { 11: 0x4000_0000n } },
    );
    machine.host.registers.set(0x4000_0000, 0x89ab_cdef).set(0x4000_0004, 0x0123_4567);
    finish(machine);
    expect(machine.x(10)).toBe(0x0123_4567_89ab_cdefn);
    expect(machine.host.writes).toEqual([
      { address: 0x4000_0008, size: 4, value: 0x89ab_cdef },
      { address: 0x4000_000c, size: 4, value: 0x0123_4567 },
    ]);
  });

  it('refuse misaligned accesses and atomic ones', () => {
    const misaligned = execute([['lw', { rd: 10, rs1: 11, imm: 2 }]], { x: { 11: uart } });
    expect(machineTrap(misaligned)).toEqual({ cause: 4n, value: uart + 2n, pc: RAM_BASE });
    const atomic = execute([['amoadd.w', { rd: 10, rs1: 11, rs2: 12 }]], { x: { 11: uart } });
    expect(machineTrap(atomic)?.cause).toBe(7n);
    const reserved = execute([['lr.w', { rd: 10, rs1: 11 }]], { x: { 11: uart } });
    expect(machineTrap(reserved)?.cause).toBe(5n);
  });

  it('may hold code: the boot ROM does', () => {
    const machine = prepare([['jalr', { rd: 1, rs1: 11, imm: 0 }]], { x: { 11: 0x1000n } });
    // addi a0, x0, 5; then a compressed jr ra.
    machine.host.registers.set(0x1000, 0x0050_0513).set(0x1004, 0x8082);
    finish(machine);
    expect([machine.x(10), machine.pc()]).toEqual([5n, RAM_BASE + 8n]);
  });
});

describe('atomic operations', () => {
  const operations: readonly (readonly [string, (old: bigint, operand: bigint) => bigint])[] = [
    ['amoadd', (a, b) => a + b],
    ['amoswap', (_, b) => b],
    ['amoxor', (a, b) => a ^ b],
    ['amoor', (a, b) => a | b],
    ['amoand', (a, b) => a & b],
    ['amomin', (a, b) => (a < b ? a : b)],
    ['amomax', (a, b) => (a > b ? a : b)],
    ['amominu', (a, b) => (BigInt.asUintN(64, a) < BigInt.asUintN(64, b) ? a : b)],
    ['amomaxu', (a, b) => (BigInt.asUintN(64, a) > BigInt.asUintN(64, b) ? a : b)],
  ];
  const values = [5n, -3n, 0x7fff_ffffn, -0x8000_0000n];

  it.each(operations)('%s replaces the word and gives the old one', (name, result) => {
    for (const old of values) {
      for (const operand of values) {
        for (const [suffix, width] of [
          ['w', 32],
          ['d', 64],
        ] as const) {
          const machine = prepare([[`${name}.${suffix}`, { rd: 10, rs1: 11, rs2: 12 }]], {
            x: { 11: DATA, 12: BigInt.asUintN(64, operand) },
          });
          machine.write64(DATA, old);
          finish(machine);
          expect(BigInt.asIntN(64, machine.x(10))).toBe(old);
          expect(BigInt.asIntN(width, machine.read64(DATA))).toBe(BigInt.asIntN(width, result(old, operand)));
        }
      }
    }
  });

  it('misaligned they are refused', () => {
    const machine = execute([['amoadd.d', { rd: 10, rs1: 11, rs2: 12 }]], { x: { 11: DATA + 4n } });
    expect(machineTrap(machine)).toEqual({ cause: 6n, value: DATA + 4n, pc: RAM_BASE });
  });

  it('sc succeeds once after lr, and only at its address', () => {
    const machine = execute(
      [
        ['lr.d', { rd: 10, rs1: 11 }],
        ['sc.d', { rd: 13, rs1: 11, rs2: 12 }],
        ['sc.d', { rd: 14, rs1: 11, rs2: 11 }],
        ['lr.d', { rd: 10, rs1: 11 }],
        ['sc.d', { rd: 15, rs1: 16, rs2: 11 }],
      ],
      { x: { 11: DATA, 12: 77n, 16: DATA + 8n } },
    );
    expect([machine.x(13), machine.x(14), machine.x(15)]).toEqual([0n, 1n, 1n]);
    expect([machine.read64(DATA), machine.read64(DATA + 8n)]).toEqual([77n, 0n]);
  });

  it.each(['w', 'd'])('sc.%s uses its reservation up, even when the word did not change', (suffix) => {
    const machine = execute(
      [
        [`lr.${suffix}`, { rd: 10, rs1: 11 }],
        [`sc.${suffix}`, { rd: 13, rs1: 11, rs2: 10 }],
        [`sc.${suffix}`, { rd: 14, rs1: 11, rs2: 10 }],
      ],
      { x: { 11: DATA } },
    );
    expect([machine.x(13), machine.x(14)]).toEqual([0n, 1n]);
  });

  it('sc fails when the word changed since lr', () => {
    const machine = execute(
      [
        ['lr.w', { rd: 10, rs1: 11 }],
        ['sw', { rs1: 11, rs2: 12, imm: 0 }],
        ['sc.w', { rd: 13, rs1: 11, rs2: 0 }],
      ],
      { x: { 11: DATA, 12: 9n } },
    );
    expect([machine.x(13), machine.read32(DATA)]).toEqual([1n, 9]);
  });
});
