/**
 * Where the core keeps what regions need: the constants of core/layout.ts, core/hart/outcome.ts and core/regions, which
 * are compiled apart and cannot be imported. A test holds them against each other.
 */
export const HART_STATES = 0x4000;
export const HART_STATE_BYTES = 0x2000;
export const REGISTER_FILES = 0x1000;
export const REGISTER_FILE_BYTES = 0x400;
export const X_SINK = 256;
export const PROFILES = 0x1480000;
export const PROFILE_BYTES = 0x10000;

export const MACHINE = 0x14000;
/** In the machine's state: how many harts it has. */
export const HARTS = 8;

/** Fields of a hart's state. */
export const HART = {
  PC: 16,
  LEFT: 36,
  READ_TLB: 40,
  WRITE_TLB: 44,
  FETCH_TLB: 48,
  REGION_OP: 228,
  REGION_OUTCOME: 232,
  REGION_PAGE: 456,
  EXITS: 464,
  EXIT_FROM: 468,
  EXIT_PC: 472,
  MSTATUS: 256,
  FRM: 436,
} as const;

/** Fields of a hart's profile. */
export const PROFILE = { LISTED: 0, DROPPED: 4, ENOUGH: 8, ENOUGH_EXITS: 12, LIST: 64 } as const;

export const OP_BYTES = 16;
export const PAGE_BYTES = 4096;

export const OUTCOME = { DONE: 0, RESUME: 5 } as const;

export const FS_DIRTY = 0x6000;
