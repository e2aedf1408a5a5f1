import type { FramePort } from '../host/frame-port.ts';
import type { SharedFolder } from './devices/virtio/fs/shared-folder.ts';

/**
 * What a board (one simulated computer without its thread) needs of the outside, and what it offers to the thread
 * that runs it. Everything here is synchronous: the thread sleeps on a doorbell between calls of `run`.
 */

/** A readable file or buffer of known size: kernel, initrd, firmware, ISO. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Fills `into` from `offset`. @throws when fewer bytes are there */
  read(into: Uint8Array, offset: number): void;
}

/** What a disk does with the guest's blocks. Errors become the request's status, VIRTIO_BLK_S_IOERR. */
export interface BlockBackend {
  readonly sizeBytes: number;
  readonly readOnly: boolean;
  read(into: Uint8Array, offset: number): void;
  write(from: Uint8Array, offset: number): void;
  /** Everything written before is on stable storage when this returns. */
  flush(): void;
  /** The content is of no use to the guest any more. Absent where that helps nobody. */
  discard?(offset: number, length: number): void;
  /** @param options `keepAllocated`: the room that the range takes stays its own */
  writeZeroes?(offset: number, length: number, options: { readonly keepAllocated: boolean }): void;
}

/** A disk in its place. */
export interface DiskInSlot extends BlockBackend {
  /** Its number among the machine's disks, 0 to 15; without it, its place in the list. */
  readonly slot?: number;
}

/** A folder of the outside, with its number in the machine, 0 to 7. */
export interface ShareInSlot {
  readonly slot: number;
  /** 1 to 36 ASCII characters. */
  readonly tag: string;
  readonly folder: SharedFolder;
}

/** A network card, with its number in the machine, 0 to 3. */
export interface CardInSlot {
  readonly slot: number;
  /** Six bytes. */
  readonly mac: Uint8Array;
  /** Its end of the cable; null where none is in. */
  readonly port: FramePort | null;
}

/** One direction pair of bytes: a serial line or a port of the virtio console. */
export interface BytePort {
  /** Guest to outside. @returns how many bytes were taken; the rest is offered again by `service` */
  write(bytes: Uint8Array): number;
  /** Outside to guest. @returns how many bytes were put into `into` */
  read(into: Uint8Array): number;
  /** Bytes that wait for the guest. */
  readonly available: number;
}

export interface BoardSpec {
  readonly harts: number;
  readonly memoryBytes: number;
  readonly boot: {
    readonly kernel?: ByteSource;
    readonly initrd?: ByteSource;
    readonly firmware?: ByteSource;
    readonly commandLine: string;
  };
  readonly disks: readonly DiskInSlot[];
  /** Folders that the guest may mount by their tags; absent for none. */
  readonly shares?: readonly ShareInSlot[];
  /** Network cards; absent for none. */
  readonly cards?: readonly CardInSlot[];
  /** The machine's console: SBI debug console, UART and virtio-console port 0 all write here. */
  readonly console: BytePort;
  /** Further, named virtio-console ports ("innkeeper.agent"): /dev/virtio-ports/NAME in the guest. */
  readonly ports: readonly { readonly name: string; readonly port: BytePort }[];
  /** Fills with cryptographically strong random bytes: virtio-rng and the device tree's rng-seed. */
  readonly random: (into: Uint8Array) => void;
  /** Nanoseconds since 1970-01-01 UTC, for the RTC. */
  readonly wallClockNs: () => bigint;
}

export type BoardExit =
  | { readonly kind: 'running' }
  /** Sleep until guest time `deadlineTicks` (Infinity: until woken). */
  | { readonly kind: 'idle'; readonly deadlineTicks: number }
  | { readonly kind: 'powered-off' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'failed'; readonly cause: string };

export interface BoardCounters {
  readonly instructions: number;
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
}
