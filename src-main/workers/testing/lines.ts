import type { Line } from '../../../src-core/machine/core/testing/assembler.ts';

/** Registers and short forms for programs that tests write. */
export const [zero, ra, t0, data, t2, s0, s1, a0, a1, a2, a3, a4, a5] = [0, 1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
export const [a6, a7, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11] = [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27];

export const li = (rd: number, imm: number): Line => ['addi', { rd, rs1: zero, imm }];
export const lui = (rd: number, value: number): Line => ['lui', { rd, imm: value >>> 12 }];
export const auipc = (rd: number, value: number): Line => ['auipc', { rd, imm: value >>> 12 }];
export const add = (rd: number, rs1: number, imm: number): Line => ['addi', { rd, rs1, imm }];
export const sum = (rd: number, rs1: number, rs2: number): Line => ['add', { rd, rs1, rs2 }];
export const or = (rd: number, rs1: number, rs2: number): Line => ['or', { rd, rs1, rs2 }];
export const xor = (rd: number, rs1: number, rs2: number): Line => ['xor', { rd, rs1, rs2 }];
export const slli = (rd: number, rs1: number, imm: number): Line => ['slli', { rd, rs1, imm }];
export const ld = (rd: number, rs1: number, imm: number): Line => ['ld', { rd, rs1, imm }];
export const sd = (rs2: number, rs1: number, imm: number): Line => ['sd', { rs1, rs2, imm }];
export const beq = (rs1: number, rs2: number, to: string): Line => ['beq', { rs1, rs2 }, to];
export const bne = (rs1: number, rs2: number, to: string): Line => ['bne', { rs1, rs2 }, to];
export const bltu = (rs1: number, rs2: number, to: string): Line => ['bltu', { rs1, rs2 }, to];
export const jump = (to: string): Line => ['jal', { rd: zero }, to];
export const FENCE: Line = ['fence'];
export const WFI: Line = ['wfi'];

/** A number of 32 bits. */
export const constant = (rd: number, value: number): Line[] => [
  lui(rd, (value + 0x800) & ~0xfff),
  ['addiw', { rd, rs1: rd, imm: (value << 20) >> 20 }],
];

/** Asks the test finisher for power-off. */
export const POWER_OFF: readonly Line[] = [
  lui(t0, 0x10_0000),
  lui(a1, 0x5000),
  add(a1, a1, 0x555),
  ['sw', { rs1: t0, rs2: a1, imm: 0 }],
];
