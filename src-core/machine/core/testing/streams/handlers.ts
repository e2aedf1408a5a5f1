import type { Line } from '../assembler.ts';
import { csrNumber } from '../../../isa/registers.ts';
import {
  CODE_BYTES,
  CONTROL,
  MACHINE_CSRS,
  RECORD,
  RECORD_BYTES,
  SUPERVISOR_CONTROL,
  SUPERVISOR_CSRS,
} from './layout.ts';

/** Which handler: M-mode's, or the one that traps are delegated to. */
export type Level = 'm' | 's';

/** Causes with numbers of their own handlers when traps are vectored. */
const VECTORS = 16;
const FLOATING_ON = 6;
const CALL_FROM_S = 9;
const MPRV = 1 << 17;
const FETCH_FAULTS = [1, 12];
/** Registers by use: t0 and t1 are saved first and restored last. */
const [CONTROL_AT, RECORD_AT] = [5, 6];
const OTHERS = Array.from({ length: 31 }, (_, index) => index + 1).filter((x) => x !== CONTROL_AT && x !== RECORD_AT);

export const load = (rd: number, rs1: number, imm = 0): Line => ['ld', { rd, rs1, imm }];
export const store = (rs2: number, rs1: number, imm = 0): Line => ['sd', { rs2, rs1, imm }];
export const readCsr = (rd: number, csr: string): Line => ['csrrs', { rd, csr: csrNumber(csr) }];
export const writeCsr = (csr: string, rs1: number): Line => ['csrrw', { csr: csrNumber(csr), rs1 }];
export const move = (rd: number, imm: number): Line => ['addi', { rd, imm }];
export const jump = (label: string): Line => ['jal', {}, label];

export const words = (lines: readonly Line[]): number => lines.filter((line) => typeof line !== 'string').length;

/** Where the traps of a level enter, one place for each cause, and what notes by which they came. */
export function vectors(level: Level): Line[] {
  const own = level === 's' ? SUPERVISOR_CONTROL : 0;
  const numbers = Array.from({ length: VECTORS }, (_, index) => index);
  return [
    `${level}_vectors`,
    ...numbers.map((number) => jump(`${level}_vector_${number}`)),
    ...numbers.flatMap((number): Line[] => [
      `${level}_vector_${number}`,
      ['csrrw', { rd: CONTROL_AT, csr: csrNumber(`${level}scratch`), rs1: CONTROL_AT }],
      store(RECORD_AT, CONTROL_AT, own + CONTROL.temporary),
      move(RECORD_AT, number + (level === 's' ? 0x100 : 0)),
      store(RECORD_AT, CONTROL_AT, own + CONTROL.vector),
      jump(`${level}_save`),
    ]),
  ];
}

/** Adds up how many instructions there were since `beginCount`, for M-mode: others may not look. */
const endCount: readonly Line[] = [
  readCsr(9, 'minstret'),
  load(7, CONTROL_AT, CONTROL.counts),
  load(10, 7),
  ['sub', { rd: 9, rs1: 9, rs2: 10 }],
  load(10, 7, 8),
  ['add', { rd: 9, rs1: 9, rs2: 10 }],
  store(9, 7, 8),
];
export const beginCount: readonly Line[] = [load(9, CONTROL_AT, CONTROL.counts), readCsr(10, 'minstret'), store(10, 9)];

/** Writes a record of everything. Leaves t0 at the control block, t1 at the record, s0 with the status. */
export function save(level: Level): Line[] {
  const csrs = level === 's' ? SUPERVISOR_CSRS : MACHINE_CSRS;
  const own = level === 's' ? SUPERVISOR_CONTROL : 0;
  return [
    ...saveIntegers(level),
    ...(level === 's' ? [] : endCount),
    load(7, CONTROL_AT, own + CONTROL.vector),
    store(7, RECORD_AT, RECORD.x),
    readCsr(8, `${level}status`),
    // Without floating point there would be nothing to read.
    ['lui', { rd: 7, imm: FLOATING_ON }],
    ['csrrs', { csr: csrNumber(`${level}status`), rs1: 7 }],
    ...csrs.flatMap((csr, index) => [
      ...(csr === `${level}status` ? [] : [readCsr(7, csr)]),
      store(csr === `${level}status` ? 8 : 7, RECORD_AT, RECORD.csrs + 8 * index),
    ]),
    ...Array.from({ length: 32 }, (_, f): Line => ['fsd', { fs2: f, rs1: RECORD_AT, imm: RECORD.f + 8 * f }]),
    load(7, CONTROL_AT, CONTROL.descriptor),
    store(7, RECORD_AT, RECORD.descriptor),
    ['addi', { rd: 9, rs1: RECORD_AT, imm: RECORD_BYTES }],
    store(9, CONTROL_AT, own + CONTROL.log),
  ];
}

function saveIntegers(level: Level): Line[] {
  const own = level === 's' ? SUPERVISOR_CONTROL : 0;
  return [
    `${level}_save`,
    load(RECORD_AT, CONTROL_AT, own + CONTROL.log),
    ...OTHERS.map((x) => store(x, RECORD_AT, 8 * x)),
    load(7, CONTROL_AT, own + CONTROL.temporary),
    store(7, RECORD_AT, 8 * RECORD_AT),
    ['csrrw', { rd: 7, csr: csrNumber(`${level}scratch`), rs1: CONTROL_AT }],
    store(7, RECORD_AT, 8 * CONTROL_AT),
  ];
}

/** Back to where the trap came from: behind its instruction, or at it after an interrupt, which is turned off. */
export function goOn(level: Level): Line[] {
  const [cause, pc, status] = [`${level}cause`, `${level}epc`, `${level}status`];
  return [
    load(9, CONTROL_AT, CONTROL.trapsLeft),
    ['addi', { rd: 9, rs1: 9, imm: -1 }],
    store(9, CONTROL_AT, CONTROL.trapsLeft),
    ['blt', { rs1: 9 }, `${level}_end`],
    readCsr(10, cause),
    readCsr(11, pc),
    ['blt', { rs1: 10 }, `${level}_interrupt`],
    ...(level === 's' ? [] : endOfSupervisor()),
    ['lui', { rd: 13, imm: CODE_BYTES >>> 12 }],
    ['addi', { rd: 13, rs1: 13, imm: -1 }],
    ['and', { rd: 12, rs1: 11, rs2: 13 }],
    load(14, CONTROL_AT, CONTROL.streamEnd),
    ['beq', { rs1: 12, rs2: 14 }, `${level}_end`],
    ...FETCH_FAULTS.flatMap((fault): Line[] => [move(14, fault), ['beq', { rs1: 10, rs2: 14 }, `${level}_end`]]),
    load(14, CONTROL_AT, CONTROL.codeBase),
    ['add', { rd: 12, rs1: 12, rs2: 14 }],
    ['lhu', { rd: 12, rs1: 12 }],
    ['andi', { rd: 12, rs1: 12, imm: 3 }],
    move(13, 3),
    ['addi', { rd: 11, rs1: 11, imm: 2 }],
    ['bne', { rs1: 12, rs2: 13 }, `${level}_skip`],
    ['addi', { rd: 11, rs1: 11, imm: 2 }],
    `${level}_skip`,
    writeCsr(pc, 11),
    `${level}_resume`,
    // QEMU 7.2 keeps translations of before when a return changes what MPRV stands for: it is over with a trap.
    ['lui', { rd: 9, imm: MPRV >>> 12 }],
    ['xori', { rd: 9, rs1: 9, imm: -1 }],
    ['and', { rd: 8, rs1: 8, rs2: 9 }],
    writeCsr(status, 8),
    // What stands there of a breakpoint is the machine's choice.
    writeCsr(`${level}tval`, 0),
    ...(level === 's' ? [] : beginCount),
    ...restore(level),
    `${level}_interrupt`,
    move(9, 1),
    // Shifts look at six bits only: not at the one that says that it is an interrupt.
    ['sll', { rd: 9, rs1: 9, rs2: 10 }],
    ['csrrc', { csr: csrNumber(`${level}ie`), rs1: 9 }],
    jump(`${level}_resume`),
  ];
}

function restore(level: Level): Line[] {
  return [
    ...OTHERS.map((x) => load(x, RECORD_AT, 8 * x)),
    load(CONTROL_AT, RECORD_AT, 8 * CONTROL_AT),
    load(RECORD_AT, RECORD_AT, 8 * RECORD_AT),
    [`${level}ret`],
  ];
}

/** Instructions of M-mode's handler that are counted with those of the stream; of the supervisor's, about all. */
export const COUNTED = {
  machine: words(saveIntegers('m')) + words(restore('m')) + 6,
  supervisor: words(save('s')) + words(goOn('s')),
} as const;

/** The supervisor's handler asks by an environment call for the end of a stream. */
function endOfSupervisor(): Line[] {
  return [
    move(14, CALL_FROM_S),
    ['bne', { rs1: 10, rs2: 14 }, 'm_not_asked'],
    ['auipc', { rd: 14 }],
    ['addi', { rd: 14, rs1: 14 }, 's_end'],
    ['addi', { rd: 14, rs1: 14, imm: 4 }],
    ['beq', { rs1: 11, rs2: 14 }, 'm_end'],
    'm_not_asked',
  ];
}

/** What the supervisor's handler does at the end of a stream. */
export const SUPERVISOR_END: readonly Line[] = ['s_end', ['ecall'], jump('s_end')];
