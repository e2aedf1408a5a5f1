import { expect, test } from 'vitest';
import { anyWord, HOSTILE_OPERATIONS, seededRandom, type Random } from '../devices/testing/random.ts';
import { MEMORY_MAP, RunExit } from '../core-interface.ts';
import { encode } from '../isa/encode.ts';
import { csrNumber } from '../isa/registers.ts';
import { DATA, HANDLER } from './testing/program.ts';
import { RAM_BASE, TestMachine } from './testing/test-machine.ts';

/** Accesses that one program makes before the next is written. */
const PROGRAM = 1000;
const LOADS = ['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu'] as const;
const STORES = ['sb', 'sh', 'sw', 'sd'] as const;
const ATOMICS = ['amoswap.w', 'amoor.d', 'sc.d'] as const;

type Window = 'plic' | 'clint';

/** A register of the window more often than an address between them; now and then not aligned, or behind its end. */
function place(window: Window, random: Random): number {
  const { base, size } = MEMORY_MAP[window];
  const kind = random(16);
  if (kind === 0) return base + random(size);
  if (kind === 1) return base + size - random(16);
  if (window === 'clint') return base + [0, 0x4000, 0xbff8][random(3)]! + random(8) * 4;
  return (
    base + [0, 0x1000, 0x2000, 0x20_0000][random(4)]! + random(64) * 4 + (random(2) === 0 ? random(16) * 0x1000 : 0)
  );
}

/** A program of random loads, stores and atomics whose handler steps over what traps; it ends at a WFI. */
function writeProgram(machine: TestMachine, window: Window, random: Random): void {
  const words: number[] = [];
  for (let count = 0; count < PROGRAM; count++) {
    const at = place(window, random);
    const kind = random(8);
    words.push(encode('lui', { rd: 5, imm: (at + 0x800) >>> 12 }));
    words.push(encode('addi', { rd: 5, rs1: 5, imm: ((at + 0x800) & 0xfff) - 0x800 }));
    if (kind < 4) words.push(encode(STORES[random(4)]!, { rs1: 5, rs2: 6 + random(16), imm: 0 }));
    else if (kind < 7) words.push(encode(LOADS[random(7)]!, { rd: 28, rs1: 5, imm: 0 }));
    else words.push(encode(ATOMICS[random(3)]!, { rd: 28, rs1: 5, rs2: 6 + random(16) }));
  }
  words.push(encode('wfi'));
  machine.write32(RAM_BASE, ...words);
  // Machine mode steps over faults of four bytes, and ignores its interrupts.
  const mepc = csrNumber('mepc');
  machine.write32(
    HANDLER,
    encode('csrrs', { rd: 30, csr: mepc }),
    encode('addi', { rd: 30, rs1: 30, imm: 4 }),
    encode('csrrw', { rs1: 30, csr: mepc }),
    encode('mret'),
  );
  machine.core.ramWritten(0, 4 * words.length);
  machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
  machine.core.writeCsr(0, csrNumber('mtvec'), HANDLER);
  for (let register = 6; register < 22; register++)
    machine.core.writeRegister(0, register, BigInt(anyWord(random)) | (BigInt(anyWord(random)) << 32n));
}

test.each(['plic', 'clint'] as const)(
  `the %s survives ${HOSTILE_OPERATIONS} random accesses, and touches no RAM`,
  (window) => {
    const random = seededRandom(window.length);
    const machine = new TestMachine({ harts: 2 });
    const guard = machine.ram.subarray(Number(DATA - RAM_BASE));
    guard.fill(0xa5);
    for (let done = 0; done < HOSTILE_OPERATIONS; done += PROGRAM) {
      writeProgram(machine, window, random);
      for (let source = 0; source < 96; source += 1 + random(8)) machine.core.setInterruptLine(source, random(2));
      for (let slice = 0, exit: number = RunExit.budget; exit === RunExit.budget; slice++) {
        exit = machine.core.run(0, 10_000);
        machine.host.ticks += 100;
        if (slice > 100) expect.fail('the program does not end');
      }
    }
    expect(guard.every((byte) => byte === 0xa5)).toBe(true);
    // No access of these windows came to the host.
    expect([machine.host.reads.length, machine.host.writes.length]).toEqual([0, 0]);
    proveInterrupts(machine);
  },
  30_000 + HOSTILE_OPERATIONS,
);

/** Initialized again, as at a reset of the machine, both deliver their interrupts. */
function proveInterrupts(machine: TestMachine): void {
  const { core } = machine;
  core.initialize(4 << 20, 2, 0);
  const source = 10;
  for (let line = 1; line < 96; line++) core.setInterruptLine(line, Number(line === source));
  const { plic, clint } = { plic: MEMORY_MAP.plic.base, clint: MEMORY_MAP.clint.base };
  const stores: [address: number, value: number][] = [
    [plic + 4 * source, 1],
    [plic + 0x2000, 1 << source],
    [clint, 1],
  ];
  const words = stores.flatMap(([address, value]) => [
    encode('lui', { rd: 5, imm: address >>> 12 }),
    encode('addi', { rd: 5, rs1: 5, imm: address & 0xfff }),
    encode('lui', { rd: 6, imm: 0 }),
    encode('addi', { rd: 6, rs1: 6, imm: value }),
    encode('sw', { rs1: 5, rs2: 6, imm: 0 }),
  ]);
  machine.write32(RAM_BASE, ...words, encode('wfi'));
  core.ramWritten(0, 4 * (words.length + 1));
  core.startHart(0, RAM_BASE, 0n, 0n, 0n);
  core.run(0, 1000);
  const [software, external] = [1n << 3n, 1n << 11n];
  expect(machine.csr(csrNumber('mip')) & (software | external)).toBe(software | external);
}
