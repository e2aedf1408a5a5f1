import { csrNumber } from '../../src-core/machine/isa/registers.ts';
import type { Line } from '../../src-core/machine/core/testing/assembler.ts';

/** Each runs for ever in M-mode from the start of RAM; x2 is the top of a stack, x3 points at 1 MiB of data. */
export interface Program {
  readonly name: string;
  readonly lines: readonly Line[];
}

const T0 = 5;
const T1 = 6;
const T2 = 7;
const S0 = 8;
const S1 = 9;
const A0 = 10;
const A1 = 11;
const A2 = 12;
const A3 = 13;
const A4 = 14;

const arithmetic: Line[] = [
  'loop',
  ['add', { rd: A0, rs1: A0, rs2: A1 }],
  ['xor', { rd: A1, rs1: A1, rs2: A0 }],
  ['slli', { rd: T0, rs1: A0, imm: 7 }],
  ['srli', { rd: T1, rs1: A1, imm: 3 }],
  ['sub', { rd: A0, rs1: T0, rs2: T1 }],
  ['addiw', { rd: A2, rs1: A2, imm: 1 }],
  ['sltu', { rd: T2, rs1: A0, rs2: A1 }],
  ['bne', { rs1: A2, rs2: 0 }, 'loop'],
  ['jal', { rd: 0 }, 'loop'],
];

const sieve: Line[] = [
  'again',
  ['lui', { rd: A4, imm: 0x40 }],
  ['addi', { rd: A0, rs1: 0, imm: 2 }],
  'next',
  ['add', { rd: A1, rs1: A0, rs2: A0 }],
  'strike',
  ['add', { rd: T0, rs1: A1, rs2: 3 }],
  ['sb', { rs1: T0, rs2: A0, imm: 0 }],
  ['add', { rd: A1, rs1: A1, rs2: A0 }],
  ['bltu', { rs1: A1, rs2: A4 }, 'strike'],
  ['addi', { rd: A0, rs1: A0, imm: 1 }],
  ['addi', { rd: T1, rs1: 0, imm: 512 }],
  ['bltu', { rs1: A0, rs2: T1 }, 'next'],
  ['jal', { rd: 0 }, 'again'],
];

const copy: Line[] = [
  'again',
  ['addi', { rd: A0, rs1: 3, imm: 0 }],
  ['lui', { rd: T0, imm: 0x40 }],
  ['add', { rd: A1, rs1: 3, rs2: T0 }],
  ['add', { rd: A2, rs1: A1, rs2: 0 }],
  'loop',
  ['ld', { rd: T0, rs1: A0, imm: 0 }],
  ['ld', { rd: T1, rs1: A0, imm: 8 }],
  ['sd', { rs1: A1, rs2: T0, imm: 0 }],
  ['sd', { rs1: A1, rs2: T1, imm: 8 }],
  ['addi', { rd: A0, rs1: A0, imm: 16 }],
  ['addi', { rd: A1, rs1: A1, imm: 16 }],
  ['bltu', { rs1: A0, rs2: A2 }, 'loop'],
  ['jal', { rd: 0 }, 'again'],
];

const calls: Line[] = [
  'again',
  ['addi', { rd: A0, rs1: 0, imm: 24 }],
  ['jal', { rd: 1 }, 'fibonacci'],
  ['jal', { rd: 0 }, 'again'],
  'fibonacci',
  ['addi', { rd: T0, rs1: 0, imm: 2 }],
  ['bltu', { rs1: A0, rs2: T0 }, 'return'],
  ['addi', { rd: 2, rs1: 2, imm: -32 }],
  ['sd', { rs1: 2, rs2: 1, imm: 0 }],
  ['sd', { rs1: 2, rs2: S0, imm: 8 }],
  ['sd', { rs1: 2, rs2: S1, imm: 16 }],
  ['addi', { rd: S0, rs1: A0, imm: 0 }],
  ['addi', { rd: A0, rs1: A0, imm: -1 }],
  ['jal', { rd: 1 }, 'fibonacci'],
  ['addi', { rd: S1, rs1: A0, imm: 0 }],
  ['addi', { rd: A0, rs1: S0, imm: -2 }],
  ['jal', { rd: 1 }, 'fibonacci'],
  ['add', { rd: A0, rs1: A0, rs2: S1 }],
  ['ld', { rd: 1, rs1: 2, imm: 0 }],
  ['ld', { rd: S0, rs1: 2, imm: 8 }],
  ['ld', { rd: S1, rs1: 2, imm: 16 }],
  ['addi', { rd: 2, rs1: 2, imm: 32 }],
  'return',
  ['jalr', { rd: 0, rs1: 1, imm: 0 }],
];

const multiplication: Line[] = [
  ['addi', { rd: A0, rs1: 0, imm: 99 }],
  ['lui', { rd: A1, imm: 0x5bd1 }],
  'loop',
  ['mul', { rd: A0, rs1: A0, rs2: A1 }],
  ['mulhu', { rd: A2, rs1: A0, rs2: A1 }],
  ['addi', { rd: A0, rs1: A0, imm: 12 }],
  ['remu', { rd: A3, rs1: A0, rs2: A1 }],
  ['add', { rd: A4, rs1: A3, rs2: A2 }],
  ['jal', { rd: 0 }, 'loop'],
];

const floating: Line[] = [
  ['lui', { rd: T0, imm: 6 }],
  ['csrrs', { rd: 0, rs1: T0, csr: csrNumber('mstatus') }],
  ['addi', { rd: T0, rs1: 0, imm: 3 }],
  ['fcvt.d.w', { fd: 1, rs1: T0 }],
  ['addi', { rd: T0, rs1: 0, imm: 1 }],
  ['fcvt.d.w', { fd: 2, rs1: T0 }],
  'loop',
  ['fdiv.d', { fd: 3, fs1: 2, fs2: 1, rm: 7 }],
  ['fadd.d', { fd: 4, fs1: 4, fs2: 3, rm: 7 }],
  ['fmul.d', { fd: 5, fs1: 3, fs2: 3, rm: 7 }],
  ['fmadd.d', { fd: 4, fs1: 3, fs2: 5, fs3: 4, rm: 7 }],
  ['addi', { rd: A0, rs1: A0, imm: 1 }],
  ['jal', { rd: 0 }, 'loop'],
];

/** One byte in each of 1,024 pages: more than a TLB has entries. */
const pages: Line[] = [
  ['lui', { rd: T1, imm: 1 }],
  ['lui', { rd: T2, imm: 0x400 }],
  'again',
  ['addi', { rd: A0, rs1: 3, imm: 0 }],
  ['add', { rd: A1, rs1: 3, rs2: T2 }],
  'loop',
  ['lbu', { rd: T0, rs1: A0, imm: 0 }],
  ['add', { rd: A0, rs1: A0, rs2: T1 }],
  ['bltu', { rs1: A0, rs2: A1 }, 'loop'],
  ['jal', { rd: 0 }, 'again'],
];

/** A system call's ways in and out: trap, CSRs, return. */
const traps: Line[] = [
  ['auipc', { rd: T0, imm: 0 }],
  ['addi', { rd: T0, rs1: T0, imm: 20 }],
  ['csrrw', { rs1: T0, csr: csrNumber('mtvec') }],
  'loop',
  ['ecall'],
  ['jal', { rd: 0 }, 'loop'],
  ['csrrw', { rd: 2, rs1: 2, csr: csrNumber('mscratch') }],
  ['csrrs', { rd: T1, csr: csrNumber('mcause') }],
  ['csrrs', { rd: T0, csr: csrNumber('mepc') }],
  ['addi', { rd: T0, rs1: T0, imm: 4 }],
  ['csrrw', { rs1: T0, csr: csrNumber('mepc') }],
  ['csrrw', { rd: 2, rs1: 2, csr: csrNumber('mscratch') }],
  ['mret'],
];

export const PROGRAMS: readonly Program[] = [
  { name: 'arithmetic', lines: arithmetic },
  { name: 'sieve', lines: sieve },
  { name: 'copy', lines: copy },
  { name: 'calls', lines: calls },
  { name: 'multiplication', lines: multiplication },
  { name: 'floating point', lines: floating },
  { name: 'TLB misses', lines: pages },
  { name: 'traps', lines: traps },
];
