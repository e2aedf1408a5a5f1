import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { csrNumber } from '../isa/registers.ts';
import { RunExit } from '../core-interface.ts';
import { RAM_BASE, TestMachine } from './testing/test-machine.ts';
import { HANDLER, csrr, csrw, execute, finish, machineTrap, prepare, type Step } from './testing/program.ts';

const USER = 0n;
const SUPERVISOR = 1n << 11n;
/** Everything is allowed below M-mode. */
const OPEN: Readonly<Record<number, bigint>> = { 30: (1n << 54n) - 1n, 31: 0x1fn };

/** Steps that leave M-mode for the privilege of `mpp` (as in mstatus.MPP) and go on with what follows them. */
function lowered(mpp: bigint, ...steps: readonly Step[]): TestMachine {
  const machine = prepare(
    [csrw(0x3b0, 30), csrw(0x3a0, 31), csrw('mepc', 29), csrw('mstatus', 28), ['mret'], ...steps],
    { x: { ...OPEN, 28: mpp, 29: RAM_BASE + 20n } },
  );
  return machine;
}

describe('exceptions', () => {
  it('an illegal instruction gives its bits', () => {
    const machine = new TestMachine();
    machine.write32(RAM_BASE, 0xffff_ffff);
    machine.write32(HANDLER, encode('wfi'));
    machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
    machine.core.writeCsr(0, csrNumber('mtvec'), HANDLER);
    finish(machine);
    expect(machineTrap(machine)).toEqual({ cause: 2n, value: 0xffff_ffffn, pc: RAM_BASE });
  });

  it('a compressed illegal instruction gives 16 bits', () => {
    const machine = prepare([]);
    machine.write32(RAM_BASE, 0x1234_0000);
    expect(machineTrap(finish(machine))).toEqual({ cause: 2n, value: 0n, pc: RAM_BASE });
  });

  it('ebreak gives its address', () => {
    expect(machineTrap(execute([['ebreak']]))).toEqual({ cause: 3n, value: RAM_BASE, pc: RAM_BASE });
  });

  it.each([
    ['U', USER, 8n],
    ['S', SUPERVISOR, 9n],
    ['M', 3n << 11n, 11n],
  ])('ecall from %s has its own cause', (_, mpp, cause) => {
    expect(machineTrap(finish(lowered(mpp, ['ecall'])))).toEqual({ cause, value: 0n, pc: RAM_BASE + 20n });
  });

  it('in the middle of a block leave the registers as they were before', () => {
    const machine = execute([
      ['addi', { rd: 10, rs1: 0, imm: 1 }],
      ['lw', { rd: 10, rs1: 0, imm: 0 }],
      ['addi', { rd: 10, rs1: 0, imm: 3 }],
    ]);
    expect(machine.x(10)).toBe(1n);
    expect(machineTrap(machine)?.pc).toBe(RAM_BASE + 4n);
  });

  it('save and restore the interrupt enables and the privilege', () => {
    const machine = finish(lowered(SUPERVISOR, ['ecall']));
    const mstatus = machine.csr(csrNumber('mstatus'));
    expect((mstatus >> 11n) & 3n).toBe(1n);
    expect(machine.core.privilege(0)).toBe(3);
    expect((mstatus >> 7n) & 1n).toBe(1n & (mstatus >> 7n));
  });
});

describe('delegation', () => {
  it('sends an exception of user mode to S-mode', () => {
    const machine = lowered(USER, ['ebreak']);
    machine.core.writeCsr(0, csrNumber('medeleg'), 1n << 3n);
    finish(machine);
    expect(machine.core.privilege(0)).toBe(1);
    expect(machine.csr(csrNumber('scause'))).toBe(3n);
    expect(machine.csr(csrNumber('sepc'))).toBe(RAM_BASE + 20n);
    expect(machine.csr(csrNumber('stval'))).toBe(RAM_BASE + 20n);
  });

  it('never lowers a trap of M-mode', () => {
    const machine = prepare([['ebreak']]);
    machine.core.writeCsr(0, csrNumber('medeleg'), 0xffffn);
    expect(machineTrap(finish(machine))?.cause).toBe(3n);
  });

  it('cannot be set for environment calls from M', () => {
    const machine = prepare([]);
    machine.core.writeCsr(0, csrNumber('medeleg'), (1n << 64n) - 1n);
    expect(machine.csr(csrNumber('medeleg'))).toBe(0xb3ffn);
  });
});

describe('sret', () => {
  it('returns to the privilege of SPP with interrupts as SPIE has them', () => {
    const machine = lowered(SUPERVISOR, csrw('sepc', 27), csrw('sstatus', 26), ['sret']);
    machine.core.writeRegister(0, 27, RAM_BASE + 0x200n);
    machine.core.writeRegister(0, 26, 1n << 5n);
    machine.write32(RAM_BASE + 0x200n, encode('ecall'));
    finish(machine);
    expect(machineTrap(machine)).toEqual({ cause: 8n, value: 0n, pc: RAM_BASE + 0x200n });
    expect((machine.csr(csrNumber('sstatus')) >> 1n) & 1n).toBe(1n);
  });
});

describe('mret', () => {
  it('takes away MPRV when it leaves M-mode', () => {
    const MPRV = 1n << 17n;
    const left = finish(lowered(SUPERVISOR | MPRV, ['ecall']));
    expect(left.csr(csrNumber('mstatus')) & MPRV).toBe(0n);
    const stayed = finish(lowered((3n << 11n) | MPRV, ['ecall']));
    expect(stayed.csr(csrNumber('mstatus')) & MPRV).toBe(MPRV);
  });
});

describe('instructions that a privilege may not use', () => {
  const TVM = 1n << 20n;
  const TW = 1n << 21n;
  const TSR = 1n << 22n;
  const illegal: readonly (readonly [string, bigint, Step])[] = [
    ['mret in S', SUPERVISOR, ['mret']],
    ['sret in U', USER, ['sret']],
    ['wfi in U', USER, ['wfi']],
    ['sfence.vma in U', USER, ['sfence.vma']],
    ['mstatus in S', SUPERVISOR, csrr(10, 'mstatus')],
    ['sstatus in U', USER, csrr(10, 'sstatus')],
    ['sret under TSR', SUPERVISOR | TSR, ['sret']],
    ['wfi under TW', SUPERVISOR | TW, ['wfi']],
    ['sfence.vma under TVM', SUPERVISOR | TVM, ['sfence.vma']],
    ['satp under TVM', SUPERVISOR | TVM, csrr(10, 'satp')],
    ['a read-only CSR written in M', 3n << 11n, csrw('mhartid', 10)],
    ['a CSR that is not there', 3n << 11n, csrr(10, 0x5c0)],
    ['cycle without mcounteren', SUPERVISOR, csrr(10, 'cycle')],
    ['floating point when it is off', 3n << 11n, ['fadd.d', { fd: 1, fs1: 1, fs2: 1 }]],
    ['fcsr when floating point is off', 3n << 11n, csrr(10, 'fcsr')],
    ['cbo.zero without menvcfg.CBZE', SUPERVISOR, ['cbo.zero', { rs1: 10 }]],
    ['stimecmp without menvcfg.STCE', SUPERVISOR, csrr(10, 'stimecmp')],
  ];

  it.each(illegal)('%s is illegal', (_, mpp, step) => {
    expect(machineTrap(finish(lowered(mpp, step)))?.cause).toBe(2n);
  });

  it('mcounteren and scounteren open the counters step by step', () => {
    const counters = (mpp: bigint, mcounteren: bigint, scounteren: bigint) => {
      const machine = lowered(mpp, csrr(10, 'instret'), ['ecall']);
      machine.core.writeCsr(0, csrNumber('mcounteren'), mcounteren);
      machine.core.writeCsr(0, csrNumber('scounteren'), scounteren);
      return machineTrap(finish(machine))?.cause;
    };
    expect([counters(SUPERVISOR, 4n, 0n), counters(USER, 4n, 0n), counters(USER, 4n, 4n)]).toEqual([9n, 2n, 8n]);
  });
});

describe('CSRs', () => {
  it('are read before they are written', () => {
    const machine = execute([['csrrw', { rd: 10, rs1: 10, csr: csrNumber('mscratch') }]], { x: { 10: 5n } });
    expect(machine.x(10)).toBe(0n);
    expect(machine.csr(csrNumber('mscratch'))).toBe(5n);
  });

  it('are set and cleared bit by bit', () => {
    const csr = csrNumber('mscratch');
    const machine = execute([
      ['csrrwi', { rd: 0, imm: 0b10110, csr }],
      ['csrrsi', { rd: 11, imm: 0b00001, csr }],
      ['csrrci', { rd: 12, imm: 0b00110, csr }],
      ['csrrs', { rd: 13, rs1: 0, csr }],
    ]);
    expect([machine.x(11), machine.x(12), machine.x(13)]).toEqual([0b10110n, 0b10111n, 0b10001n]);
  });

  it('keep only what they can hold', () => {
    const machine = prepare([]);
    const written = (name: string) => {
      machine.core.writeCsr(0, csrNumber(name), (1n << 64n) - 1n);
      return machine.csr(csrNumber(name));
    };
    expect(written('mideleg')).toBe(0x222n);
    expect(written('mie')).toBe(0xaaan);
    expect(written('mepc')).toBe((1n << 64n) - 2n);
    expect(written('mtvec')).toBe(HANDLER);
    expect(written('mcounteren')).toBe(7n);
    expect(written('misa')).toBe(0x8000_0000_0014_112fn);
    // SD, SXL, UXL, then every field that is writable.
    expect(written('mstatus')).toBe(0x8000_000a_007e_79aan);
    expect(written('sstatus')).toBe(0x8000_0002_000c_6122n);
  });

  it('count instructions, and can be set and stopped', () => {
    const machine = execute(
      [
        csrw('minstret', 11),
        csrr(10, 'minstret'),
        csrr(12, 'minstret'),
        ['csrrwi', { rd: 0, imm: 4, csr: csrNumber('mcountinhibit') }],
        csrr(13, 'minstret'),
        csrr(14, 'minstret'),
      ],
      { x: { 11: 1000n } },
    );
    expect([machine.x(10), machine.x(12)]).toEqual([1000n, 1001n]);
    expect(machine.x(13)).toBe(machine.x(14));
  });
});

describe('a trap that nothing handles', () => {
  it('is fatal when no handler was set', () => {
    const machine = prepare([['ebreak']], { csrs: { mtvec: 0n } });
    expect(machine.core.run(0, 1000)).toBe(RunExit.fatal);
    expect(machine.core.fatalCause(0)).toBe(3);
    expect(machine.csr(csrNumber('mepc'))).toBe(RAM_BASE);
    expect(machine.core.run(0, 1000)).toBe(RunExit.fatal);
  });

  it('is fatal when the handler cannot be fetched, in the kernel that we start ourselves', () => {
    const machine = prepare([['lw', { rd: 10, rs1: 0, imm: 0 }]], { sbi: 1, csrs: { stvec: 0x7000_0000n } });
    expect(machine.core.run(0, 1000)).toBe(RunExit.fatal);
    expect(machine.core.fatalCause(0)).toBe(5);
  });

  it('is fatal when the handler begins with an illegal instruction', () => {
    const machine = prepare([['ebreak']]);
    machine.write32(HANDLER, 0);
    expect(machine.core.run(0, 1000)).toBe(RunExit.fatal);
  });

  it('is not fatal in user mode: the kernel handles it', () => {
    const machine = lowered(USER, ['jalr', { rd: 0, rs1: 0, imm: 0 }]);
    expect(machineTrap(finish(machine))).toEqual({ cause: 1n, value: 0n, pc: 0n });
  });

  it('a guest that traps for ever without retiring anything still comes back', () => {
    // The handler is an mret to the instruction that traps.
    const machine = prepare([['ebreak']]);
    machine.write32(HANDLER, encode('mret'));
    expect(machine.core.run(0, 1000)).toBe(RunExit.budget);
  });
});
