import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { RAM_BASE, TestMachine } from './testing/test-machine.ts';
import { DATA, assemble, execute, finish, prepare, type Step } from './testing/program.ts';

const seven = encode('addi', { rd: 10, rs1: 0, imm: 7 });
const ret: Step = ['jalr', { rd: 0, rs1: 1, imm: 0 }];

/** Calls the code at x11, stores x12 over it, fences, calls again: a0 of the first call goes to x20. */
function rewriting(store: Step, fence: Step = ['fence.i']): Step[] {
  return [
    ['jalr', { rd: 1, rs1: 11, imm: 0 }],
    ['addi', { rd: 20, rs1: 10, imm: 0 }],
    store,
    fence,
    ['jalr', { rd: 1, rs1: 11, imm: 0 }],
  ];
}

function program(steps: readonly Step[], at: bigint, x: Readonly<Record<number, bigint>> = {}): TestMachine {
  const machine = prepare(steps, { x: { 11: at, 12: BigInt(seven), ...x } });
  machine.write32(at, ...assemble(['addi', { rd: 10, rs1: 0, imm: 1 }], ret));
  return machine;
}

const sw: Step = ['sw', { rs1: 11, rs2: 12, imm: 0 }];

describe('code that is written', () => {
  it('is executed as it is now, after FENCE.I', () => {
    const machine = finish(program(rewriting(sw), DATA));
    expect([machine.x(20), machine.x(10)]).toEqual([1n, 7n]);
  });

  it('in the page of the program itself', () => {
    const machine = finish(program(rewriting(sw), RAM_BASE + 0x200n));
    expect([machine.x(20), machine.x(10)]).toEqual([1n, 7n]);
  });

  it('by a store that was allowed the short way before the page held code', () => {
    const steps: Step[] = [['sd', { rs1: 11, rs2: 0, imm: 64 }], ...rewriting(sw)];
    const machine = finish(program(steps, DATA));
    expect(machine.x(10)).toBe(7n);
  });

  it('by a store that was allowed so, and whose page in the TLB another had replaced', () => {
    const steps: Step[] = [
      ['sd', { rs1: 11, rs2: 0, imm: 64 }],
      ['sd', { rs1: 13, rs2: 0, imm: 64 }],
      ...rewriting(sw),
    ];
    const machine = finish(program(steps, DATA, { 13: DATA + 0x10_0000n }));
    expect(machine.x(10)).toBe(7n);
  });

  it('by bytes, by an atomic operation, by a store that began in the page before', () => {
    const bytewise = finish(program(rewriting(['sb', { rs1: 11, rs2: 13, imm: 3 }]), DATA, { 13: 0n }));
    // The top byte of `addi a0, x0, 1` holds bits of its immediate: 1 becomes 1 & 15.
    expect(bytewise.x(10)).toBe(1n);
    const atomic = finish(program(rewriting(['amoswap.w', { rd: 0, rs1: 11, rs2: 12 }]), DATA));
    expect(atomic.x(10)).toBe(7n);
    const word = BigInt(encode('addi', { rd: 10, rs1: 0, imm: 9 }));
    const across = program(rewriting(['sd', { rs1: 11, rs2: 13, imm: -4 }]), DATA, { 13: word << 32n });
    expect(finish(across).x(10)).toBe(9n);
  });

  it('again and again', () => {
    const machine = prepare(
      [
        // x12 grows by one in its immediate each time, and so does what the call gives.
        ['sw', { rs1: 11, rs2: 12, imm: 0 }],
        ['fence.i'],
        ['jalr', { rd: 1, rs1: 11, imm: 0 }],
        ['add', { rd: 20, rs1: 20, rs2: 10 }],
        ['add', { rd: 12, rs1: 12, rs2: 13 }],
        ['addi', { rd: 14, rs1: 14, imm: -1 }],
        ['bne', { rs1: 14, rs2: 0, imm: -24 }],
      ],
      { x: { 11: DATA, 12: BigInt(encode('addi', { rd: 10, rs1: 0, imm: 0 })), 13: 1n << 20n, 14: 100n } },
    );
    machine.write32(DATA, 0, encode('jalr', { rd: 0, rs1: 1, imm: 0 }));
    expect(finish(machine).x(20)).toBe(4950n);
  });

  it('by the host, when it says so', () => {
    const machine = program([...rewriting(['fence'])], DATA);
    machine.core.run(0, 2);
    machine.write32(DATA, seven);
    machine.core.ramWritten(Number(DATA - RAM_BASE) + 2, 1);
    expect(finish(machine).x(10)).toBe(7n);
  });

  it('beside it in the page leaves it decoded, and both right', () => {
    const machine = finish(program(rewriting(['sd', { rs1: 11, rs2: 12, imm: 0x400 }]), DATA));
    expect([machine.x(10), machine.read32(DATA + 0x400n)]).toEqual([1n, seven]);
  });
});

describe('two names for one page', () => {
  it('share what is decoded: the page is known by its physical address', () => {
    // In M-mode all names are physical; the same code is reached here from two callers in different pages.
    const machine = prepare(
      [
        ['jalr', { rd: 1, rs1: 11, imm: 0 }],
        ['jalr', { rd: 5, rs1: 13, imm: 0 }],
      ],
      {
        x: { 11: DATA, 13: DATA + 0x1000n },
      },
    );
    machine.write32(DATA, ...assemble(['addi', { rd: 10, rs1: 10, imm: 1 }], ret));
    machine.write32(
      DATA + 0x1000n,
      ...assemble(['jalr', { rd: 1, rs1: 11, imm: 0 }], ['jalr', { rd: 0, rs1: 5, imm: 0 }]),
    );
    expect(finish(machine).x(10)).toBe(2n);
  });
});

describe('a cache that is full', () => {
  it('is emptied, and the program goes on', () => {
    // One jump in each of many pages, more than there are slots; eight harts leave each an eighth of the cache.
    const pages = 900;
    const machine = new TestMachine({ ramBytes: 8 << 20, harts: 8 });
    for (let page = 1; page <= pages; page++) {
      const last = page === pages;
      const next: Step = last ? ['jalr', { rd: 0, rs1: 12, imm: 0 }] : ['jal', { rd: 0, imm: 0x1000 - 4 }];
      machine.write32(RAM_BASE + BigInt(page * 0x1000), ...assemble(['addi', { rd: 10, rs1: 10, imm: 1 }], next));
    }
    machine.write32(
      RAM_BASE,
      ...assemble(['addi', { rd: 11, rs1: 11, imm: -1 }], ['beq', { rs1: 11, rs2: 0, imm: 8 }]),
    );
    machine.write32(RAM_BASE + 8n, ...assemble(['jal', { rd: 0, imm: 0x1000 - 8 }], ['wfi']));
    machine.write32(RAM_BASE + 4n, encode('beq', { rs1: 11, rs2: 0, imm: 8 }));
    machine.core.startHart(0, RAM_BASE, 0n, 4n, 0n);
    machine.core.writeRegister(0, 12, RAM_BASE);
    finish(machine);
    expect(machine.x(10)).toBe(BigInt(3 * pages));
  });
});

describe('several harts', () => {
  it.each([
    [0, 1],
    [1, 0],
  ])('hart %i sees the code that hart %i wrote when it has fenced', (reader, writer) => {
    const machine = new TestMachine({ harts: 2 });
    const caller = assemble(['jalr', { rd: 1, rs1: 13, imm: 0 }], ['wfi'], ['fence.i'], ['jal', { rd: 0, imm: -12 }]);
    machine.write32(RAM_BASE, ...caller);
    machine.write32(RAM_BASE + 0x1000n, ...assemble(['sw', { rs1: 13, rs2: 12, imm: 0 }], ['wfi']));
    machine.write32(DATA, ...assemble(['addi', { rd: 10, rs1: 0, imm: 1 }], ret));
    machine.core.startHart(reader, RAM_BASE, 0n, 0n, 0n);
    machine.core.startHart(writer, RAM_BASE + 0x1000n, 0n, 0n, 0n);
    for (const hart of [0, 1]) machine.core.writeRegister(hart, 13, DATA);
    machine.core.writeRegister(writer, 12, BigInt(seven));
    machine.core.run(reader, 100);
    expect(machine.core.readRegister(reader, 10)).toBe(1n);
    machine.core.run(writer, 100);
    machine.core.run(reader, 100);
    expect(machine.core.readRegister(reader, 10)).toBe(7n);
  });
});

describe('compressed instructions', () => {
  it('do what the instructions do that they stand for', () => {
    const machine = prepare([], { x: { 8: 5n, 9: 3n, 2: DATA } });
    const halves = [
      encode('c.li', { rd: 10, imm: -3 }),
      encode('c.mv', { rd: 11, rs2: 10 }),
      encode('c.add', { rd: 11, rs2: 8 }),
      encode('c.sub', { rd: 8, rs2: 9 }),
      encode('c.sdsp', { rs2: 8, imm: 16 }),
      encode('c.ldsp', { rd: 12, imm: 16 }),
      encode('c.addi4spn', { rd: 13, imm: 16 }),
      encode('c.lw', { rd: 14, rs1: 13, imm: 0 }),
      encode('c.slli', { rd: 14, imm: 33 }),
      encode('c.lui', { rd: 15, imm: -1 }),
      encode('c.andi', { rd: 9, imm: 2 }),
      encode('c.addi16sp', { imm: -64 }),
      encode('c.addiw', { rd: 10, imm: 1 }),
      encode('c.j', { imm: 4 }),
      encode('c.li', { rd: 10, imm: 31 }),
      encode('c.addi', { rd: 0, imm: 0 }),
    ];
    halves.push(encode('wfi') & 0xffff, encode('wfi') >>> 16);
    for (let index = 0; index < halves.length; index += 2) {
      machine.write32(RAM_BASE + BigInt(2 * index), halves[index]! | (halves[index + 1]! << 16));
    }
    finish(machine);
    expect([10, 11, 8, 12, 13, 14, 15, 9, 2].map((number) => BigInt.asIntN(64, machine.x(number)))).toEqual([
      -2n,
      2n,
      2n,
      2n,
      DATA + 16n,
      2n << 33n,
      -4096n,
      2n,
      DATA - 64n,
    ]);
  });

  it.each([
    ['all zero', 0x0000],
    ['c.addi4spn with 0', 0x0004],
    ['c.addiw to x0', 0x2005],
    ['c.lui with 0', 0x6081],
    ['c.lwsp to x0', 0x4002],
    ['c.jr to x0', 0x8002],
  ])('%s is reserved', (_, half) => {
    const machine = prepare([]);
    machine.write32(RAM_BASE, half);
    finish(machine);
    expect(machine.csr(0x342)).toBe(2n);
  });
});

describe('a program that is put where another was', () => {
  it('runs after the machine is initialized again', () => {
    const machine = execute([['addi', { rd: 10, rs1: 0, imm: 1 }]]);
    machine.core.initialize(machine.ram.length, 1, 0);
    machine.write32(RAM_BASE, seven);
    machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
    machine.core.run(0, 2);
    expect(machine.x(10)).toBe(7n);
  });
});
