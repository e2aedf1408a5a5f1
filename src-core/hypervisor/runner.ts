import type { Disposable } from '../base/disposable.ts';

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
  };
  readonly disks: readonly {
    readonly path: string;
    readonly readOnly: boolean;
    readonly format: 'raw' | 'qcow2';
  }[];
  /** A saved state to go on from; then it stands still until `resume`. Null: it is switched on. */
  readonly resumeFrom: string | null;
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
  readonly instructions: number;
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
  /** Grows while the thread does anything; stands still while it sleeps. */
  readonly turns: number;
  readonly asleep: boolean;
}

/** One run of a machine, from power-on until it ends or is terminated. */
export interface MachineRun {
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
   * Writes its state to `path`, whole or not at all. From the moment that this resolves the guest never runs again:
   * `terminate` follows. @throws AppError when it could not be written; then it goes on as before
   */
  suspend(path: string): Promise<void>;
  resize(size: { columns: number; rows: number }): void;
  measure(): RunMeasurement;
  /** Takes the power away. Resolves when nothing of it runs and its files are closed. */
  terminate(): Promise<void>;
}

/** Starts runs; implemented with a worker thread for each by src-main. */
export interface MachineRunner {
  launch(spec: RunSpec): MachineRun;
}
