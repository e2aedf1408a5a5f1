import type { Disposable } from '../base/disposable.ts';
import type { CableToNetwork } from '../network/network-runner.ts';

/** What one run of a machine needs; paths are of this computer and were checked when the run was planned. */
export interface RunSpec {
  readonly id: string;
  readonly name: string;
  readonly harts: number;
  readonly memoryBytes: number;
  readonly boot: {
    readonly kernel: string | null;
    readonly initrd: string | null;
    readonly firmware: string | null;
    readonly commandLine: string;
    /** In place of `kernel` and `initrd`: they are looked for on its disks when it is switched on. */
    readonly onDisk?: BootOnDisk;
  };
  /** Percent of one host processor for each hart; null for no limit. */
  readonly cpuLimit: number | null;
  readonly disks: readonly RunDiskSpec[];
  /** Folders of this computer that the guest sees; absent for none. */
  readonly shares?: readonly RunShareSpec[];
  /** Network cards; absent for none. */
  readonly cards?: readonly RunCardSpec[];
  readonly start: RunStart;
}

export interface RunDiskSpec {
  /** Its number in the machine, 0 to 15. */
  readonly slot: number;
  readonly path: string;
  readonly readOnly: boolean;
  readonly format: 'raw' | 'qcow2';
  /** Made by Innkeeper: it may be built on other layers of the pool and on an image's disk. */
  readonly own: boolean;
}

export interface RunShareSpec {
  /** Its number in the machine, 0 to 7. */
  readonly slot: number;
  /** What the guest mounts it by. */
  readonly tag: string;
  readonly hostDirectory: string;
  readonly readOnly: boolean;
  /** layers: of container images, each shown as the files that its archive has. A folder as it is when it is left out. */
  readonly kind?: 'folder' | 'layers';
}

export interface RunCardSpec {
  /** Its number in the machine, 0 to 3. */
  readonly slot: number;
  /** "52:54:00:12:34:56". */
  readonly mac: string;
  /** The other end of its cable; null where that is not in: the card has no carrier. */
  readonly cable: CableToNetwork | null;
}

/** A change of a machine's hardware while it runs. */
export type RunChange =
  | { readonly kind: 'cpu-limit'; readonly percent: number | null }
  /** What the guest is asked to keep to, by the balloon; at most what the run was started with. */
  | { readonly kind: 'memory'; readonly bytes: number }
  /** It is on the bus when this resolves; the guest finds it when it looks there again. */
  | { readonly kind: 'attach-disk'; readonly disk: RunDiskSpec }
  /** It is off the bus, and its file is closed, when this resolves: the guest should have let go of it before. */
  | { readonly kind: 'detach-disk'; readonly slot: number }
  /** It is on the bus when this resolves; the guest finds it when it looks there again. */
  | { readonly kind: 'attach-share'; readonly share: RunShareSpec }
  /** It is off the bus, and nothing of it is open, when this resolves: the guest should have let go of it before. */
  | { readonly kind: 'detach-share'; readonly slot: number }
  /** It is on the bus when this resolves; the guest finds it when it looks there again. */
  | { readonly kind: 'attach-card'; readonly card: RunCardSpec }
  /** It is off the bus when this resolves: the guest should have let go of it before. */
  | { readonly kind: 'detach-card'; readonly slot: number }
  /** Its cable is another one, or pulled (null): the guest sees the carrier go and, with a cable, come back. */
  | { readonly kind: 'connect-card'; readonly slot: number; readonly cable: CableToNetwork | null }
  /** The file is larger, durably, and the guest is told, when this resolves. */
  | { readonly kind: 'grow-disk'; readonly slot: number; readonly sizeBytes: number };

export interface BootOnDisk {
  /** Of disks, in the order in which a kernel is looked for on them. */
  readonly slots: readonly number[];
  /** In place of what the disk's boot loader is configured with; null to take that. `boot.commandLine` follows either. */
  readonly commandLine: string | null;
}

/** Where a run begins. */
export type RunStart =
  | { readonly kind: 'power-on' }
  /** From a memory layer. The guest stands still until `resume`. */
  | { readonly kind: 'restore'; readonly memory: string }
  /** As a copy of a run that stands still (`capture` with `then: 'hold'`) until `started` resolves. The guest stands still until `resume`. */
  | { readonly kind: 'fork'; readonly of: MachineRun };

/** One moment of a run, between two instructions and with no request under way. */
export interface CaptureRequest {
  /** Path of the memory layer to be written, whole or not at all; null where only disks and thread are wanted. */
  readonly memory: string | null;
  /** Disks, by slot, that go on in another file, which is there already: an empty layer over the one that is used now. */
  readonly tops: readonly { readonly disk: number; readonly path: string }[];
  /** go-on: as it was before, running or paused. hold: it stands still until `resume`. */
  readonly then: 'go-on' | 'hold';
}

export interface Captured {
  /** Size of the memory layer's file; 0 without one. */
  readonly memoryBytes: number;
  /** For how long the guest stood still, in milliseconds; for `hold`, so far. */
  readonly pausedMs: number;
}

/** How a run ended by itself. */
export type RunEnd =
  | { readonly kind: 'powered-off' }
  | { readonly kind: 'reset' }
  /** The guest or the simulated processor cannot go on, or its thread ended (a defect of ours). */
  | { readonly kind: 'failed'; readonly cause: string };

/** Bytes to and from a guest's port, without copies into messages and without polling. */
export interface GuestPipe {
  /** Fills `into` with what there is. After 0, `onReadable` tells once there is more. */
  read(into: Uint8Array): number;
  /** Takes as many bytes as there is room for. After fewer than all, `onWritable` tells once there is room. */
  write(bytes: Uint8Array): number;
  onReadable(listener: () => void): Disposable;
  onWritable(listener: () => void): Disposable;
}

export interface RunMeasurement {
  /** Processor time that the machine's threads have used, in milliseconds since the run began. */
  readonly processorMs: number;
  /** Guest memory that holds anything, estimated from a sample of its pages. */
  readonly memoryUsedBytes: number;
  /** Guest memory that the guest has handed back through the balloon. */
  readonly balloonBytes: number;
  readonly instructions: number;
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
  /** Grows while the thread does anything; stands still while it sleeps. */
  readonly turns: number;
  readonly asleep: boolean;
}

/** One run of a machine, from power-on until it ends or is terminated. */
export interface MachineRun {
  /** The doorbell of its thread: who has something for its network cards rings it. */
  readonly bell: SharedArrayBuffer;
  readonly console: GuestPipe;
  readonly agent: GuestPipe;
  /** The processor runs. @throws AppError when it could not be set up */
  readonly started: Promise<void>;
  /** Resolves when the run ended by itself; never after `terminate`. Does not reject. */
  readonly ended: Promise<RunEnd>;
  /** Resolves once the guest stands still: its time too. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /**
   * Takes it at one moment: disks flushed, its state written, its disks switched to new layers. A layer is written as
   * a delta on the layer that this run was restored from or captured to last, where that is still there.
   * @throws AppError when it could not be done; then it goes on as before, on its disks of before
   */
  capture(request: CaptureRequest): Promise<Captured>;
  /** The memory layer that the next one would be a delta on: it must not be removed while this run goes on. */
  readonly memoryBase: string | null;
  /** @throws AppError when it could not be done; then all is as before */
  change(change: RunChange): Promise<void>;
  resize(size: { columns: number; rows: number }): void;
  measure(): RunMeasurement;
  /** Takes the power away. Resolves when nothing of it runs and its files are closed. */
  terminate(): Promise<void>;
}

/** Starts runs; implemented with a worker thread for each by src-main. */
export interface MachineRunner {
  launch(spec: RunSpec): MachineRun;
}
