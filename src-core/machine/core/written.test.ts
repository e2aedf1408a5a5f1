import { expect, test } from 'vitest';
import { RunExit } from '../core-interface.ts';
import { A, D, PageTables, R, V, W, X } from './testing/page-tables.ts';
import { DATA, HANDLER, assemble, csrw, prepare, type Step } from './testing/program.ts';
import { RAM_BASE, type TestMachine } from './testing/test-machine.ts';

const PAGE = 4096n;
const RAM_BYTES = 4 << 20;
const PAGES = RAM_BYTES / 4096;
const EVER = 1;
const SINCE = 2;

/** Each writes to x11, or reads the console to there; an address that it may not write ends in the handler. */
const WRITES: readonly (readonly Step[])[] = [
  [['sb', { rs1: 11, rs2: 12, imm: 0 }]],
  [['sh', { rs1: 11, rs2: 12, imm: 0 }]],
  [['sw', { rs1: 11, rs2: 12, imm: 0 }]],
  [['sd', { rs1: 11, rs2: 12, imm: 0 }]],
  [['fsd', { rs1: 11, fs2: 12, imm: 0 }]],
  [['amoadd.w', { rd: 0, rs1: 11, rs2: 12 }]],
  [['amoswap.d', { rd: 0, rs1: 11, rs2: 12 }]],
  [
    ['lr.w', { rd: 13, rs1: 11 }],
    ['sc.w', { rd: 13, rs1: 11, rs2: 12 }],
  ],
  [['cbo.zero', { rs1: 11 }]],
  [['ld', { rd: 13, rs1: 11, imm: 0 }]],
  [['ecall']],
];
const STEPS_OF_ONE = 4;
const DBCN = 0x4442434en;
const CONSOLE_READ = 1n;

/** Virtual pages onto physical ones: some twice, some by a page of 2 MiB, few with A and D set. */
const VIRTUAL = 0x4000_0000n;
const SUPERPAGE = 0xc000_0000n;
const MAPPED = 64n;

function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function machineWithTables(): { machine: TestMachine; satp: bigint } {
  const machine = prepare([], { sbi: 1, ramBytes: RAM_BYTES });
  for (const [index, steps] of WRITES.entries())
    machine.write32(RAM_BASE + BigInt(index * STEPS_OF_ONE * 4), ...assemble(...steps, ['wfi']));
  machine.write32(RAM_BASE + 0x800n, ...assemble(csrw('satp', 14), ['sfence.vma', { rs1: 0, rs2: 0 }], ['wfi']));
  const tables = new PageTables(machine, DATA, 3);
  tables.map(RAM_BASE, RAM_BASE, V | R | W | X | A | D);
  tables.map(HANDLER, HANDLER, V | R | X | A | D);
  for (let page = 0n; page < MAPPED; page++)
    tables.map(
      VIRTUAL + page * PAGE,
      RAM_BASE + 0x10_0000n + (page % 48n) * PAGE,
      V | R | W | (page % 9n === 0n ? A | D : 0n),
    );
  tables.map(SUPERPAGE, RAM_BASE + 0x20_0000n, V | R | W, 1);
  return { machine, satp: tables.satp() };
}

function goTo(machine: TestMachine, pc: bigint): void {
  machine.core.writeRegister(0, 64, pc);
  expect(machine.core.run(0, 1000)).toBe(RunExit.idle);
}

function address(next: (below: number) => number, translated: boolean): bigint {
  const within = BigInt(next(4) === 0 ? 4096 - next(8) : next(512) * 8);
  if (!translated) return RAM_BASE + BigInt(64 + next(PAGES - 65)) * PAGE + within;
  const choice = next(8);
  if (choice === 0) return RAM_BASE + 0xc00n + BigInt(next(64) * 8);
  if (choice < 3) return SUPERPAGE + BigInt(next(511)) * PAGE + within;
  return VIRTUAL + BigInt(next(Number(MAPPED) - 1)) * PAGE + within;
}

test('no page that changed is missing among those written since, whoever wrote it', () => {
  const { machine, satp } = machineWithTables();
  const { core, ram } = machine;
  const next = seeded(7);
  const memory = new Uint8Array(ram.buffer, core.writtenPages(), PAGES);
  const changed = { pages: 0, rounds: 0 };
  let before = ram.slice();
  core.forgetWritten();
  let translated = false;
  for (let round = 0; round < 6000; round++) {
    if (next(50) === 0) {
      translated = !translated;
      core.writeRegister(0, 14, translated ? satp : 0n);
      goTo(machine, RAM_BASE + 0x800n);
    }
    const to = address(next, translated);
    core.writeRegister(0, 11, to);
    core.writeRegister(0, 12, BigInt(1 + next(2 ** 31)));
    const kind = next(WRITES.length);
    if (kind === WRITES.length - 1) {
      machine.host.input = Array.from({ length: 1 + next(64) }, () => 1 + next(255));
      const physical = RAM_BASE + 0x30_0000n + BigInt(next(0x8_0000));
      for (const [register, value] of [
        [17, DBCN],
        [16, CONSOLE_READ],
        [10, 64n],
        [11, physical],
        [12, 0n],
      ] as const)
        core.writeRegister(0, register, value);
    }
    goTo(machine, RAM_BASE + BigInt(kind * STEPS_OF_ONE * 4));
    if (next(20) === 0) {
      const at = 0x20_0000 + next(0x10_0000);
      ram.fill(1 + next(255), at, at + next(9000));
      core.ramWritten(at, 9000);
    }
    if (next(10) > 0) continue;
    for (let page = 0; page < PAGES; page++) {
      const range = [page * 4096, (page + 1) * 4096] as const;
      if (Buffer.compare(ram.subarray(...range), before.subarray(...range)) === 0) continue;
      changed.pages++;
      expect([round, page, memory[page]]).toEqual([round, page, EVER | SINCE]);
    }
    if (next(3) > 0) continue;
    changed.rounds++;
    core.forgetWritten();
    expect(memory.every((byte) => (byte & SINCE) === 0)).toBe(true);
    before = ram.slice();
  }
  expect(changed.pages).toBeGreaterThan(1500);
  expect(changed.rounds).toBeGreaterThan(100);
});

test('pages that were only read, and not written since, are not among them', () => {
  const machine = prepare([['ld', { rd: 13, rs1: 11, imm: 0 }]], { x: { 11: DATA } });
  machine.core.run(0, 100);
  const pages = new Uint8Array(machine.ram.buffer, machine.core.writtenPages(), PAGES);
  expect(pages.every((byte) => byte === 0)).toBe(true);
});

test('what was written once is remembered after it is forgotten as new', () => {
  const machine = prepare([['sd', { rs1: 11, rs2: 12, imm: 0 }]], { x: { 11: DATA, 12: 1n } });
  machine.core.run(0, 100);
  const pages = new Uint8Array(machine.ram.buffer, machine.core.writtenPages(), PAGES);
  const page = Number((DATA - RAM_BASE) / PAGE);
  expect(pages[page]).toBe(EVER | SINCE);
  machine.core.forgetWritten();
  expect(pages[page]).toBe(EVER);
  expect(pages.reduce((sum, byte) => sum + byte, 0)).toBe(EVER);
  goTo(machine, RAM_BASE);
  expect(pages[page]).toBe(EVER | SINCE);
});
