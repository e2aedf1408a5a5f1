/**
 * The boundary between the WebAssembly core (processor, page tables, interrupt controllers, SBI: everything a
 * hart touches many times a second) and the TypeScript around it (devices, loader, run loop).
 *
 * One shared WebAssembly.Memory per machine holds the core's state and the guest's RAM. Each hart's worker has its
 * own instance of the core module over that memory; whatever differs between harts lives at the hart's own
 * address, so that an instance holds no state worth saving.
 */

/** Where things are in the guest's physical address space: QEMU's `virt` board. */
export const MEMORY_MAP = {
  test: { base: 0x0010_0000, size: 0x1000 },
  rtc: { base: 0x0010_1000, size: 0x1000 },
  /** Not on QEMU's board. */
  generationId: { base: 0x0010_2000, size: 0x1000 },
  clint: { base: 0x0200_0000, size: 0x1_0000 },
  pciPio: { base: 0x0300_0000, size: 0x1_0000 },
  plic: { base: 0x0c00_0000, size: 0x60_0000 },
  uart: { base: 0x1000_0000, size: 0x100 },
  pciEcam: { base: 0x3000_0000, size: 0x1000_0000 },
  pciMmio: { base: 0x4000_0000, size: 0x4000_0000 },
  bootRom: { base: 0x0000_1000, size: 0xf000 },
  ram: { base: 0x8000_0000 },
} as const;

/** PLIC source numbers, as on QEMU's `virt`, where 12 is free. */
export const INTERRUPTS = {
  uart: 10,
  rtc: 11,
  generationId: 12,
  pciA: 32,
  pciB: 33,
  pciC: 34,
  pciD: 35,
  sources: 95,
} as const;

/** Ticks per second of the `time` CSR, mtime and stimecmp. */
export const TIMEBASE_HZ = 10_000_000;

export const MAX_HARTS = 8;

/** RISC-V privileged: number of the CSR `mie`, which `sie` is a part of. */
export const MIE = 0x304;

/** Why `run` came back. */
export const RunExit = {
  /** The budget is used up; call again. */
  budget: 0,
  /** WFI with nothing pending: sleep until `deadline` or until an interrupt line, input or control wakes it. */
  idle: 1,
  /** The guest asked for power-off or reset (SBI SRST or the test device); the host was told by an import. */
  stopRequested: 2,
  /** The hart cannot go on: see `fatalCause`. A machine ends in "failed". */
  fatal: 3,
} as const;

/**
 * What the core asks of its host. Physical addresses of devices lie below 2^32; 8-byte accesses arrive as two of 4. The
 * core knows the windows of MEMORY_MAP: CLINT and PLIC it answers itself, the others come here, aligned; anything else is
 * an access fault that the host never hears of.
 */
export interface CoreImports {
  readonly env: {
    readonly memory: unknown;
    /** Called for a failed assertion in the core: a bug, ends this machine. */
    abort(message: number, file: number, line: number, column: number): void;
  };
  readonly host: {
    /** size is 1, 2 or 4 bytes; only so many bytes of the value count, read or written. */
    mmioRead(physicalAddress: number, size: number): number;
    mmioWrite(physicalAddress: number, size: number, value: number): void;
    /** Guest time in ticks of TIMEBASE_HZ since power-on; stands still while the machine is paused. */
    time(): number;
    /** SBI DBCN: writes `length` bytes at `address` of the core's memory; answers how many were taken. */
    debugConsoleWrite(address: number, length: number): number;
    /** SBI DBCN: reads at most `length` bytes to `address`; answers how many there were. */
    debugConsoleRead(address: number, length: number): number;
    /** SBI SRST: type 0 shutdown, 1 cold reboot, 2 warm reboot; reason 0 none, 1 system failure. */
    systemReset(type: number, reason: number): void;
    /** A hart has something to do (IPI, hart start, interrupt): wake it if it sleeps. May be the one that runs. */
    wakeHart(hart: number): void;
  };
}

export interface CoreExports {
  /** Lays out the state for a machine and clears it. `sbi` 1: the core answers the SBI; 0: firmware runs in M-mode. */
  initialize(ramBytes: number, harts: number, sbi: number): void;
  /**
   * The fields of a saved state (state/core-fields.ts) were written after `initialize`: what follows from them, and
   * caches, are made anew.
   */
  stateRestored(): void;
  /** Address in the core's memory of guest physical 0x8000_0000. Constant, a multiple of 64 KiB. */
  ramAddress(): number;
  /** Bytes of memory needed besides RAM: RAM starts there. */
  reservedBytes(): number;
  /** Puts a hart at `pc` with a0 and a1 (a2 for fw_dynamic); S-mode when the core answers the SBI, else M-mode. */
  startHart(hart: number, pc: bigint, a0: bigint, a1: bigint, a2: bigint): void;
  /** Runs one hart for about `budget` instructions. Returns a RunExit. */
  run(hart: number, budget: number): number;
  /** Guest time, in ticks, of the hart's next timer interrupt; Infinity when none is set. */
  deadline(hart: number): number;
  /** 1 when WFI would return at once. */
  interruptPending(hart: number): number;
  /** 0 while the hart is stopped, in the sense of the SBI. */
  isStarted(hart: number): number;
  /** Lets `run` of a hart come back soon, whichever thread it is in. */
  summon(hart: number): void;
  /** @returns 1 when the hart was summoned since it was asked last */
  takeSummons(hart: number): number;
  /**
   * Around an import in which a hart waits for another thread: in between, no other hart waits for it. Only from the
   * hart's own thread, where there are several.
   */
  leaveGuest(hart: number): void;
  enterGuest(hart: number): void;
  /** Drives a level-triggered interrupt source of the PLIC. */
  setInterruptLine(source: number, level: number): void;
  /** The host wrote guest RAM (DMA): drop what was decoded from it. Offset from the start of RAM, in bytes. */
  ramWritten(offset: number, bytes: number): void;
  /**
   * Address in the core's memory of one byte for each page of 4 KiB of RAM. Bit 0: it was written since the memory was
   * made; where it is clear, the page is zero. Bit 1: it was written since `forgetWritten`.
   */
  writtenPages(): number;
  /** Clears bit 1 of all pages. */
  forgetWritten(): void;
  /** For state, tests and the fatal report. `register` 0-31 x, 32-63 f, 64 pc. */
  readRegister(hart: number, register: number): bigint;
  writeRegister(hart: number, register: number, value: bigint): void;
  readCsr(hart: number, csr: number): bigint;
  writeCsr(hart: number, csr: number, value: bigint): void;
  /** 0 U, 1 S, 3 M. */
  privilege(hart: number): number;
  /** Instructions retired by the hart, as in minstret. */
  retired(hart: number): bigint;
  /** Why the hart cannot go on: mcause-like number of the trap that had no handler. */
  fatalCause(hart: number): number;
}
