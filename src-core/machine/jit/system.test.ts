import { describe, expect, it } from 'vitest';
import { assemble, type Step } from '../core/testing/program.ts';
import { A, D, PageTables, R, U, V, W, X } from '../core/testing/page-tables.ts';
import { RAM_BASE, TestMachine } from '../core/testing/test-machine.ts';
import { encode } from '../isa/encode.ts';
import { csrNumber } from '../isa/registers.ts';

const HANDLER = RAM_BASE;
const MRET = RAM_BASE + 0x100n;
const [CODE, CODE_SEEN] = [RAM_BASE + 0x1000n, 0x40_0000n];
const [DATA, DATA_SEEN] = [RAM_BASE + 0x2000n, 0x80_0000n];
const SIE = 1n << 1n;
const SUM = 1n << 18n;
const MPP_SUPERVISOR = 1n << 11n;
const SOFTWARE = 1n << 1n;
const LOAD_PAGE_FAULT = 13n;
const SOFTWARE_INTERRUPT = (1n << 63n) | 1n;
const sstatus = csrNumber('sstatus');

/** A program in S-mode whose blocks are all translated, or none, with a page of a user's program. */
function supervisor(steps: readonly Step[], mstatus: bigint, isTranslated: boolean): TestMachine {
  const machine = new TestMachine({ ramBytes: 1 << 19, regions: isTranslated ? { meetings: 0 } : null });
  const { core } = machine;
  const csr = (name: string, value: bigint): void => core.writeCsr(0, csrNumber(name), value);
  const tables = new PageTables(machine, RAM_BASE + 0x40_000n, 3);
  tables.map(CODE_SEEN, CODE, V | R | X | A);
  tables.map(DATA_SEEN, DATA, V | R | W | U | A | D);
  core.startHart(0, MRET, 0n, 0n, 0n);
  for (const at of [HANDLER, CODE + 0x800n]) machine.write32(at, encode('jal', { rd: 0, imm: 0 }));
  machine.write32(MRET, encode('mret'));
  machine.write32(CODE, ...assemble(...steps, ['jal', { rd: 0, imm: 0 }]));
  machine.write64(DATA, 17n);
  core.writeCsr(0, 0x3b0, (1n << 54n) - 1n);
  core.writeCsr(0, 0x3a0, 0x1fn);
  csr('mtvec', HANDLER);
  csr('stvec', CODE_SEEN + 0x800n);
  csr('satp', tables.satp());
  csr('mepc', CODE_SEEN);
  csr('mstatus', MPP_SUPERVISOR | mstatus);
  core.writeRegister(0, 11, DATA_SEEN);
  core.writeRegister(0, 12, SUM);
  return machine;
}

describe.each([
  ['interpreted', false],
  ['translated', true],
])('%s', (_, isTranslated) => {
  it('what sstatus no longer allows is refused at once', () => {
    const steps: Step[] = [
      ['ld', { rd: 10, rs1: 11, imm: 0 }],
      ['csrrc', { rd: 0, csr: sstatus, rs1: 12 }],
      ['ld', { rd: 13, rs1: 11, imm: 8 }],
    ];
    const machine = supervisor(steps, SUM, isTranslated);
    machine.core.run(0, 100);
    expect(machine.x(10)).toBe(17n);
    expect([machine.csr(csrNumber('mcause')), machine.csr(csrNumber('mepc'))]).toEqual([
      LOAD_PAGE_FAULT,
      CODE_SEEN + 8n,
    ]);
  });

  it('an interrupt that sstatus lets through comes before the next instruction', () => {
    const steps: Step[] = [
      ['csrrsi', { rd: 10, csr: sstatus, imm: Number(SIE) }],
      ['addi', { rd: 10, rs1: 10, imm: 1 }],
    ];
    const machine = supervisor(steps, 0n, isTranslated);
    for (const name of ['mideleg', 'mie', 'mip']) machine.core.writeCsr(0, csrNumber(name), SOFTWARE);
    machine.core.run(0, 100);
    expect([machine.csr(csrNumber('scause')), machine.csr(csrNumber('sepc'))]).toEqual([
      SOFTWARE_INTERRUPT,
      CODE_SEEN + 4n,
    ]);
    expect(machine.x(10) & 1n).toBe(0n);
  });
});
