/**
 * Where everything stands in the machine's memory. Nothing that belongs to a hart lives anywhere else: an instance of
 * this module holds no state between two calls of `run`, so harts can have one instance each over the same memory.
 *
 *   0x0000_1000  register files, 1 KiB per hart. Below 64 KiB, so that a decoded operation names a register
 *                by its 16-bit address.
 *   0x0000_4000  state of each hart, 8 KiB
 *   0x0001_4000  the machine's: configuration, PLIC, CLINT
 *   0x0002_0000  constant tables (data segments)
 *   0x0008_0000  software TLBs, 256 KiB per hart
 *   0x0028_0000  one byte per page of RAM: which harts have decoded code of it
 *   0x0038_0000  per hart, two bytes per page of RAM: its slot in the code cache
 *   0x0138_0000  one byte per page of RAM: whether it was ever written, and since the last snapshot
 *   0x0148_0000  per hart 64 KiB: where its time goes, and what is worth translating (regions/profile.ts)
 *   0x0160_0000  one byte per page of RAM: which harts hold code of it that another has written since
 *   0x0180_0000  code cache, 64 MiB, shared out equally
 *   0x0600_0000  RAM
 */
export const MAX_HARTS: u32 = 8;

export const REGISTER_FILES: usize = 0x1000;
export const REGISTER_FILE_BYTES: usize = 0x400;
/** In a register file: x0 to x31, then the place where writes to x0 go, then f0 to f31. */
export const X_SINK: usize = 256;
export const F_REGISTERS: usize = 512;

export const HART_STATES: usize = 0x4000;
export const HART_STATE_BYTES: usize = 0x2000;

export const MACHINE: usize = 0x14000;

export const TLBS: usize = 0x80000;
export const TLB_BYTES: usize = 0x40000;

export const CODE_FLAGS: usize = 0x280000;
export const CODE_SLOTS: usize = 0x380000;
/** Two bytes for each page of 4 GiB. */
export const CODE_SLOTS_BYTES: usize = 0x200000;

export const WRITTEN: usize = 0x1380000;

export const PROFILES: usize = 0x1480000;
export const PROFILE_BYTES: usize = 0x10000;

export const CODE_STALE: usize = 0x1600000;

export const CODE_CACHE: usize = 0x1800000;
export const CODE_CACHE_BYTES: usize = 0x4000000;
export const CODE_CACHE_BYTES_PER_HART: usize = 0x2000000;

export const RAM: usize = 0x6000000;
/** Memories end at 4 GiB. */
export const MAX_RAM_BYTES: u64 = 0x1_0000_0000 - 0x600_0000;

export const PAGE_BYTES: usize = 4096;

// Fields of a hart's state -------------------------------------------------------------------------------------------

export const ID: usize = 0;
/** Address of the hart's register file. */
export const REGISTERS: usize = 4;
export const MODE: usize = 8;
/** STOPPED, RUNNING, … as SBI HSM numbers them. */
export const RUN_STATE: usize = 12;
export const PC: usize = 16;
/** Instructions retired up to the beginning of the current slice; see `retired` in counters.ts. */
export const RETIRED: usize = 24;
/** Length of the current slice, and what is left of it when the interpreter last wrote it down. */
export const SLICE: usize = 32;
export const LEFT: usize = 36;

/** TLB in use for loads, stores and fetches: addresses of 256 entries of 16 bytes each. */
export const READ_TLB: usize = 40;
export const WRITE_TLB: usize = 44;
export const FETCH_TLB: usize = 48;
/** Address-space bank in use; see tlb.ts. */
export const BANK: usize = 52;
export const BANK_NEXT: usize = 56;
/** satp of each bank, then a bit set of the contexts that hold entries. */
export const BANK_SATP: usize = 64;
export const BANK_USED: usize = 96;

/** What the interpreter or a slow path left for the run loop. */
export const TRAP_CAUSE: usize = 128;
export const TRAP_VALUE: usize = 136;
export const INSTRUCTION: usize = 144;
export const WAITING: usize = 148;
export const FATAL: usize = 152;
export const FATAL_CAUSE: usize = 156;
export const RESERVATION_ADDRESS: usize = 160;
export const RESERVATION_VALUE: usize = 168;

/** Code cache of the hart: next free operation, its end, pages in use. */
export const OPS_NEXT: usize = 176;
export const OPS_END: usize = 180;
export const CODE_PAGES: usize = 184;
export const CODE_CACHE_BASE: usize = 188;
export const CODE_SLOTS_BASE: usize = 192;
export const TLB_BASE: usize = 196;
export const STOP: usize = 200;

/** Where a region left for an operation, and what a slow load came to in it: see regions/. */
export const REGION_OP: usize = 228;
export const REGION_OUTCOME: usize = 232;
/** Virtual address of the page of code that a region was in when it came back. */
export const REGION_PAGE: usize = 456;
/** How often regions were left for other blocks since the last sample; the last one's operation, and where to. */
export const EXITS: usize = 464;
export const EXIT_FROM: usize = 468;
export const EXIT_PC: usize = 472;
/** How often a span of accesses reached into a second page since then; the last one's region, and its pc. */
export const CROSSINGS: usize = 480;
export const CROSSING_FROM: usize = 484;
export const CROSSING_PC: usize = 488;

/** Bits of mip by where they come from. */
export const PENDING_EXTERNAL: usize = 208;
export const PENDING_SOFTWARE: usize = 212;
export const PENDING_TIMER: usize = 216;
export const PENDING_CLINT: usize = 220;
/** Written by other harts: see requests.ts. Then how often something was asked, and how often all of it was done. */
export const REQUESTS: usize = 224;
export const ASKED: usize = 240;
export const SERVED: usize = 244;
/** 1 while the hart may execute instructions; else it serves what is asked before it does again. */
export const EXECUTING: usize = 236;
/** 1: somebody outside wants its thread, so that `run` comes back soon. */
export const SUMMONED: usize = 248;
/** The machine's WATCH_EPOCH up to which its TLBs for stores know the pages of code: see code.ts. */
export const EPOCH_SEEN: usize = 252;

export const MSTATUS: usize = 256;
export const MEDELEG: usize = 264;
export const MIDELEG: usize = 272;
export const MIE: usize = 280;
export const MTVEC: usize = 288;
export const MSCRATCH: usize = 296;
export const MEPC: usize = 304;
export const MCAUSE: usize = 312;
export const MTVAL: usize = 320;
export const MCOUNTEREN: usize = 328;
export const MCOUNTINHIBIT: usize = 336;
export const MENVCFG: usize = 344;
export const STVEC: usize = 352;
export const SSCRATCH: usize = 360;
export const SEPC: usize = 368;
export const SCAUSE: usize = 376;
export const STVAL: usize = 384;
export const SCOUNTEREN: usize = 392;
export const SENVCFG: usize = 400;
export const SATP: usize = 408;
export const STIMECMP: usize = 416;
export const MTIMECMP: usize = 424;
export const FFLAGS: usize = 432;
export const FRM: usize = 436;
/** Added to the retired instructions to give mcycle and minstret, which may be written. */
export const MCYCLE_OFFSET: usize = 440;
export const MINSTRET_OFFSET: usize = 448;

/** 16 bytes of configuration, 16 registers, how many entries are in use at all, and whether everything is allowed to everyone. */
export const PMPCFG: usize = 512;
export const PMPADDR: usize = 528;
export const PMP_ACTIVE: usize = 656;
export const PMP_OPEN: usize = 660;

/** One decoded instruction that cannot stand in a block, and an operation to leave with. */
export const SINGLE: usize = 704;
/** SBI HSM: where a hart that was asked to start begins. */
export const START_ADDRESS: usize = 768;
export const START_OPAQUE: usize = 776;
/** 1 when pages are to be looked through at the next FENCE.I: another hart wrote to some, or may have. */
export const STALE_NOTED: usize = 784;
export const SUSPECTS: usize = 788;
export const FENCE_SCRATCH: usize = 832;
/** By half of the address space, u64 each: the lowest and the highest address that a superpage in a TLB mapped. */
export const LARGE_PAGES: usize = 864;
/** Scratch of a remote fence: four bytes for each hart. */
export const TICKETS: usize = 800;

// Fields of the machine's state --------------------------------------------------------------------------------------

export const RAM_BYTES: usize = 0;
export const HARTS: usize = 8;
/** 1: this core answers the SBI. */
export const SBI: usize = 12;
/** How often a page has become one that harts watch because it holds code. */
export const WATCH_EPOCH: usize = 16;
export const PLIC_LOCK: usize = 20;
export const PLIC: usize = 64;

@inline
export function hartState(hart: u32): usize {
  return HART_STATES + hart * HART_STATE_BYTES;
}

@inline
export function machine32(field: usize): u32 {
  return load<u32>(MACHINE + field);
}

@inline
export function single(hart: usize): usize {
  return hart + SINGLE;
}

/** Whether other threads may be at work on the same memory. */
@inline
export function several(): bool {
  return load<u32>(MACHINE + HARTS) > 1;
}

@inline
export function ramBytes(): u64 {
  return load<u64>(MACHINE + RAM_BYTES);
}
