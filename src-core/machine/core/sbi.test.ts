import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { csrNumber } from '../isa/registers.ts';
import { RunExit } from '../core-interface.ts';
import { RAM_BASE, TestMachine } from './testing/test-machine.ts';
import { DATA, assemble } from './testing/program.ts';

const BASE = 0x10n;
const TIME = 0x5449_4d45n;
const IPI = 0x73_5049n;
const RFENCE = 0x5246_4e43n;
const HSM = 0x48_534dn;
const SRST = 0x5352_5354n;
const DBCN = 0x4442_434en;

const NOT_SUPPORTED = -2n;
const INVALID_PARAM = -3n;
const ALREADY_AVAILABLE = -6n;
const ALL = (1n << 64n) - 1n;

/** A supervisor that makes one call after another, as the test gives them. */
class Supervisor {
  readonly machine: TestMachine;
  exit = 0;

  constructor(harts = 1) {
    this.machine = new TestMachine({ sbi: 1, harts });
    this.machine.write32(RAM_BASE, ...assemble(['ecall'], ['wfi'], ['jal', { rd: 0, imm: -8 }]));
    this.machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
  }

  call(extension: bigint, called: bigint, ...values: readonly bigint[]): { error: bigint; value: bigint } {
    const { core } = this.machine;
    values.forEach((value, index) => core.writeRegister(0, 10 + index, value));
    core.writeRegister(0, 16, called);
    core.writeRegister(0, 17, extension);
    core.writeRegister(0, 64, RAM_BASE);
    this.exit = core.run(0, 2);
    return { error: BigInt.asIntN(64, this.machine.x(10)), value: this.machine.x(11) };
  }
}

const ok = (value = 0n) => ({ error: 0n, value });
const failed = (error: bigint) => ({ error, value: 0n });

describe('the base extension', () => {
  it('tells version 2.0, and what is there', () => {
    const supervisor = new Supervisor();
    expect(supervisor.call(BASE, 0n)).toEqual(ok(0x0200_0000n));
    for (const extension of [BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN]) {
      expect(supervisor.call(BASE, 3n, extension)).toEqual(ok(1n));
    }
    for (const extension of [0n, 1n, 0x504d55n, TIME | (1n << 32n)]) {
      expect(supervisor.call(BASE, 3n, extension)).toEqual(ok(0n));
    }
    for (const identity of [4n, 5n, 6n]) expect(supervisor.call(BASE, identity)).toEqual(ok(0n));
  });

  it.each([0n, 1n, 8n, 0x504d55n, TIME | (1n << 32n)])('extension %s is not supported', (extension) => {
    expect(new Supervisor().call(extension, 0n)).toEqual(failed(NOT_SUPPORTED));
  });

  it.each([BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN])('extension %s has no function 99', (extension) => {
    expect(new Supervisor().call(extension, 99n)).toEqual(failed(NOT_SUPPORTED));
  });
});

describe('the timer', () => {
  it('is stimecmp', () => {
    const supervisor = new Supervisor();
    expect(supervisor.machine.csr(csrNumber('stimecmp'))).toBe(ALL);
    expect(supervisor.call(TIME, 0n, 5000n)).toEqual(ok());
    expect(supervisor.machine.csr(csrNumber('stimecmp'))).toBe(5000n);
  });
});

describe('interrupts between harts', () => {
  const ssip = (machine: TestMachine, hart: number) => machine.core.readCsr(hart, csrNumber('mip')) & 2n;

  it('reach the harts of the mask', () => {
    const supervisor = new Supervisor(3);
    expect(supervisor.call(IPI, 0n, 0b11n, 1n)).toEqual(ok());
    expect([0, 1, 2].map((hart) => ssip(supervisor.machine, hart))).toEqual([0n, 2n, 2n]);
    expect(supervisor.machine.host.woken).toEqual([1, 2]);
  });

  it('reach all of them', () => {
    const supervisor = new Supervisor(2);
    expect(supervisor.call(IPI, 0n, 0n, ALL)).toEqual(ok());
    expect([0, 1].map((hart) => ssip(supervisor.machine, hart))).toEqual([2n, 2n]);
  });

  it('go to nobody when the mask is empty, and are refused for a hart that is not there', () => {
    const supervisor = new Supervisor(2);
    expect(supervisor.call(IPI, 0n, 0n, 0n)).toEqual(ok());
    expect(supervisor.machine.host.woken).toEqual([]);
    expect(supervisor.call(IPI, 0n, 4n, 0n)).toEqual(failed(INVALID_PARAM));
    expect(supervisor.call(IPI, 0n, 1n, 2n)).toEqual(failed(INVALID_PARAM));
    expect(supervisor.call(IPI, 0n, 1n << 63n, 1n)).toEqual(failed(INVALID_PARAM));
  });
});

describe('remote fences', () => {
  it('are accepted for all harts, with and without a range or an address space', () => {
    const supervisor = new Supervisor(2);
    for (const called of [0n, 1n, 2n]) {
      expect(supervisor.call(RFENCE, called, 3n, 0n, 0n, 0n, 0n)).toEqual(ok());
      expect(supervisor.call(RFENCE, called, 3n, 0n, 0x1000n, 0x3000n, 1n)).toEqual(ok());
      expect(supervisor.call(RFENCE, called, 0n, ALL, 0n, ALL, 1n)).toEqual(ok());
    }
    expect(supervisor.call(RFENCE, 1n, 4n, 0n)).toEqual(failed(INVALID_PARAM));
  });
});

describe('the state of harts', () => {
  it('a stopped one is started with its number and what it was given', () => {
    const supervisor = new Supervisor(2);
    const { machine } = supervisor;
    expect(supervisor.call(HSM, 2n, 1n)).toEqual(ok(1n));
    machine.write32(DATA, encode('addi', { rd: 12, rs1: 0, imm: 9 }), encode('wfi'));
    expect(supervisor.call(HSM, 0n, 1n, DATA, 77n)).toEqual(ok());
    expect(supervisor.call(HSM, 2n, 1n)).toEqual(ok(2n));
    expect(supervisor.call(HSM, 0n, 1n, DATA, 77n)).toEqual(failed(ALREADY_AVAILABLE));
    expect(machine.core.run(1, 100)).toBe(RunExit.idle);
    expect([10, 11, 12].map((register) => machine.core.readRegister(1, register))).toEqual([1n, 77n, 9n]);
    expect(machine.core.privilege(1)).toBe(1);
    expect(supervisor.call(HSM, 2n, 1n)).toEqual(ok(0n));
  });

  it('a hart stops itself', () => {
    const supervisor = new Supervisor();
    supervisor.call(HSM, 1n);
    expect(supervisor.exit).toBe(RunExit.idle);
    expect(supervisor.machine.core.run(0, 100)).toBe(RunExit.idle);
    expect(supervisor.machine.pc()).toBe(RAM_BASE + 4n);
  });

  it('there are no others', () => {
    const supervisor = new Supervisor();
    expect(supervisor.call(HSM, 2n, 1n)).toEqual(failed(INVALID_PARAM));
    expect(supervisor.call(HSM, 0n, 1n, DATA, 0n)).toEqual(failed(INVALID_PARAM));
    expect(supervisor.call(HSM, 0n, 0n, DATA, 0n)).toEqual(failed(ALREADY_AVAILABLE));
  });
});

describe('system reset', () => {
  it('tells the host and ends the slice', () => {
    const supervisor = new Supervisor();
    supervisor.call(SRST, 0n, 1n, 1n);
    expect(supervisor.exit).toBe(RunExit.stopRequested);
    expect(supervisor.machine.host.resets).toEqual([{ type: 1, reason: 1 }]);
  });

  it('refuses types and reasons that are not there', () => {
    const supervisor = new Supervisor();
    expect(supervisor.call(SRST, 0n, 3n, 0n)).toEqual(failed(INVALID_PARAM));
    expect(supervisor.call(SRST, 0n, 0n, 2n)).toEqual(failed(INVALID_PARAM));
    expect(supervisor.machine.host.resets).toEqual([]);
  });
});

describe('the debug console', () => {
  it('writes bytes of RAM, and single ones', () => {
    const supervisor = new Supervisor();
    supervisor.machine.ram.set(Buffer.from('hello'), Number(DATA - RAM_BASE));
    expect(supervisor.call(DBCN, 0n, 5n, DATA, 0n)).toEqual(ok(5n));
    expect(supervisor.call(DBCN, 2n, 0x121n)).toEqual(ok());
    expect(supervisor.machine.host.console).toBe('hello!');
    expect(supervisor.machine.x(0)).toBe(0n);
  });

  it('reads what is there', () => {
    const supervisor = new Supervisor();
    supervisor.machine.host.input = [1, 2, 3];
    expect(supervisor.call(DBCN, 1n, 8n, DATA, 0n)).toEqual(ok(3n));
    expect(supervisor.machine.read32(DATA)).toBe(0x30201);
  });

  it('refuses memory that is not RAM', () => {
    const supervisor = new Supervisor();
    const end = RAM_BASE + BigInt(4 << 20);
    for (const [bytes, low, high] of [
      [1n, 0n, 0n],
      [2n, end - 1n, 0n],
      [1n, end, 0n],
      [1n, DATA, 1n],
      [ALL, DATA, 0n],
    ] as const) {
      expect(supervisor.call(DBCN, 0n, bytes, low, high)).toEqual(failed(INVALID_PARAM));
      expect(supervisor.call(DBCN, 1n, bytes, low, high)).toEqual(failed(INVALID_PARAM));
    }
  });
});
