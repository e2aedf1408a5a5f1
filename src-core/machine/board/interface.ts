import type { BoardCounters, BoardExit } from '../board-interface.ts';
import type { CoreExports, CoreImports } from '../core-interface.ts';
import type { GuestRam } from '../devices/guest-ram.ts';
import type { MachineState } from '../state/machine-state.ts';
import type { BalloonDevice } from '../devices/virtio/balloon.ts';
import type { VirtioDevice } from '../devices/virtio/device.ts';
import type { HartRoom } from '../harts/hart-room.ts';
import type { OtherHarts } from '../harts/other-harts.ts';
import type { ExitCount } from './bus.ts';
import type { DiskDrives } from './disk-drives.ts';
import type { NetworkCards } from './network-cards.ts';

/** A core that is ready to be used, over the machine's memory. */
export interface CoreHandle {
  readonly exports: CoreExports;
  readonly memory: {
    readonly buffer: ArrayBufferLike;
    /** By pages of 64 KiB. Called before the machine runs if its RAM does not fit yet. */
    grow(pages: number): number;
  };
}

/** What the board needs of the thread that it lives in. */
export interface BoardHost {
  /** Makes an instance of the core with these imports; `env` is its own affair. Called once. */
  instantiate(imports: CoreImports['host']): CoreHandle;
  /** Nanoseconds of a clock that never goes back; where there are threads, the same in all of them. */
  monotonicNs(): number;
  /** Absent: harts take turns in the thread that calls, which is slower, and always the same. */
  readonly threads?: HartThreads;
}

/** Threads for the harts beside the first. */
export interface HartThreads {
  /** One word that the board's own thread sleeps on, for them to ring. */
  readonly bell: SharedArrayBuffer;
  /** Starts a thread for each of the harts 1 to `harts` - 1: see harts/hart-loop.ts. Called once, before they may run. */
  start(room: HartRoom, memory: CoreHandle['memory'], harts: number): void;
}

/** One simulated computer. Everything is synchronous, in the thread that called. */
export interface Board {
  /** Switches it on again, as after power-on: guest time zero, kernel and initrd loaded anew. RAM keeps what else it held. */
  reset(): void;
  /**
   * Lets the guest run for about `budget` instructions. After `powered-off`, `reset` and `failed` it stands still:
   * the next call answers the same until `reset`.
   */
  run(budget: number): BoardExit;
  /**
   * Its state, between two calls of `run` and before it has ended; RAM is not part of it. What the guest wrote to its
   * disks is on stable storage when this returns. The machine may go on.
   */
  save(): MachineState;
  /** From here on, what was written counts anew: for a memory layer that is a delta on one that was just made. */
  forgetWritten(): void;
  /** The guest goes on as another one than was saved, or once more: a kernel that can be told is told. */
  renewGeneration(): void;
  /** Input has arrived, or there is room for output: does at once what `run` does before the guest goes on. */
  service(): void;
  /** Guest time stands still while paused. Do not call `run` meanwhile. */
  setPaused(paused: boolean): void;
  /** The console's terminal has another size, in character cells. */
  resizeConsole(columns: number, rows: number): void;
  /** Disks can come, go and grow between two calls of `run`. */
  readonly disks: DiskDrives;
  /** So can network cards, and their cables. */
  readonly cards: NetworkCards;
  /**
   * Puts any other device into a free slot of the PCI bus (pci-slots.ts), between two calls of `run`; the guest finds it
   * when it looks at the bus again.
   */
  plug(slot: number, device: VirtioDevice): void;
  /** Takes it out, whether the guest has let go of it or not. */
  unplug(slot: number): void;
  /** Memory that the guest may hand back, and how far it did. */
  readonly balloon: BalloonDevice;
  /** Harts that have threads of their own; null when there are none. */
  readonly others: OtherHarts | null;
  /** The last call: their threads end. */
  end(): void;
  counters(): BoardCounters;
  /** Why the guest left its own code, by device and kind, since the board was made. */
  exits(): readonly ExitCount[];
  /** Guest time in ticks of TIMEBASE_HZ: what `deadlineTicks` is compared with. */
  now(): number;
  readonly ram: GuestRam;
  /** What the core notes of each page of RAM: `writtenPages` of core-interface.ts. */
  readonly written: Uint8Array;
  readonly core: CoreExports;
}
