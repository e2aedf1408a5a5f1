import { MEMORY_MAP } from '../../../core-interface.ts';

/**
 * Where things stand in the memory of a machine that runs random streams. The image fills it up to `machineLog`; behind
 * `end` lies what a machine puts into memory by itself, such as a device tree.
 */
const MIB = 2 ** 20;
const RAM = MEMORY_MAP.ram.base;

export const RAM_BYTES = 64 * MIB;
export const PLACE = {
  program: RAM,
  control: RAM + 0x8000,
  tables: RAM + 0x1_0000,
  /** Pages that streams load and store; a superpage. */
  frames: RAM + 2 * MIB,
  /** Of streams; aligned to its size, so that a handler finds an instruction from any of its addresses. */
  code: RAM + 4 * MIB,
  descriptors: RAM + 8 * MIB,
  machineLog: RAM + 16 * MIB,
  supervisorLog: RAM + 40 * MIB,
  end: RAM + 60 * MIB,
  /** How many instructions streams had when one began last, and in all: not the same in two machines. */
  counts: RAM + 60 * MIB,
} as const;
export const CODE_BYTES = 4 * MIB;
export const FRAME_BYTES = 4096;
export const FRAMES = 64;

/** Neither memory nor a device. */
export const HOLE = RAM + 2 ** 31;

/** Virtual addresses: the code for U and for S, data with all kinds of permissions, data that may always be accessed. */
export const SEEN = {
  userCode: 0x4000_0000,
  supervisorCode: 0x5000_0000,
  data: 0x6000_0000,
  superpage: 0x6100_0000,
  userSafe: 0x7000_0000,
  supervisorSafe: 0x7100_0000,
  /** A page where no memory is. */
  hole: 0x7200_0000,
  /** Nothing is mapped here. */
  nothing: 0x9_0000_0000,
} as const;
/** The same data in the upper half of the address space, with entries of its own. */
export const DATA_ABOVE = 0xffff_ffc0_0000_0000n;

/** Of the control block, which mscratch and sscratch point to: what a handler keeps while it saves registers. */
export const CONTROL = {
  temporary: 0,
  log: 8,
  vector: 16,
  /** What follows is the same for both handlers. */
  descriptor: 24,
  trapsLeft: 32,
  streamEnd: 40,
  codeBase: 48,
  logLimit: 56,
  descriptorBytes: 64,
  done: 72,
  counts: 80,
} as const;
/** Where the supervisor's handler has its own temporary, log and vector. */
export const SUPERVISOR_CONTROL = 128;

/** A record: what a handler writes down of a trap. 8 bytes each: handler, x1 to x31, f0 to f31, then CSRs. */
export const RECORD_BYTES = 768;
export const RECORD = { x: 0, f: 256, csrs: 512, descriptor: 760 } as const;
export const MACHINE_CSRS = [
  ...['mstatus', 'mcause', 'mepc', 'mtval', 'fcsr', 'scause', 'sepc', 'stval', 'mip', 'mie', 'sie', 'sip', 'sstatus'],
  ...['satp', 'sscratch', 'medeleg', 'mideleg', 'mtvec', 'stvec', 'mcounteren', 'scounteren'],
] as const;
export const SUPERVISOR_CSRS = ['sstatus', 'scause', 'sepc', 'stval', 'fcsr', 'sie', 'sip', 'scounteren'] as const;

/** A descriptor: with what a stream is run once. 8 bytes each. */
export const DESCRIPTOR_BYTES = 768;
export const DESCRIPTOR = {
  valid: 0,
  streamEnd: 8,
  trapsMost: 16,
  changedEntry: 24,
  change: 32,
  fence: 40,
  fenceAddress: 48,
  fenceAsid: 56,
  csrs: 64,
  mip: 192,
  msip: 200,
  mtimecmp: 208,
  mie: 216,
  mstatus: 224,
  mepc: 232,
  x: 256,
  f: 512,
} as const;
/** Written from the descriptor, in this order. */
export const DESCRIBED_CSRS = [
  ...['satp', 'medeleg', 'mideleg', 'mcounteren', 'scounteren', 'mtvec', 'stvec', 'fcsr', 'mcause', 'mtval'],
  ...['scause', 'sepc', 'stval'],
] as const;
