import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { csrNumber } from '../isa/registers.ts';
import { RAM_BASE, type TestMachine } from './testing/test-machine.ts';
import { DATA, HANDLER, csrw, finish, prepare, type Step } from './testing/program.ts';
import { A, D, N, PageTables, R, U, V, W, X } from './testing/page-tables.ts';

const SUM = 1n << 18n;
const MXR = 1n << 19n;
const PAGE = 0x1000n;
const ADUE = 1n << 61n;

interface World {
  readonly machine: TestMachine;
  readonly tables: PageTables;
}

/** A kernel that the core itself gave the SBI to, with its own code mapped where it stands, at the steps given. */
function world(steps: readonly Step[], x: Readonly<Record<number, bigint>> = {}, levels: 3 | 4 = 3): World {
  const machine = prepare(steps, { sbi: 1, x });
  const tables = new PageTables(machine, DATA, levels);
  tables.map(RAM_BASE, RAM_BASE, V | R | W | X | A | D);
  tables.map(HANDLER, HANDLER, V | R | X | A | D);
  machine.core.writeCsr(0, csrNumber('satp'), tables.satp());
  return { machine, tables };
}

/** What an access of S-mode to a page with these permissions comes to: 0, or the cause of the exception. */
function cause(machine: TestMachine): bigint {
  finish(machine);
  return machine.pc() === HANDLER + 4n ? machine.csr(csrNumber('scause')) : 0n;
}

const load: Step = ['ld', { rd: 10, rs1: 11, imm: 0 }];
const store: Step = ['sd', { rs1: 11, rs2: 12, imm: 0 }];
const jump: Step = ['jalr', { rd: 0, rs1: 11, imm: 0 }];
const VIRTUAL = 0x40_0000_1000n - 0x20_0000_0000n;
const FRAME = RAM_BASE + 0x3000n;

function access(step: Step, flags: bigint, setUp: (world: World) => void = () => undefined): bigint {
  const made = world([step], { 11: VIRTUAL, 12: 99n });
  made.tables.map(VIRTUAL, FRAME, flags);
  made.machine.write32(FRAME, encode('wfi'));
  setUp(made);
  return cause(made.machine);
}

describe('permissions of a page', () => {
  const all = V | R | W | X | A | D;
  const cases: readonly (readonly [string, Step, bigint, bigint])[] = [
    ['a load of a readable page', load, V | R | A, 0n],
    ['a load of a page that can only be executed', load, V | X | A, 13n],
    ['a load of a page that is not there', load, R | A, 13n],
    ['a load of a user page', load, all | U, 13n],
    ['a store to a writable page', store, V | R | W | A | D, 0n],
    ['a store to a readable page', store, V | R | A | D, 15n],
    ['a store to a page that is writable and not readable', store, V | W | A | D, 15n],
    ['a fetch from an executable page', jump, V | X | A, 0n],
    ['a fetch from a page that cannot be executed', jump, V | R | W | A | D, 12n],
    ['a fetch from a user page', jump, all | U, 12n],
    ['a page with a reserved bit', load, all | (1n << 54n), 13n],
    ['a page with the reserved memory type', load, all | (3n << 61n), 13n],
    ['a page with memory type NC', load, all | (1n << 61n), 0n],
  ];

  it.each(cases)('%s: %#', (_, step, flags, expected) => {
    expect(access(step, flags)).toBe(expected);
  });

  it('SUM lets S-mode load and store user pages, never fetch', () => {
    const allow = ({ machine }: World) => machine.core.writeCsr(0, csrNumber('sstatus'), SUM);
    expect(access(load, all | U, allow)).toBe(0n);
    expect(access(store, all | U, allow)).toBe(0n);
    expect(access(jump, all | U, allow)).toBe(12n);
  });

  it('MXR lets pages be read that can only be executed', () => {
    const allow = ({ machine }: World) => machine.core.writeCsr(0, csrNumber('sstatus'), MXR);
    expect(access(load, V | X | A, allow)).toBe(0n);
  });

  it.each([
    ['SUM', SUM, V | R | A | U],
    ['MXR', MXR, V | X | A],
  ])('%s allows nothing any more when it is cleared, also in a page that was used', (_, bit, flags) => {
    const sstatus = csrNumber('sstatus');
    const set: Step = ['csrrs', { rs1: 13, csr: sstatus }];
    const clear: Step = ['csrrc', { rs1: 13, csr: sstatus }];
    const again: Step = ['ld', { rd: 14, rs1: 11, imm: 0 }];
    const made = world([set, load, clear, again], { 11: VIRTUAL, 13: bit, 14: 3n });
    made.tables.map(VIRTUAL, FRAME, flags);
    made.machine.write64(FRAME, 9n);
    expect(cause(made.machine)).toBe(13n);
    expect([made.machine.x(10), made.machine.x(14)]).toEqual([9n, 3n]);
  });

  it('user mode and S-mode see one page each in their own way', () => {
    // S-mode loads a page of its own, drops to user mode, which loads the same.
    const steps: Step[] = [load, csrw('sepc', 15), ['sret'], ['ld', { rd: 14, rs1: 11, imm: 0 }]];
    const made = world(steps, { 11: VIRTUAL, 14: 3n, 15: VIRTUAL + PAGE + 12n });
    made.tables.map(VIRTUAL, FRAME, V | R | A);
    made.tables.map(VIRTUAL + PAGE, RAM_BASE, V | X | A | U);
    expect(cause(made.machine)).toBe(13n);
    expect([made.machine.x(14), made.machine.core.privilege(0)]).toEqual([3n, 1]);
  });

  it('the trap value is the address', () => {
    const made = world([load], { 11: VIRTUAL + 8n });
    cause(made.machine);
    expect(made.machine.csr(csrNumber('stval'))).toBe(VIRTUAL + 8n);
  });
});

describe('accessed and dirty bits', () => {
  it('are set by the hardware when menvcfg.ADUE says so', () => {
    const made = world([load, store], { 11: VIRTUAL });
    made.tables.map(VIRTUAL, FRAME, V | R | W);
    expect(cause(made.machine)).toBe(0n);
    expect(made.tables.flags(VIRTUAL)).toBe(V | R | W | A | D);
  });

  it('a load does not make a page dirty', () => {
    const made = world([load], { 11: VIRTUAL });
    made.tables.map(VIRTUAL, FRAME, V | R | W);
    cause(made.machine);
    expect(made.tables.flags(VIRTUAL)).toBe(V | R | W | A);
  });

  it('missing ones are page faults otherwise', () => {
    const forbid = ({ machine }: World) =>
      machine.core.writeCsr(0, csrNumber('menvcfg'), machine.csr(csrNumber('menvcfg')) & ~ADUE);
    expect(access(load, V | R, forbid)).toBe(13n);
    expect(access(store, V | R | W | A, forbid)).toBe(15n);
    expect(access(load, V | R | A, forbid)).toBe(0n);
  });
});

describe('sizes of pages', () => {
  it.each([1, 2])('a leaf at level %i maps all its pages', (level) => {
    const size = PAGE << BigInt(9 * level);
    const made = world([load], { 11: VIRTUAL + 0x5000n });
    made.tables.map(VIRTUAL & ~(size - 1n), RAM_BASE & ~(size - 1n), V | R | A, level);
    const target = (RAM_BASE & ~(size - 1n)) | ((VIRTUAL + 0x5000n) & (size - 1n));
    made.machine.write64(target, 0x1234n);
    expect(cause(made.machine)).toBe(0n);
    expect(made.machine.x(10)).toBe(0x1234n);
  });

  it('a superpage that is not aligned is a page fault', () => {
    const made = world([load], { 11: VIRTUAL });
    made.tables.map(VIRTUAL & ~0x1f_ffffn, RAM_BASE + PAGE, V | R | A, 1);
    expect(cause(made.machine)).toBe(13n);
  });

  it('Svnapot makes 16 entries one page of 64 KiB', () => {
    const made = world([load], { 11: 0x1_3000n });
    made.tables.map(0x1_3000n, RAM_BASE + 0x8000n, V | R | A | N);
    made.machine.write64(RAM_BASE + 0x3000n, 42n);
    expect(cause(made.machine)).toBe(0n);
    expect(made.machine.x(10)).toBe(42n);
  });

  it('Sv48 has four levels', () => {
    const far = 0x7fff_1234_5000n;
    const made = world([load], { 11: far }, 4);
    made.tables.map(far, FRAME, V | R | A);
    made.machine.write64(FRAME, 7n);
    expect(cause(made.machine)).toBe(0n);
    expect(made.machine.x(10)).toBe(7n);
  });

  it('an address that is not canonical is a page fault', () => {
    for (const address of [1n << 38n, 1n << 39n, 0xffff_fc00_0000_0000n]) {
      expect(cause(world([load], { 11: address }).machine)).toBe(13n);
    }
  });

  it.each([
    [3 as const, 38n],
    [4 as const, 47n],
  ])('the last bit that is translated is the sign, with %i levels bit %i', (levels, sign) => {
    const upper = BigInt.asUintN(64, -1n << sign);
    for (const [mapped, address] of [
      [upper, 1n << sign],
      [VIRTUAL, VIRTUAL | (upper << 1n)],
    ] as const) {
      const seen = (from: bigint): bigint => {
        const made = world([load], { 11: BigInt.asUintN(64, from) }, levels);
        made.tables.map(mapped, FRAME, V | R | A);
        return cause(made.machine);
      };
      expect([seen(mapped), seen(address)]).toEqual([0n, 13n]);
    }
  });

  it('Sv57 cannot be chosen: satp stays as it was', () => {
    const { machine } = world([]);
    const before = machine.csr(csrNumber('satp'));
    machine.core.writeCsr(0, csrNumber('satp'), 10n << 60n);
    expect(machine.csr(csrNumber('satp'))).toBe(before);
  });
});

describe('accesses across two pages', () => {
  const second = VIRTUAL + PAGE;

  it('use both translations', () => {
    const made = world([load, ['sd', { rs1: 13, rs2: 10, imm: 0 }]], { 11: second - 4n, 13: second - 3n });
    made.tables.map(VIRTUAL, FRAME, V | R | W | A | D);
    made.tables.map(second, RAM_BASE + 0x8000n, V | R | W | A | D);
    made.machine.write32(FRAME + 0xffcn, 0x4433_2211);
    made.machine.write32(RAM_BASE + 0x8000n, 0x8877_6655);
    expect(cause(made.machine)).toBe(0n);
    expect(made.machine.x(10)).toBe(0x8877_6655_4433_2211n);
    expect(made.machine.read32(RAM_BASE + 0x8000n)).toBe(0x7766_5544 | 0);
  });

  it('fault at the second page and change nothing in the first', () => {
    const made = world([store], { 11: second - 4n, 12: (1n << 64n) - 1n });
    made.tables.map(VIRTUAL, FRAME, V | R | W | A | D);
    expect(cause(made.machine)).toBe(15n);
    expect(made.machine.csr(csrNumber('stval'))).toBe(second);
    expect(made.machine.read32(FRAME + 0xffcn)).toBe(0);
  });

  it('an instruction there faults at its second half', () => {
    const made = world([jump], { 11: second - 4n });
    made.tables.map(VIRTUAL, FRAME, V | R | X | A);
    // A compressed nop, then the first half of an addi. What follows in physical memory is another page's.
    made.machine.write32(FRAME + 0xffcn, 0x0013_0001);
    expect(cause(made.machine)).toBe(12n);
    expect(made.machine.csr(csrNumber('stval'))).toBe(second);
    expect(made.machine.csr(csrNumber('sepc'))).toBe(second - 2n);
  });
});

describe('sfence.vma', () => {
  /** Loads, then elsewhere, changes the page's entry through a mapping of the tables, fences, loads again. */
  function remapped(fence: readonly Step[], { level = 0, elsewhere = VIRTUAL } = {}): TestMachine {
    const change: Step[] = [load, ['ld', { rd: 19, rs1: 18, imm: 0 }], ['sd', { rs1: 13, rs2: 14, imm: 0 }]];
    const { machine, tables } = world([...change, ...fence, ['ld', { rd: 15, rs1: 11, imm: 0 }]]);
    machine.core.writeRegister(0, 18, elsewhere);
    if (elsewhere !== VIRTUAL) tables.map(elsewhere, FRAME + PAGE, V | R | A);
    const size = PAGE << BigInt(9 * level);
    const base = VIRTUAL & ~(size - 1n);
    tables.map(base, level ? RAM_BASE & ~(size - 1n) : FRAME, V | R | A, level);
    for (let page = DATA; page < DATA + 16n * PAGE; page += PAGE) tables.map(page, page, V | R | W | A | D);
    machine.core.writeRegister(0, 11, VIRTUAL);
    machine.core.writeRegister(0, 13, tables.entry(base));
    machine.core.writeRegister(
      0,
      14,
      tables.encoded(level ? (RAM_BASE & ~(size - 1n)) + size : FRAME + PAGE, V | R | A),
    );
    machine.core.writeRegister(0, 16, VIRTUAL + (level ? 0x3000n : 0n));
    machine.core.writeRegister(0, 17, tables.asid);
    const offset = VIRTUAL & (size - 1n);
    machine.write64(level ? (RAM_BASE & ~(size - 1n)) + offset : FRAME, 1n);
    machine.write64(level ? (RAM_BASE & ~(size - 1n)) + size + offset : FRAME + PAGE, 2n);
    finish(machine);
    return machine;
  }

  const kinds = [
    ['everything', { rs1: 0, rs2: 0 }],
    ['an address', { rs1: 16, rs2: 0 }],
    ['an address space', { rs1: 0, rs2: 17 }],
    ['an address in an address space', { rs1: 16, rs2: 17 }],
  ] as const;
  /** A page that wants the same entry of a TLB. */
  const TWIN = VIRTUAL + 256n * PAGE;

  it.each(kinds)('for %s makes a changed entry seen', (_, operands) => {
    const machine = remapped([['sfence.vma', operands]]);
    expect([machine.x(10), machine.x(15)]).toEqual([1n, 2n]);
  });

  it.each(kinds)('for %s does so when another page has taken its place in the TLB meanwhile', (_, operands) => {
    const machine = remapped([['sfence.vma', operands]], { elsewhere: TWIN });
    expect([machine.x(10), machine.x(19), machine.x(15)]).toEqual([1n, 2n, 2n]);
  });

  it('is what it takes: without it the TLB knows a page still, also when another had taken its place', () => {
    for (const elsewhere of [VIRTUAL, TWIN]) expect(remapped([], { elsewhere }).x(15)).toBe(1n);
  });

  it('for another address of a superpage makes its changed entry seen', () => {
    for (const elsewhere of [VIRTUAL, TWIN]) {
      const machine = remapped([['sfence.vma', { rs1: 16, rs2: 0 }]], { level: 1, elsewhere });
      expect([machine.x(10), machine.x(15)]).toEqual([1n, 2n]);
    }
  });
});

describe('switching address spaces', () => {
  it('shows each its own pages, without any fence between different ASIDs', () => {
    const steps: Step[] = [load, csrw('satp', 20), ['ld', { rd: 15, rs1: 11, imm: 0 }], csrw('satp', 21), load];
    const made = world(steps, { 11: VIRTUAL });
    const { machine, tables } = made;
    const other = new PageTables(machine, DATA + 0x10_0000n, 3, 2n);
    other.map(RAM_BASE, RAM_BASE, V | R | X | A);
    other.map(VIRTUAL, FRAME + PAGE, V | R | A);
    tables.map(VIRTUAL, FRAME, V | R | A);
    machine.write64(FRAME, 1n);
    machine.write64(FRAME + PAGE, 2n);
    machine.core.writeRegister(0, 20, other.satp());
    machine.core.writeRegister(0, 21, tables.satp());
    finish(machine);
    expect([machine.x(10), machine.x(15)]).toEqual([1n, 2n]);
  });

  it('many in turn are kept apart', () => {
    const count = 9;
    const steps = Array.from({ length: count }, (_, index): Step[] => [
      csrw('satp', 12),
      ['ld', { rd: 13, rs1: 11, imm: 0 }],
      ['add', { rd: 14, rs1: 14, rs2: 13 }],
      ['slli', { rd: 14, rs1: 14, imm: 4 }],
      ['add', { rd: 12, rs1: 12, rs2: index === count - 1 ? 0 : 15 }],
    ]).flat();
    const { machine } = world([...steps, ...steps], { 11: VIRTUAL });
    const spaces = Array.from({ length: count }, (_, index) => {
      const tables = new PageTables(machine, DATA + 0x10_0000n + BigInt(index) * 0x8000n, 3, BigInt(index + 1));
      tables.map(RAM_BASE, RAM_BASE, V | R | X | A);
      tables.map(VIRTUAL, FRAME + PAGE * BigInt(index), V | R | A);
      machine.write64(FRAME + PAGE * BigInt(index), BigInt(index));
      return tables.satp();
    });
    machine.core.writeRegister(0, 12, spaces[0]!);
    machine.core.writeRegister(0, 15, spaces[1]! - spaces[0]!);
    machine.core.run(0, 5 * count);
    expect(machine.x(14) >> 4n).toBe(0x0_1234_5678n);
  });
});

describe('MPRV', () => {
  it('gives loads in M-mode the translation of MPP', () => {
    const machine = prepare([csrw('mstatus', 12), load, csrw('mstatus', 0), ['ld', { rd: 15, rs1: 16, imm: 0 }]], {
      x: { 11: VIRTUAL, 12: (1n << 17n) | (1n << 11n), 16: FRAME },
    });
    const tables = new PageTables(machine, DATA, 3);
    tables.map(VIRTUAL, FRAME, V | R | A);
    machine.write64(FRAME, 5n);
    machine.core.writeCsr(0, 0x3b0, (1n << 54n) - 1n);
    machine.core.writeCsr(0, 0x3a0, 0x1fn);
    machine.core.writeCsr(0, csrNumber('satp'), tables.satp());
    finish(machine);
    expect([machine.x(10), machine.x(15)]).toEqual([5n, 5n]);
  });
});
