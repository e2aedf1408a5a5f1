import { assemble, type Line } from '../assembler.ts';
import { csrNumber } from '../../../isa/registers.ts';
import { MEMORY_MAP } from '../../../core-interface.ts';
import { CONTROL, DESCRIBED_CSRS, DESCRIPTOR, SUPERVISOR_CONTROL } from './layout.ts';
import {
  SUPERVISOR_END,
  beginCount,
  goOn,
  jump,
  load,
  move,
  save,
  store,
  vectors,
  words,
  writeCsr,
} from './handlers.ts';

/** The test device of the board: this ends a machine. */
const POWER_OFF = 0x5555;
const MTIMECMP = 0x4000;
const [CONTROL_AT, DESCRIPTOR_AT] = [5, 6];
const SUPERVISOR_INTERRUPTS = 0x222;

/** Memory is open to everybody; A and D bits are kept by the hardware where one can choose. */
const START: readonly Line[] = [
  ['auipc', { rd: CONTROL_AT }],
  // The control block stands 32 KiB behind the program.
  ['lui', { rd: 7, imm: 8 }],
  ['add', { rd: CONTROL_AT, rs1: CONTROL_AT, rs2: 7 }],
  writeCsr('mscratch', CONTROL_AT),
  writeCsr('sscratch', CONTROL_AT),
  move(7, -1),
  ['srli', { rd: 8, rs1: 7, imm: 10 }],
  ['csrrw', { csr: 0x3b0, rs1: 8 }],
  move(8, 0x1f),
  ['csrrw', { csr: 0x3a0, rs1: 8 }],
  move(8, 1),
  ['slli', { rd: 8, rs1: 8, imm: 61 }],
  writeCsr('menvcfg', 8),
  load(DESCRIPTOR_AT, CONTROL_AT, CONTROL.descriptor),
  jump('next'),
];

/** No interrupt that is left over, and none allowed until the stream runs. */
const QUIET: readonly Line[] = [
  writeCsr('mie', 0),
  move(7, SUPERVISOR_INTERRUPTS),
  ['csrrc', { csr: csrNumber('mip'), rs1: 7 }],
  // Floating point on, M-mode, nothing else.
  ['lui', { rd: 7, imm: 6 }],
  writeCsr('mstatus', 7),
  ['lui', { rd: 14, imm: MEMORY_MAP.clint.base >>> 12 }],
  ['sw', { rs1: 14 }],
  ['lui', { rd: 15, imm: (MEMORY_MAP.clint.base + MTIMECMP) >>> 12 }],
  move(7, -1),
  store(7, 15),
];

/** One entry of a page table is changed, and one of four fences makes that known. */
const CHANGE: readonly Line[] = [
  load(7, DESCRIPTOR_AT, DESCRIPTOR.changedEntry),
  ['beq', { rs1: 7 }, 'unchanged'],
  load(8, DESCRIPTOR_AT, DESCRIPTOR.change),
  load(9, 7),
  ['xor', { rd: 9, rs1: 9, rs2: 8 }],
  store(9, 7),
  load(9, DESCRIPTOR_AT, DESCRIPTOR.fence),
  load(10, DESCRIPTOR_AT, DESCRIPTOR.fenceAddress),
  load(11, DESCRIPTOR_AT, DESCRIPTOR.fenceAsid),
  ['beq', { rs1: 9 }, 'fence_all'],
  ['addi', { rd: 9, rs1: 9, imm: -1 }],
  ['beq', { rs1: 9 }, 'fence_address'],
  ['addi', { rd: 9, rs1: 9, imm: -1 }],
  ['beq', { rs1: 9 }, 'fence_asid'],
  ['sfence.vma', { rs1: 10, rs2: 11 }],
  jump('unchanged'),
  'fence_asid',
  ['sfence.vma', { rs2: 11 }],
  jump('unchanged'),
  'fence_address',
  ['sfence.vma', { rs1: 10 }],
  jump('unchanged'),
  'fence_all',
  ['sfence.vma'],
  'unchanged',
];

const fromDescriptor = (csr: string, place: number): Line[] => [load(7, DESCRIPTOR_AT, place), writeCsr(csr, 7)];
const forHandlers = (place: number, descriptor: number): Line[] => [
  load(7, DESCRIPTOR_AT, descriptor),
  store(7, CONTROL_AT, place),
];

/** Registers as the descriptor has them, interrupts raised, and into the stream. */
const RUN: readonly Line[] = [
  ...forHandlers(CONTROL.streamEnd, DESCRIPTOR.streamEnd),
  ...forHandlers(CONTROL.trapsLeft, DESCRIPTOR.trapsMost),
  ...DESCRIBED_CSRS.flatMap((csr, index) => fromDescriptor(csr, DESCRIPTOR.csrs + 8 * index)),
  load(7, DESCRIPTOR_AT, DESCRIPTOR.mip),
  ['csrrs', { csr: csrNumber('mip'), rs1: 7 }],
  load(7, DESCRIPTOR_AT, DESCRIPTOR.msip),
  ['sw', { rs1: 14, rs2: 7 }],
  load(7, DESCRIPTOR_AT, DESCRIPTOR.mtimecmp),
  store(7, 15),
  ...Array.from({ length: 32 }, (_, fd): Line => ['fld', { fd, rs1: DESCRIPTOR_AT, imm: DESCRIPTOR.f + 8 * fd }]),
  ...fromDescriptor('mie', DESCRIPTOR.mie),
  ...fromDescriptor('mstatus', DESCRIPTOR.mstatus),
  ...fromDescriptor('mepc', DESCRIPTOR.mepc),
  // Until the mret there are as many instructions as in the handler.
  ...beginCount,
  ...Array.from({ length: 31 }, (_, index) => index + 1)
    .filter((x) => x !== DESCRIPTOR_AT)
    .map((x) => load(x, DESCRIPTOR_AT, DESCRIPTOR.x + 8 * x)),
  load(DESCRIPTOR_AT, DESCRIPTOR_AT, DESCRIPTOR.x + 8 * DESCRIPTOR_AT),
  ['mret'],
];

const FINISH: readonly Line[] = [
  'finish',
  move(7, 1),
  store(7, CONTROL_AT, CONTROL.done),
  ['lui', { rd: 8, imm: MEMORY_MAP.test.base >>> 12 }],
  ['lui', { rd: 7, imm: POWER_OFF >>> 12 }],
  ['addi', { rd: 7, rs1: 7, imm: POWER_OFF & 0xfff }],
  ['sw', { rs1: 8, rs2: 7 }],
  writeCsr('mie', 0),
  'rest',
  ['wfi'],
  jump('rest'),
];

const notFull = (own: number): Line[] => [
  load(8, CONTROL_AT, own + CONTROL.log),
  load(9, CONTROL_AT, own + CONTROL.logLimit),
  ['bgeu', { rs1: 8, rs2: 9 }, 'finish'],
];

/** What runs streams one after the other, once with each descriptor, and writes down every trap. */
const LINES: readonly Line[] = [
  ...START,
  'm_end',
  load(DESCRIPTOR_AT, CONTROL_AT, CONTROL.descriptor),
  load(7, CONTROL_AT, CONTROL.descriptorBytes),
  ['add', { rd: DESCRIPTOR_AT, rs1: DESCRIPTOR_AT, rs2: 7 }],
  store(DESCRIPTOR_AT, CONTROL_AT, CONTROL.descriptor),
  'next',
  load(7, DESCRIPTOR_AT, DESCRIPTOR.valid),
  ['beq', { rs1: 7 }, 'finish'],
  ...notFull(0),
  ...notFull(SUPERVISOR_CONTROL),
  ...QUIET,
  ...CHANGE,
  ...RUN,
  ...FINISH,
  ...save('m'),
  ...goOn('m'),
  ...SUPERVISOR_END,
  ...save('s'),
  ...goOn('s'),
];

/** Vectors need an address that is a multiple of 64 bytes at least. */
const ALIGNMENT = 256;
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
const machineVectors = aligned(4 * words(LINES));
const supervisorVectors = aligned(machineVectors + 4 * words(vectors('m')));
const padding = (from: number, to: number): Line[] => Array.from({ length: (to - from) / 4 }, () => ['ebreak']);

export interface Executive {
  readonly words: readonly number[];
  /** Offsets of what mtvec and stvec are to point to. */
  readonly machineVectors: number;
  readonly supervisorVectors: number;
}

export function executive(): Executive {
  const lines = [
    ...LINES,
    ...padding(4 * words(LINES), machineVectors),
    ...vectors('m'),
    ...padding(machineVectors + 4 * words(vectors('m')), supervisorVectors),
    ...vectors('s'),
  ];
  return { words: assemble(lines), machineVectors, supervisorVectors };
}
