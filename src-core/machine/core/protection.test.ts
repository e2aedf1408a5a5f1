import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { csrNumber } from '../isa/registers.ts';
import { RAM_BASE } from './testing/test-machine.ts';
import { DATA, csrw, finish, machineTrap, prepare, type Step } from './testing/program.ts';

const PMPCFG0 = 0x3a0;
const PMPADDR0 = 0x3b0;
const R = 1n;
const W = 2n;
const X = 4n;
const TOR = 1n << 3n;
const NAPOT = 3n << 3n;
const LOCKED = 1n << 7n;
const EVERYTHING = (1n << 54n) - 1n;
const USER = 0n;

const load: Step = ['ld', { rd: 10, rs1: 11, imm: 0 }];
const store: Step = ['sd', { rs1: 11, rs2: 12, imm: 0 }];
const jump: Step = ['jalr', { rd: 0, rs1: 11, imm: 0 }];

/** pmpaddr of a naturally aligned power-of-two region. */
function napot(base: bigint, bytes: bigint): bigint {
  return (base >> 2n) | ((bytes >> 3n) - 1n);
}

/** What a step comes to in user mode under these entries; the last one opens what they leave. */
function causeInUser(step: Step, entries: readonly (readonly [configuration: bigint, address: bigint])[]): bigint {
  const machine = prepare([csrw('mepc', 29), csrw('mstatus', 28), ['mret'], step, ['ecall']], {
    x: { 11: DATA, 28: USER, 29: RAM_BASE + 12n },
  });
  machine.write32(DATA, encode('ecall'));
  let configured = 0n;
  entries.forEach(([configuration, address], index) => {
    machine.core.writeCsr(0, PMPADDR0 + index, address);
    configured |= configuration << BigInt(8 * index);
  });
  machine.core.writeCsr(0, PMPCFG0, configured);
  return machineTrap(finish(machine))?.cause ?? 0n;
}

describe('physical memory protection of user mode', () => {
  const page = napot(DATA, 4096n);
  const rest = [NAPOT | R | W | X, EVERYTHING] as const;

  it('without any entry nothing is allowed', () => {
    expect(causeInUser(load, [])).toBe(1n);
  });

  it.each([
    ['a load', load, R, 5n],
    ['a store', store, R | W, 7n],
    ['a fetch', jump, X, 1n],
  ])('%s needs its permission', (_, step, needed, refused) => {
    expect(causeInUser(step, [[NAPOT | needed, page], rest])).toBe(8n);
    expect(causeInUser(step, [[NAPOT | (7n & ~needed & ~W), page], rest])).toBe(refused);
  });

  it('the first entry that matches decides', () => {
    expect(causeInUser(load, [[NAPOT | R, page], [NAPOT, page], rest])).toBe(8n);
    expect(causeInUser(load, [[NAPOT, page], [NAPOT | R, page], rest])).toBe(5n);
  });

  it('a region goes from the entry before to its own address', () => {
    const below = [0n, DATA >> 2n] as const;
    expect(causeInUser(load, [below, [TOR, (DATA + 4096n) >> 2n], rest])).toBe(5n);
    expect(causeInUser(load, [below, [TOR, DATA >> 2n], rest])).toBe(8n);
    expect(causeInUser(load, [[TOR | R | W | X, (DATA + 4096n) >> 2n]])).toBe(8n);
  });
});

describe('physical memory protection of M-mode', () => {
  it('applies to locked entries only', () => {
    for (const [locked, expected] of [
      [0n, undefined],
      [LOCKED, 5n],
    ] as const) {
      const machine = prepare([load], { x: { 11: DATA } });
      machine.core.writeCsr(0, PMPADDR0, napot(DATA, 4096n));
      machine.core.writeCsr(0, PMPCFG0, NAPOT | locked);
      expect(machineTrap(finish(machine))?.cause).toBe(expected);
    }
  });

  it('a change takes effect on pages that were used before', () => {
    const machine = prepare([load, csrw(PMPADDR0, 13), csrw(PMPCFG0, 14), load], {
      x: { 11: DATA, 13: napot(DATA, 4096n), 14: NAPOT | LOCKED },
    });
    expect(machineTrap(finish(machine))).toEqual({ cause: 5n, value: DATA, pc: RAM_BASE + 12n });
  });
});

describe('the registers of physical memory protection', () => {
  it('have a grain of one page', () => {
    const machine = prepare([]);
    machine.core.writeCsr(0, PMPADDR0, EVERYTHING);
    expect(machine.csr(PMPADDR0)).toBe(EVERYTHING & ~0x3ffn);
    machine.core.writeCsr(0, PMPADDR0, 0n);
    machine.core.writeCsr(0, PMPCFG0, NAPOT);
    expect(machine.csr(PMPADDR0)).toBe(0x1ffn);
  });

  it('do not take a region of four bytes, nor write without read', () => {
    const machine = prepare([]);
    machine.core.writeCsr(0, PMPCFG0, 2n << 3n);
    expect(machine.csr(PMPCFG0)).toBe(0n);
    machine.core.writeCsr(0, PMPCFG0, NAPOT | W);
    expect(machine.csr(PMPCFG0)).toBe(NAPOT);
  });

  it('stay when they are locked, and lock the address below a region', () => {
    const machine = prepare([]);
    machine.core.writeCsr(0, PMPADDR0, 0x400n);
    machine.core.writeCsr(0, PMPADDR0 + 1, 0x800n);
    machine.core.writeCsr(0, PMPCFG0, (LOCKED | TOR | R) << 8n);
    machine.core.writeCsr(0, PMPCFG0, 0n);
    machine.core.writeCsr(0, PMPADDR0, 0n);
    machine.core.writeCsr(0, PMPADDR0 + 1, 0n);
    expect(machine.csr(PMPCFG0)).toBe((LOCKED | TOR | R) << 8n);
    expect([machine.csr(PMPADDR0), machine.csr(PMPADDR0 + 1)]).toEqual([0x400n, 0x800n]);
  });

  it('page tables are subject to it', () => {
    const machine = prepare([csrw('satp', 13), csrw('mepc', 29), csrw('mstatus', 28), ['mret'], load], {
      x: { 11: DATA, 13: (8n << 60n) | (DATA >> 12n), 28: 1n << 11n, 29: RAM_BASE + 16n },
      csrs: {},
    });
    machine.core.writeCsr(0, PMPADDR0, napot(DATA, 4096n));
    machine.core.writeCsr(0, PMPADDR0 + 1, EVERYTHING);
    machine.core.writeCsr(0, PMPCFG0, NAPOT | ((NAPOT | R | W | X) << 8n));
    expect(machineTrap(finish(machine))?.cause).toBe(1n);
    expect(machine.csr(csrNumber('mtval'))).toBe(RAM_BASE + 16n);
  });
});
