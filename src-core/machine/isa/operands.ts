import type { Format } from './instruction.ts';

/**
 * Where the operands of each format stand, for the disassembler and for those who encode. (The core's own decoder reads
 * them with the functions of core/decode/operands.ts; core/decoding.test.ts holds one against the other.)
 */
export type OperandName = 'rd' | 'rs1' | 'rs2' | 'fd' | 'fs1' | 'fs2' | 'fs3' | 'imm' | 'csr' | 'rm';

/** A run of bits: `from` in the instruction, `count` of them, to bit `to` of the operand. */
type Run = readonly [from: number, count: number, to: number];

export interface Operand {
  readonly runs: readonly Run[];
  readonly signed: boolean;
  /** Registers of three bits name x8 to x15. */
  readonly base: number;
}

const register = (from: number): Operand => ({ runs: [[from, 5, 0]], signed: false, base: 0 });
const popular = (from: number): Operand => ({ runs: [[from, 3, 0]], signed: false, base: 8 });
const signed = (...runs: Run[]): Operand => ({ runs, signed: true, base: 0 });
const unsigned = (...runs: Run[]): Operand => ({ runs, signed: false, base: 0 });

const immI = signed([20, 12, 0]);
const immS = signed([7, 5, 0], [25, 7, 5]);
const immCI = signed([2, 5, 0], [12, 1, 5]);
const shamtC = unsigned([2, 5, 0], [12, 1, 5]);
const offsetWord = unsigned([6, 1, 2], [10, 3, 3], [5, 1, 6]);
const offsetDouble = unsigned([10, 3, 3], [5, 2, 6]);
const rm = unsigned([12, 3, 0]);

export interface FormatLayout {
  readonly operands: Readonly<Partial<Record<OperandName, Operand>>>;
  /** How an assembler writes it; `target` is an address relative to pc. */
  readonly text: string;
}

const r3 = { rd: register(7), rs1: register(15), rs2: register(20) };
const f3 = { fd: register(7), fs1: register(15), fs2: register(20) };

export const FORMATS: Readonly<Record<Format, FormatLayout>> = {
  R: { operands: r3, text: 'rd,rs1,rs2' },
  R2: { operands: { rd: register(7), rs1: register(15) }, text: 'rd,rs1' },
  I: { operands: { rd: register(7), rs1: register(15), imm: immI }, text: 'rd,rs1,imm' },
  shamt6: { operands: { rd: register(7), rs1: register(15), imm: unsigned([20, 6, 0]) }, text: 'rd,rs1,imm' },
  shamt5: { operands: { rd: register(7), rs1: register(15), imm: unsigned([20, 5, 0]) }, text: 'rd,rs1,imm' },
  load: { operands: { rd: register(7), rs1: register(15), imm: immI }, text: 'rd,imm(rs1)' },
  S: { operands: { rs1: register(15), rs2: register(20), imm: immS }, text: 'rs2,imm(rs1)' },
  B: {
    operands: { rs1: register(15), rs2: register(20), imm: signed([8, 4, 1], [25, 6, 5], [7, 1, 11], [31, 1, 12]) },
    text: 'rs1,rs2,target',
  },
  U: { operands: { rd: register(7), imm: signed([12, 20, 0]) }, text: 'rd,imm' },
  J: {
    operands: { rd: register(7), imm: signed([21, 10, 1], [20, 1, 11], [12, 8, 12], [31, 1, 20]) },
    text: 'rd,target',
  },
  jalr: { operands: { rd: register(7), rs1: register(15), imm: immI }, text: 'rd,imm(rs1)' },
  amo: { operands: r3, text: 'rd,rs2,(rs1)' },
  lr: { operands: { rd: register(7), rs1: register(15) }, text: 'rd,(rs1)' },
  none: { operands: {}, text: '' },
  csr: { operands: { rd: register(7), rs1: register(15), csr: unsigned([20, 12, 0]) }, text: 'rd,csr,rs1' },
  csri: {
    operands: { rd: register(7), imm: unsigned([15, 5, 0]), csr: unsigned([20, 12, 0]) },
    text: 'rd,csr,imm',
  },
  sfence: { operands: { rs1: register(15), rs2: register(20) }, text: 'rs1,rs2' },
  cbo: { operands: { rs1: register(15) }, text: '(rs1)' },
  fload: { operands: { fd: register(7), rs1: register(15), imm: immI }, text: 'fd,imm(rs1)' },
  fstore: { operands: { fs2: register(20), rs1: register(15), imm: immS }, text: 'fs2,imm(rs1)' },
  fR: { operands: { ...f3, rm }, text: 'fd,fs1,fs2' },
  fR4: { operands: { ...f3, fs3: register(27), rm }, text: 'fd,fs1,fs2,fs3' },
  fR1: { operands: { fd: register(7), fs1: register(15), rm }, text: 'fd,fs1' },
  f2x: { operands: { rd: register(7), fs1: register(15), rm }, text: 'rd,fs1' },
  x2f: { operands: { fd: register(7), rs1: register(15), rm }, text: 'fd,rs1' },
  fcmp: { operands: { rd: register(7), fs1: register(15), fs2: register(20) }, text: 'rd,fs1,fs2' },
  CIW: {
    operands: { rd: popular(2), imm: unsigned([6, 1, 2], [5, 1, 3], [11, 2, 4], [7, 4, 6]) },
    text: 'rd,sp,imm',
  },
  'CL.w': { operands: { rd: popular(2), rs1: popular(7), imm: offsetWord }, text: 'rd,imm(rs1)' },
  'CL.d': { operands: { rd: popular(2), rs1: popular(7), imm: offsetDouble }, text: 'rd,imm(rs1)' },
  'CS.w': { operands: { rs2: popular(2), rs1: popular(7), imm: offsetWord }, text: 'rs2,imm(rs1)' },
  'CS.d': { operands: { rs2: popular(2), rs1: popular(7), imm: offsetDouble }, text: 'rs2,imm(rs1)' },
  'CL.fd': { operands: { fd: popular(2), rs1: popular(7), imm: offsetDouble }, text: 'fd,imm(rs1)' },
  'CS.fd': { operands: { fs2: popular(2), rs1: popular(7), imm: offsetDouble }, text: 'fs2,imm(rs1)' },
  CI: { operands: { rd: register(7), imm: immCI }, text: 'rd,imm' },
  'CI.w': { operands: { rd: register(7), imm: immCI }, text: 'rd,imm' },
  'CI.li': { operands: { rd: register(7), imm: immCI }, text: 'rd,imm' },
  'CI.lui': { operands: { rd: register(7), imm: immCI }, text: 'rd,imm' },
  'CI.sp16': { operands: { imm: signed([6, 1, 4], [2, 1, 5], [5, 1, 6], [3, 2, 7], [12, 1, 9]) }, text: 'sp,imm' },
  'CI.lwsp': { operands: { rd: register(7), imm: unsigned([4, 3, 2], [12, 1, 5], [2, 2, 6]) }, text: 'rd,imm(sp)' },
  'CI.ldsp': { operands: { rd: register(7), imm: unsigned([5, 2, 3], [12, 1, 5], [2, 3, 6]) }, text: 'rd,imm(sp)' },
  'CI.fldsp': { operands: { fd: register(7), imm: unsigned([5, 2, 3], [12, 1, 5], [2, 3, 6]) }, text: 'fd,imm(sp)' },
  'CSS.w': { operands: { rs2: register(2), imm: unsigned([9, 4, 2], [7, 2, 6]) }, text: 'rs2,imm(sp)' },
  'CSS.d': { operands: { rs2: register(2), imm: unsigned([10, 3, 3], [7, 3, 6]) }, text: 'rs2,imm(sp)' },
  'CSS.fd': { operands: { fs2: register(2), imm: unsigned([10, 3, 3], [7, 3, 6]) }, text: 'fs2,imm(sp)' },
  'CB.sh': { operands: { rd: popular(7), imm: shamtC }, text: 'rd,imm' },
  'CB.i': { operands: { rd: popular(7), imm: immCI }, text: 'rd,imm' },
  CB: {
    operands: { rs1: popular(7), imm: signed([3, 2, 1], [10, 2, 3], [2, 1, 5], [5, 2, 6], [12, 1, 8]) },
    text: 'rs1,target',
  },
  'CI.sh': { operands: { rd: register(7), imm: shamtC }, text: 'rd,imm' },
  CA: { operands: { rd: popular(7), rs2: popular(2) }, text: 'rd,rs2' },
  CJ: {
    operands: {
      imm: signed([3, 3, 1], [11, 1, 4], [2, 1, 5], [7, 1, 6], [6, 1, 7], [9, 2, 8], [8, 1, 10], [12, 1, 11]),
    },
    text: 'target',
  },
  'CR.j': { operands: { rs1: register(7) }, text: 'rs1' },
  'CR.jal': { operands: { rs1: register(7) }, text: 'rs1' },
  'CR.mv': { operands: { rd: register(7), rs2: register(2) }, text: 'rd,rs2' },
  'CR.add': { operands: { rd: register(7), rs2: register(2) }, text: 'rd,rs2' },
  CN: { operands: {}, text: '' },
};

/** The operand's value in these bits. */
export function take(bits: number, { runs, signed: isSigned, base }: Operand): number {
  let value = 0;
  let width = 0;
  for (const [from, count, to] of runs) {
    value |= ((bits >>> from) & (2 ** count - 1)) << to;
    width = Math.max(width, to + count);
  }
  return base + (isSigned ? (value << (32 - width)) >> (32 - width) : value);
}

/** The bits that give the operand this value; what does not fit is cut off. */
export function put(value: number, { runs, base }: Operand): number {
  return runs.reduce((bits, [from, count, to]) => bits | ((((value - base) >>> to) & (2 ** count - 1)) << from), 0);
}
