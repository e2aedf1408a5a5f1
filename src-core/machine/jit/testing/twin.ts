import { RAM_BASE, TestMachine } from '../../core/testing/test-machine.ts';
import { PageTables, A, D, R, U, V, W, X } from '../../core/testing/page-tables.ts';
import { encode } from '../../isa/encode.ts';
import { csrNumber } from '../../isa/registers.ts';
import type { Random } from '../../devices/testing/random.ts';
import type { RegionExports, RegionOptions } from '../regions.ts';
import { REGISTER, jumpingWord, randomWord } from './random-code.ts';

const CODE = RAM_BASE + 0x1000n;
const CODE_PAGES = 4;
/** Where programs begin: one lies in one page, the other across two. */
const BEGINNINGS = [0n, 0xc00n];
const DATA = RAM_BASE + 0x10_000n;
const TABLES = RAM_BASE + 0x40_000n;
const HANDLER = RAM_BASE;
/** Where code and data are seen when addresses are translated; code has a second name. */
const CODE_SEEN = 0x40_0000n;
const CODE_SEEN_TOO = 0x7f_ffff_c000n;
const DATA_SEEN = 0x80_0000n;
const CSRS = [
  ...['mstatus', 'mepc', 'mcause', 'mtval', 'fcsr', 'mscratch', 'instret'],
  ...['sscratch', 'sepc', 'scause', 'stval'],
].map((name) => csrNumber(name));
const PMPCFG0 = 0x3a0;
const PMPADDR0 = 0x3b0;
const NAPOT_RWX = 0x1fn;
const [USER, MACHINE] = [0, 3];
const MPP_USER = 0n;
const ALL = V | R | W | U | A | D;
const FS_DIRTY = 3n << 13n;

/** Counts the causes, forgets translations, puts addresses right, and goes on somewhere in the program that depends on how far it has come. */
const HANDLER_CODE = [
  encode('csrrs', { rd: REGISTER.handler1, csr: csrNumber('minstret'), rs1: 0 }),
  encode('andi', { rd: REGISTER.handler1, rs1: REGISTER.handler1, imm: 0x7f }),
  encode('slli', { rd: REGISTER.handler1, rs1: REGISTER.handler1, imm: 4 }),
  encode('csrrs', { rd: REGISTER.handler2, csr: csrNumber('mscratch'), rs1: 0 }),
  encode('add', { rd: REGISTER.handler1, rs1: REGISTER.handler1, rs2: REGISTER.handler2 }),
  encode('csrrw', { rd: 0, csr: csrNumber('mepc'), rs1: REGISTER.handler1 }),
  encode('csrrs', { rd: REGISTER.handler2, csr: csrNumber('mcause'), rs1: 0 }),
  encode('add', { rd: REGISTER.causes, rs1: REGISTER.causes, rs2: REGISTER.handler2 }),
  encode('sfence.vma'),
  encode('auipc', { rd: REGISTER.handler2 }),
  ...[REGISTER.code, REGISTER.data, REGISTER.edge].map((rd, index) =>
    encode('ld', { rd, rs1: REGISTER.handler2, imm: 0x200 + 8 * index }),
  ),
  encode('mret'),
];

const isAuipc = (word: number): boolean => (word & 0x7f) === 0x17;

/** A machine that runs a random program, or one that runs the same in another way. */
export class Twin {
  readonly machine: TestMachine;
  readonly #tables: PageTables;
  readonly #translated: boolean;
  /** Where the program begins. */
  readonly #code: bigint;
  /** The privilege that the program has. */
  readonly #mode: number;

  /** @param random gives the same to both twins @param jumping whether the program does little else */
  constructor(random: Random, regions: RegionOptions | null, jumping: boolean) {
    this.machine = new TestMachine({ ramBytes: 1 << 19, regions });
    this.#translated = regions !== null;
    const { machine } = this;
    machine.write32(HANDLER, ...HANDLER_CODE);
    const words = CODE_PAGES * 1024;
    for (let at = 0; at < words; at++)
      machine.write32(CODE + BigInt(4 * at), jumping ? jumpingWord(random, at, words) : randomWord(random));
    for (let at = 0; at < 4096; at++) machine.write32(DATA + BigInt(4 * at), random(2 ** 32));
    this.#tables = new PageTables(machine, TABLES, 3);
    this.#map();
    machine.core.startHart(0, CODE, 0n, 0n, 0n);
    for (let register = 1; register < 64; register++)
      machine.core.writeRegister(0, register, (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32)));
    const seen = [null, CODE_SEEN, CODE_SEEN_TOO][random(3)] ?? null;
    const beginning = BEGINNINGS[random(2)] ?? 0n;
    this.#mode = seen === null ? MACHINE : USER;
    this.#code = (seen ?? CODE) + beginning;
    this.#settle(seen);
  }

  #map(): void {
    const code = V | R | X | U | A;
    for (let page = 0n; page < BigInt(CODE_PAGES); page++) {
      this.#tables.map(CODE_SEEN + (page << 12n), CODE + (page << 12n), code | W | D);
      this.#tables.map(CODE_SEEN_TOO + (page << 12n), CODE + (page << 12n), code);
    }
    this.#tables.map(DATA_SEEN, DATA, V | R | W | U | A | D);
    // Not behind each other in memory, so that an access across the edge must look at both.
    this.#tables.map(DATA_SEEN + 0x1000n, DATA + 0x3000n, V | R | W | U);
    this.#tables.map(DATA_SEEN + 0x2000n, DATA + 0x2000n, V | R | U);
  }

  /** Lets the second page of code as it is seen be page `of` of the program. */
  #mapSecond(of: bigint): void {
    for (const seen of [CODE_SEEN, CODE_SEEN_TOO]) this.#tables.map(seen + 0x1000n, CODE + (of << 12n), ALL);
  }

  /** In M-mode, or in U-mode with the program at a virtual address. */
  #settle(seen: bigint | null): void {
    const { core } = this.machine;
    const data = seen === null ? DATA : DATA_SEEN;
    const code = this.#code;
    const csr = (name: string, value: bigint): void => core.writeCsr(0, csrNumber(name), value);
    core.writeCsr(0, PMPADDR0, (1n << 54n) - 1n);
    core.writeCsr(0, PMPCFG0, NAPOT_RWX);
    csr('mtvec', HANDLER);
    csr('mscratch', code);
    csr('mcounteren', 7n);
    csr('scounteren', 7n);
    csr('menvcfg', 0xfffffffffffffffn);
    csr('senvcfg', 0xffn);
    csr('satp', seen === null ? 0n : this.#tables.satp());
    csr('mstatus', FS_DIRTY | MPP_USER);
    // Where the handler finds them, and where it begins.
    [code, data + 0x100n, data + 0xff0n].forEach((address, index) => {
      this.machine.write64(HANDLER + BigInt(0x200 + 4 * HANDLER_CODE.findIndex(isAuipc) + 8 * index), address);
      core.writeRegister(0, REGISTER.code + index, address);
    });
    // By way of the handler, whose return leads to the privilege that is wanted.
    if (seen !== null) csr('mepc', code);
    if (seen !== null) this.machine.write32(HANDLER + 0x100n, encode('mret'));
    core.writeRegister(0, 64, seen === null ? code : HANDLER + 0x100n);
  }

  /** @returns why the run came back */
  run(budget: number): number {
    const { core } = this.machine;
    if (this.#translated) (core as typeof core & RegionExports).listNextBlock(0);
    return core.run(0, budget);
  }

  /** What the host or another hart might do in between. */
  disturb(random: Random): void {
    const { core } = this.machine;
    const choice = random(15);
    const code = this.machine.csr(csrNumber('mscratch'));
    const data = this.#mode === MACHINE ? DATA : DATA_SEEN;
    if (choice === 0) {
      const at = Number(this.#code & 0xfffn) + 4 * random(1024);
      this.machine.write32(CODE + BigInt(at), randomWord(random));
      core.ramWritten(Number(CODE - RAM_BASE) + at, 4);
    } else if (choice === 1) core.writeRegister(0, REGISTER.code, code);
    else if (choice === 2) core.writeRegister(0, REGISTER.data, data + BigInt(random(3000)));
    else if (choice === 3) core.writeCsr(0, csrNumber('frm'), BigInt(random(8)));
    else if (choice === 4) core.writeCsr(0, csrNumber('mstatus'), BigInt(random(4)) << 13n);
    else if (choice === 5) core.writeCsr(0, csrNumber('fflags'), 0n);
    else if (choice === 6) core.writeCsr(0, csrNumber('mstatus'), FS_DIRTY);
    else if (choice === 7) core.writeRegister(0, REGISTER.edge, data + 0xff0n + 0x1000n * BigInt(random(2)));
    else if (choice === 8)
      this.#tables.map(DATA_SEEN, DATA + 0x1000n * BigInt(random(3)), (ALL & ~(1n << BigInt(random(20)))) | V);
    // The second page of a program becomes another one, by its address as it is seen and to come at the next fence.
    else if (choice === 9) this.#mapSecond(1n + BigInt(random(3)));
    // Not while the handler runs, in M-mode.
    else if (this.#mode === core.privilege(0)) core.writeRegister(0, 64, code + BigInt(4 * random(256)));
  }

  /** All that a guest could tell apart. */
  state(): string {
    const { core } = this.machine;
    const registers: string[] = [];
    for (let register = 0; register <= 64; register++)
      registers.push(`${register}:${BigInt.asUintN(64, core.readRegister(0, register)).toString(16)}`);
    const csrs = CSRS.map((csr) => BigInt.asUintN(64, core.readCsr(0, csr)).toString(16));
    return `${registers.join(' ')} csrs ${csrs.join(' ')} mode ${core.privilege(0)} retired ${core.retired(0)}`;
  }
}
