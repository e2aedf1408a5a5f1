import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { csrNumber } from '../isa/registers.ts';
import { INTERRUPTS, MEMORY_MAP } from '../core-interface.ts';
import { RAM_BASE, TestMachine } from './testing/test-machine.ts';
import { HANDLER, csrr, csrw, finish, prepare, type Step } from './testing/program.ts';

const INTERRUPT = 1n << 63n;
const MIE = 1n << 3n;
const STCE = 1n << 63n;
const CLINT = BigInt(MEMORY_MAP.clint.base);
const PLIC = BigInt(MEMORY_MAP.plic.base);
const spin: Step = ['jal', { rd: 0, imm: 0 }];

/** A hart that spins in M-mode with interrupts on. */
function spinning(mie: bigint, before: readonly Step[] = [], x: Readonly<Record<number, bigint>> = {}): TestMachine {
  const machine = prepare([...before, spin], { x });
  machine.core.writeCsr(0, csrNumber('mie'), mie);
  machine.core.writeCsr(0, csrNumber('mstatus'), MIE);
  return machine;
}

function taken(machine: TestMachine): bigint | undefined {
  machine.core.run(0, 100_000);
  // The interrupt is still pending, so the handler's WFI does not wait.
  return machine.pc() >= HANDLER && machine.pc() <= HANDLER + 4n ? machine.csr(csrNumber('mcause')) : undefined;
}

describe('the timer', () => {
  it('interrupts when mtime reaches mtimecmp, not before', () => {
    const machine = spinning(1n << 7n, [['sd', { rs1: 11, rs2: 12, imm: 0 }]], { 11: CLINT + 0x4000n, 12: 100n });
    machine.host.ticks = 99;
    expect(taken(machine)).toBeUndefined();
    machine.host.ticks = 100;
    expect(taken(machine)).toBe(INTERRUPT | 7n);
  });

  it('stimecmp interrupts S-mode under Sstc, and stops when it is set again', () => {
    const machine = prepare([spin], { sbi: 1, csrs: { sie: 1n << 5n, stimecmp: 50n } });
    machine.host.ticks = 50;
    machine.core.run(0, 100);
    expect((machine.csr(csrNumber('sip')) >> 5n) & 1n).toBe(1n);
    machine.core.writeCsr(0, csrNumber('stimecmp'), 60n);
    expect((machine.csr(csrNumber('sip')) >> 5n) & 1n).toBe(0n);
  });

  it('without Sstc is software that M-mode writes', () => {
    const machine = prepare([]);
    machine.core.writeCsr(0, csrNumber('mip'), 1n << 5n);
    expect((machine.csr(csrNumber('mip')) >> 5n) & 1n).toBe(1n);
    machine.core.writeCsr(0, csrNumber('menvcfg'), STCE);
    machine.core.writeCsr(0, csrNumber('mip'), 0n);
    expect((machine.csr(csrNumber('mip')) >> 5n) & 1n).toBe(1n);
  });

  it('tells the host when to wake a hart that waits', () => {
    const machine = prepare([], { sbi: 1, csrs: { stimecmp: 777n } });
    expect(machine.core.deadline(0)).toBe(Infinity);
    machine.core.writeCsr(0, csrNumber('sie'), 1n << 5n);
    expect(machine.core.deadline(0)).toBe(777);
    finish(machine);
    expect(machine.core.interruptPending(0)).toBe(0);
    machine.host.ticks = 777;
    expect(machine.core.interruptPending(0)).toBe(1);
  });

  it('time is the host', () => {
    const machine = prepare([csrr(10, 'time'), ['ld', { rd: 12, rs1: 11, imm: -8 }]], { x: { 11: CLINT + 0xc000n } });
    machine.host.ticks = 123_456_789;
    finish(machine);
    expect([machine.x(10), machine.x(12)]).toEqual([123_456_789n, 123_456_789n]);
  });
});

describe('software interrupts', () => {
  it('that a CSR instruction lets through come before a jump behind it', () => {
    const machine = spinning(1n << 1n, [csrw('mip', 12), ['jal', { imm: 8 }], ['wfi']], { 12: 1n << 1n });
    expect(taken(machine)).toBe(INTERRUPT | 1n);
    expect(machine.csr(csrNumber('mepc'))).toBe(RAM_BASE + 4n);
  });

  it('come from msip and go with it', () => {
    const machine = spinning(1n << 3n, [['sw', { rs1: 11, rs2: 12, imm: 0 }]], { 11: CLINT, 12: 1n });
    expect(taken(machine)).toBe(INTERRUPT | 3n);
    expect((machine.csr(csrNumber('mip')) >> 3n) & 1n).toBe(1n);
    expect(machine.host.woken).toEqual([0]);
  });
});

describe('which interrupt is taken', () => {
  it('goes by priority: external, software, timer; M before S', () => {
    const order: bigint[] = [];
    let pending = 0x222n;
    for (let turn = 0; turn < 3; turn++) {
      const machine = spinning(0x222n);
      machine.core.writeCsr(0, csrNumber('mip'), pending);
      const cause = taken(machine)! & 63n;
      order.push(cause);
      pending &= ~(1n << cause);
    }
    expect(order).toEqual([9n, 1n, 5n]);
  });

  it('in M-mode its own software and timer interrupts come before those of S-mode', () => {
    const software: Step = ['sw', { rs1: 11, rs2: 12, imm: 0 }];
    const timer: Step = ['sd', { rs1: 13, rs2: 0, imm: 0 }];
    const x = { 11: CLINT, 12: 1n, 13: CLINT + 0x4000n };
    for (const [before, expected] of [
      [[software, timer], 3n],
      [[timer], 7n],
      [[], 9n],
    ] as const) {
      const machine = prepare([...before, csrw('mstatus', 14), spin], { x: { ...x, 14: MIE } });
      machine.core.writeCsr(0, csrNumber('mie'), 0xaaan);
      machine.core.writeCsr(0, csrNumber('mip'), 0x222n);
      expect(taken(machine)).toBe(INTERRUPT | expected);
    }
  });

  it('those that are not delegated interrupt S-mode even when it has interrupts off', () => {
    const machine = prepare([csrw(0x3b0, 30), csrw(0x3a0, 31), csrw('mepc', 29), csrw('mstatus', 28), ['mret'], spin], {
      x: { 28: 1n << 11n, 29: RAM_BASE + 20n, 30: (1n << 54n) - 1n, 31: 0x1fn },
    });
    machine.core.writeCsr(0, csrNumber('mie'), 1n << 7n);
    machine.core.run(0, 100);
    expect(machine.core.privilege(0)).toBe(1);
    machine.core.writeCsr(0, csrNumber('mideleg'), 0x222n);
    machine.core.writeCsr(0, csrNumber('mip'), 2n);
    machine.core.writeCsr(0, csrNumber('mie'), 2n);
    machine.core.run(0, 100);
    expect(machine.core.privilege(0)).toBe(1);
    machine.core.writeCsr(0, csrNumber('mideleg'), 0n);
    expect(taken(machine)).toBe(INTERRUPT | 1n);
  });

  it('a vectored handler is entered at its own place', () => {
    const machine = spinning(1n << 1n);
    machine.core.writeCsr(0, csrNumber('mtvec'), HANDLER + 1n);
    machine.core.writeCsr(0, csrNumber('mip'), 2n);
    machine.write32(HANDLER, 0, encode('jal', { imm: 0 }));
    machine.core.run(0, 1000);
    expect(machine.pc()).toBe(HANDLER + 4n);
    expect(machine.csr(csrNumber('mcause'))).toBe(INTERRUPT | 1n);
  });

  it('enabling interrupts with one pending takes it at once', () => {
    const machine = prepare([csrw('mstatus', 11), ['addi', { rd: 10, rs1: 10, imm: 1 }]], { x: { 11: MIE } });
    machine.core.writeCsr(0, csrNumber('mie'), 2n);
    machine.core.writeCsr(0, csrNumber('mip'), 2n);
    expect(taken(machine)).toBe(INTERRUPT | 1n);
    expect(machine.x(10)).toBe(0n);
    expect(machine.csr(csrNumber('mepc'))).toBe(RAM_BASE + 4n);
  });
});

describe('WFI', () => {
  it('goes on at once when an interrupt is pending that is enabled but masked', () => {
    const machine = prepare([['wfi'], ['addi', { rd: 10, rs1: 0, imm: 1 }]]);
    machine.core.writeCsr(0, csrNumber('mie'), 2n);
    machine.core.writeCsr(0, csrNumber('mip'), 2n);
    machine.core.run(0, 1);
    machine.core.run(0, 1);
    machine.core.run(0, 1);
    expect(machine.x(10)).toBe(1n);
  });
});

describe('the interrupt controller', () => {
  const CONTEXT_S = 1n;
  const source = INTERRUPTS.uart;

  function write(machine: TestMachine, offset: bigint, value: bigint): void {
    register(machine, ['sw', { rs1: 5, rs2: 6, imm: 0 }], offset, value);
  }

  function read(machine: TestMachine, offset: bigint): bigint {
    register(machine, ['lwu', { rd: 7, rs1: 5, imm: 0 }], offset, 0n);
    return machine.x(7);
  }

  /** Lets the hart access one register of the controller. */
  function register(machine: TestMachine, step: Step, offset: bigint, value: bigint): void {
    machine.write32(RAM_BASE + 0x800n, encode(step[0], step[1]), encode('wfi'));
    machine.core.ramWritten(0x800, 8);
    machine.core.writeRegister(0, 5, PLIC + offset);
    machine.core.writeRegister(0, 6, value);
    machine.core.writeRegister(0, 64, RAM_BASE + 0x800n);
    machine.core.run(0, 10);
  }

  const threshold = (context: bigint) => 0x20_0000n + 0x1000n * context;
  const claim = (context: bigint) => threshold(context) + 4n;

  function enabled(priority = 1n): TestMachine {
    const machine = prepare([]);
    write(machine, 4n * BigInt(source), priority);
    write(machine, 0x2000n + 0x80n * CONTEXT_S, 1n << BigInt(source));
    return machine;
  }

  const external = (machine: TestMachine) => (machine.csr(csrNumber('mip')) >> 9n) & 0b101n;

  it('raises SEIP for an enabled source, and claims it once until it is completed', () => {
    const machine = enabled();
    machine.core.setInterruptLine(source, 1);
    expect(external(machine)).toBe(1n);
    expect(read(machine, claim(CONTEXT_S))).toBe(BigInt(source));
    expect(external(machine)).toBe(0n);
    expect(read(machine, claim(CONTEXT_S))).toBe(0n);
    write(machine, claim(CONTEXT_S), BigInt(source));
    expect(external(machine)).toBe(1n);
  });

  it('forgets a source whose line fell before it was claimed, and one that fell while it was served', () => {
    const machine = enabled();
    machine.core.setInterruptLine(source, 1);
    machine.core.setInterruptLine(source, 0);
    expect(read(machine, claim(CONTEXT_S))).toBe(0n);
    machine.core.setInterruptLine(source, 1);
    expect(read(machine, claim(CONTEXT_S))).toBe(BigInt(source));
    machine.core.setInterruptLine(source, 0);
    write(machine, claim(CONTEXT_S), BigInt(source));
    expect(external(machine)).toBe(0n);
  });

  it('does not give a source again that rose anew while it was served, until it is completed', () => {
    const machine = enabled();
    machine.core.setInterruptLine(source, 1);
    read(machine, claim(CONTEXT_S));
    machine.core.setInterruptLine(source, 0);
    machine.core.setInterruptLine(source, 1);
    expect(external(machine)).toBe(0n);
    expect(read(machine, claim(CONTEXT_S))).toBe(0n);
    write(machine, claim(CONTEXT_S), BigInt(source));
    expect(read(machine, claim(CONTEXT_S))).toBe(BigInt(source));
  });

  it('ignores sources at or below the threshold, of priority 0, or not enabled', () => {
    const machine = enabled(3n);
    machine.core.setInterruptLine(source, 1);
    write(machine, threshold(CONTEXT_S), 3n);
    expect(external(machine)).toBe(0n);
    write(machine, threshold(CONTEXT_S), 2n);
    expect(external(machine)).toBe(1n);
    write(machine, 4n * BigInt(source), 0n);
    expect(external(machine)).toBe(0n);
    machine.core.setInterruptLine(INTERRUPTS.rtc, 1);
    expect(external(machine)).toBe(0n);
  });

  it('gives the highest priority first, then the lowest number', () => {
    const machine = prepare([]);
    for (const [number, priority] of [
      [3, 1n],
      [40, 5n],
      [70, 5n],
    ] as const) {
      write(machine, 4n * BigInt(number), priority);
      machine.core.setInterruptLine(number, 1);
    }
    for (const word of [0n, 4n, 8n]) write(machine, 0x2000n + word, 0xffff_ffffn);
    expect((machine.csr(csrNumber('mip')) >> 11n) & 1n).toBe(1n);
    expect([0, 0, 0, 0].map(() => read(machine, claim(0n)))).toEqual([40n, 70n, 3n, 0n]);
  });

  it('shows what is pending, and has no source 0 and none above its last', () => {
    const machine = enabled();
    machine.core.setInterruptLine(source, 1);
    machine.core.setInterruptLine(0, 1);
    machine.core.setInterruptLine(INTERRUPTS.sources + 1, 1);
    expect(read(machine, 0x1000n)).toBe(1n << BigInt(source));
    expect(read(machine, 0x1008n)).toBe(0n);
    write(machine, 0n, 7n);
    expect(read(machine, 0n)).toBe(0n);
  });

  it('interrupts a hart that spins', () => {
    const machine = spinning(1n << 11n);
    machine.core.run(0, 100);
    const pc = machine.pc();
    write(machine, 4n * BigInt(source), 1n);
    write(machine, 0x2000n, 1n << BigInt(source));
    machine.core.writeRegister(0, 64, pc);
    machine.core.setInterruptLine(source, 1);
    expect(taken(machine)).toBe(INTERRUPT | 11n);
  });
});
