import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { INSTRUCTIONS } from '../isa/table.ts';
import { csrNumber } from '../isa/registers.ts';
import { RunExit } from '../core-interface.ts';
import { RAM_BASE, TestMachine } from './testing/test-machine.ts';
import { DATA, HANDLER } from './testing/program.ts';

const CODE_WORDS = 4096;

/** Xorshift: the same programs every time. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Bits of an instruction of the table with random operands, or of none. */
function randomWord(random: () => number): number {
  const instruction = INSTRUCTIONS[random() % (INSTRUCTIONS.length + 10)];
  if (!instruction) return random();
  const word = ((random() & ~instruction.mask) | instruction.match) >>> 0;
  return instruction.bytes === 4 ? word : (word & 0xffff) | (random() << 16);
}

/** Addresses in RAM mostly, some at its edges, of devices, or of nothing. */
function randomAddress(random: () => number, ramBytes: number): bigint {
  const places = [0n, 0x1000n, 0x200_0000n, 0x200_4000n, 0xc00_0000n, 0xc20_0000n, 0x1000_0000n, 0x4000_0000n];
  const choice = random() % 12;
  if (choice < 8) return RAM_BASE + BigInt(random() % ramBytes);
  if (choice === 8) return RAM_BASE + BigInt(ramBytes - (random() % 16));
  if (choice === 9) return places[random() % places.length]! + BigInt(random() % 64);
  return (BigInt(random()) << 32n) | BigInt(random());
}

/** A machine full of random instructions, page tables, and CSRs. */
function hostileMachine(seed: number): TestMachine {
  const random = randomNumbers(seed);
  const sbi = random() % 2 === 0 ? 0 : 1;
  const machine = new TestMachine({ sbi, harts: 1 + (random() % 2) });
  const { length } = machine.ram;
  for (let index = 0; index < CODE_WORDS; index++) machine.write32(RAM_BASE + BigInt(4 * index), randomWord(random));
  // Tables whose entries point back into the first megabyte, leaves and branches mixed.
  for (let index = 0; index < 512 * 4; index++) {
    const frame = 0x80000n + BigInt(random() % 256);
    machine.write64(DATA + BigInt(8 * index), (frame << 10n) | BigInt(random() & 0xff) | 1n);
  }
  machine.core.startHart(0, RAM_BASE + BigInt(4 * (random() % CODE_WORDS)), 0n, 0n, 0n);
  for (let register = 1; register < 64; register++) {
    machine.core.writeRegister(0, register, randomAddress(random, length));
  }
  for (const name of ['mtvec', 'stvec', 'mepc', 'sepc']) {
    machine.core.writeCsr(0, csrNumber(name), RAM_BASE + BigInt(4 * (random() % CODE_WORDS)));
  }
  machine.core.writeCsr(0, csrNumber('medeleg'), BigInt(random()));
  machine.core.writeCsr(0, csrNumber('mideleg'), BigInt(random()));
  machine.core.writeCsr(0, csrNumber('mie'), BigInt(random()));
  machine.core.writeCsr(0, csrNumber('mstatus'), BigInt(random()));
  machine.core.writeCsr(0, csrNumber('satp'), (BigInt(8 + (random() % 2)) << 60n) | (DATA >> 12n));
  if (sbi === 0 && random() % 2 === 0) {
    machine.core.writeCsr(0, 0x3b0, (1n << 54n) - 1n);
    machine.core.writeCsr(0, 0x3a0, 0x1fn);
  }
  return machine;
}

describe('a guest that executes anything at all', () => {
  it('never brings the core down, and always comes back', () => {
    const known: readonly number[] = Object.values(RunExit);
    for (let seed = 1; seed <= 150; seed++) {
      const machine = hostileMachine(seed);
      for (let slice = 0; slice < 20; slice++) {
        const exit = machine.core.run(0, 2000);
        expect(known).toContain(exit);
        machine.host.ticks += 100;
        if (exit === RunExit.fatal) break;
      }
      expect(machine.x(0)).toBe(0n);
      expect([0, 1, 3]).toContain(machine.core.privilege(0));
    }
  });
});

describe('the length of slices', () => {
  /** What there is to see of a hart. */
  function stateOf(machine: TestMachine): bigint[] {
    const registers = Array.from({ length: 65 }, (_, number) => machine.core.readRegister(0, number));
    const csrs = ['mstatus', 'mepc', 'mcause', 'mtval', 'fcsr', 'minstret'].map((name) => machine.csr(csrNumber(name)));
    return [...registers, ...csrs];
  }

  /** Random instructions in M-mode with a handler that steps over what traps; they end at a WFI. */
  function straightMachine(seed: number): TestMachine {
    const random = randomNumbers(seed);
    const machine = new TestMachine();
    const plain = INSTRUCTIONS.filter(
      ({ does, bytes }) => bytes === 4 && (/^(rd|fd|store|if|lr|sc|amo|csr)/.test(does) || does.includes('breakpoint')),
    );
    for (let index = 0; index < 600; index++) {
      const { mask, match, does } = plain[random() % plain.length]!;
      let word = (random() & ~mask) | match;
      // Branches go to the instruction after the next; CSRs are scratch and counters.
      if (does.startsWith('if')) word = (word & 0x01ff_f07f) | encode('beq', { imm: 8 });
      if (does.startsWith('csr')) word = (word & 0xf_ffff) | ((random() % 2 ? 0x340 : 0xb02) << 20);
      // The handler's own registers stay.
      const rd = (word >>> 7) & 31;
      if (rd >= 30 && !does.startsWith('if') && !does.startsWith('store')) word &= ~(31 << 7);
      machine.write32(RAM_BASE + BigInt(4 * index), word >>> 0);
    }
    machine.write32(RAM_BASE + 2400n, encode('wfi'), encode('wfi'));
    const mepc = csrNumber('mepc');
    machine.write32(
      HANDLER,
      encode('csrrs', { rd: 30, csr: mepc }),
      encode('addi', { rd: 30, rs1: 30, imm: 4 }),
      encode('csrrw', { rs1: 30, csr: mepc }),
      encode('mret'),
    );
    machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
    machine.core.writeCsr(0, csrNumber('mtvec'), HANDLER);
    machine.core.writeCsr(0, csrNumber('mstatus'), 0x6000n);
    for (let register = 1; register < 64; register++)
      machine.core.writeRegister(0, register, DATA + BigInt(random() % 4096));
    return machine;
  }

  it('makes no difference to what a program computes, nor to what is counted', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const [long, short] = [straightMachine(seed), straightMachine(seed)];
      expect(long.core.run(0, 100_000)).toBe(RunExit.idle);
      for (let turn = 0; turn < 10_000; turn++) if (short.core.run(0, 1) === RunExit.idle) break;
      expect(stateOf(short)).toEqual(stateOf(long));
      expect(short.core.retired(0)).toBe(long.core.retired(0));
      expect(Buffer.compare(short.ram, long.ram)).toBe(0);
    }
  });
});
