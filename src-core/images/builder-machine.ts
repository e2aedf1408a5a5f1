import type { AbortSignalLike } from './image.ts';

/** One run of a machine that does a part of a build. Paths are of this computer. */
export interface BuilderJob {
  /** "debian-13": for messages. */
  readonly name: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
  readonly disks: readonly {
    readonly path: string;
    readonly format: 'raw' | 'qcow2';
    readonly readOnly: boolean;
  }[];
  /** Each line of its console, without its end and without control characters. */
  onLine(line: string): void;
  /** From time to time: how much it has read from its disks and written to them, in bytes. */
  onMeasured?(transfer: { readonly diskReadBytes: number; readonly diskWrittenBytes: number }): void;
}

/** How a builder's run ended: only one that powered itself off can have done its work. */
export type BuilderEnd =
  { readonly kind: 'powered-off' } | { readonly kind: 'reset' } | { readonly kind: 'failed'; readonly cause: string };

/** Runs machines that build images: the guest's programs are run by a guest, never by this computer. */
export interface BuilderMachine {
  /** @throws AppError 'cancelled' when the signal is raised, or why it could not be started; nothing of it runs then */
  run(job: BuilderJob, signal: AbortSignalLike): Promise<BuilderEnd>;
}
