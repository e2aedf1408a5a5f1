/**
 * The fields of the core's state that are saved, by name. Where they stand is layout.ts's affair: a test holds this
 * table against it, and wants a reason here for every field that is not saved.
 */
export interface CoreField {
  readonly name: string;
  /** Name of the constant in core/layout.ts. */
  readonly constant: string;
  readonly bytes: 4 | 8;
  readonly offset: number;
}

export const HART_STATES = 0x4000;
export const HART_STATE_BYTES = 0x2000;
export const REGISTER_FILES = 0x1000;
export const REGISTER_FILE_BYTES = 0x400;
export const F_REGISTERS = 512;
export const MACHINE = 0x14000;
export const PLIC = 64;
export const PMPCFG = 512;
export const PMPADDR = 528;

function fields(
  bytes: 4 | 8,
  rows: readonly (readonly [name: string, constant: string, offset: number])[],
): CoreField[] {
  return rows.map(([name, constant, offset]) => ({ name, constant, bytes, offset }));
}

/** 64-bit fields of a hart. */
export const HART_FIELDS_64 = fields(8, [
  ['pc', 'PC', 16],
  ['retired', 'RETIRED', 24],
  ['mstatus', 'MSTATUS', 256],
  ['medeleg', 'MEDELEG', 264],
  ['mideleg', 'MIDELEG', 272],
  ['mie', 'MIE', 280],
  ['mtvec', 'MTVEC', 288],
  ['mscratch', 'MSCRATCH', 296],
  ['mepc', 'MEPC', 304],
  ['mcause', 'MCAUSE', 312],
  ['mtval', 'MTVAL', 320],
  ['mcounteren', 'MCOUNTEREN', 328],
  ['mcountinhibit', 'MCOUNTINHIBIT', 336],
  ['menvcfg', 'MENVCFG', 344],
  ['stvec', 'STVEC', 352],
  ['sscratch', 'SSCRATCH', 360],
  ['sepc', 'SEPC', 368],
  ['scause', 'SCAUSE', 376],
  ['stval', 'STVAL', 384],
  ['scounteren', 'SCOUNTEREN', 392],
  ['senvcfg', 'SENVCFG', 400],
  ['satp', 'SATP', 408],
  ['stimecmp', 'STIMECMP', 416],
  ['mtimecmp', 'MTIMECMP', 424],
  ['mcycleOffset', 'MCYCLE_OFFSET', 440],
  ['minstretOffset', 'MINSTRET_OFFSET', 448],
  ['startAddress', 'START_ADDRESS', 768],
  ['startOpaque', 'START_OPAQUE', 776],
]);

/** 32-bit fields of a hart. */
export const HART_FIELDS_32 = fields(4, [
  ['privilege', 'MODE', 8],
  ['runState', 'RUN_STATE', 12],
  ['pendingSoftware', 'PENDING_SOFTWARE', 212],
  ['pendingClint', 'PENDING_CLINT', 220],
  ['requests', 'REQUESTS', 224],
  ['fflags', 'FFLAGS', 432],
  ['frm', 'FRM', 436],
]);

/** Fields of a hart that are not saved, and why. */
export const HART_FIELDS_REBUILT: Readonly<Record<string, string>> = {
  ID: 'its place says which hart it is',
  REGISTERS: 'an address of ours, given by initialize',
  ASKED: 'counts what SERVED is compared with',
  SERVED: 'who waits for it executes, and then nothing is saved',
  EXECUTING: 'zero between two slices',
  SUMMONED: 'asks for the end of a slice',
  EPOCH_SEEN: 'says what the TLBs know, which are caches',
  STALE_NOTED: 'says what the code cache holds',
  SUSPECTS: 'says what the code cache holds',
  FENCE_SCRATCH: 'nobody reads it',
  TICKETS: 'scratch of a remote fence',
  LARGE_PAGES: 'says what the TLBs hold, which are caches',
  SLICE: 'zero between two slices',
  REGION_OP: 'scratch while a region is left',
  REGION_OUTCOME: 'scratch during a slow load of a region',
  REGION_PAGE: 'scratch while a region is left',
  EXITS: 'which of the two ran cannot be told, and a machine that goes on has no regions yet',
  EXIT_FROM: 'like EXITS',
  EXIT_PC: 'like EXITS',
  CROSSINGS: 'like EXITS',
  CROSSING_FROM: 'like EXITS',
  CROSSING_PC: 'like EXITS',
  LEFT: 'zero between two slices',
  READ_TLB: 'a cache',
  WRITE_TLB: 'a cache',
  FETCH_TLB: 'a cache',
  BANK: 'a cache',
  BANK_NEXT: 'a cache',
  BANK_SATP: 'a cache',
  BANK_USED: 'a cache',
  TRAP_CAUSE: 'scratch of an instruction',
  TRAP_VALUE: 'scratch of an instruction',
  INSTRUCTION: 'scratch of an instruction',
  WAITING: 'not used',
  FATAL: 'a hart that cannot go on is not saved',
  FATAL_CAUSE: 'a hart that cannot go on is not saved',
  RESERVATION_ADDRESS: 'an SC may fail for any reason: the guest tries again',
  RESERVATION_VALUE: 'an SC may fail for any reason: the guest tries again',
  OPS_NEXT: 'a cache',
  OPS_END: 'a cache',
  CODE_PAGES: 'a cache',
  CODE_CACHE_BASE: 'a cache',
  CODE_SLOTS_BASE: 'a cache',
  TLB_BASE: 'a cache',
  STOP: 'why the last slice ended',
  PENDING_EXTERNAL: 'follows from the PLIC',
  PENDING_TIMER: 'follows from the time',
  PMP_ACTIVE: 'follows from pmpcfg',
  PMP_OPEN: 'follows from pmpcfg and pmpaddr',
  SINGLE: 'scratch of an instruction',
};

/** Words of the PLIC's state, in its order. */
export const PLIC_FIELDS = [
  ['priorities', 96],
  ['levels', 3],
  ['pending', 3],
  ['claimed', 3],
  /** Three words for each of 16 contexts. */
  ['enables', 48],
  ['thresholds', 16],
] as const;
