import type { MessagePort } from 'node:worker_threads';
import type { Failure } from '../../src-core/contract/failures.ts';
import type { Captured, CaptureRequest, RunChange, RunEnd, RunSpec } from '../../src-core/hypervisor/runner.ts';
import type { SharedPipeBuffers } from '../../src-core/hypervisor/pipes/shared-pipe.ts';
import type { LayerBase } from '../../src-core/machine/state/layer-header.ts';
import type { MachineState } from '../../src-core/machine/state/machine-state.ts';

/** What the service gives a thread for machines when it starts it: it loads its program and waits to be told for which. */
export interface MachineThreadData {
  /** The compiled core, shared by all machines. */
  readonly core: WebAssembly.Module;
  /** Address of the program for the threads of harts. */
  readonly hartProgram: string;
  /** Rung after each message. */
  readonly doorbell: SharedArrayBuffer;
  /** It has time until it is told: to rehearse. */
  readonly isSpare: boolean;
}

/** The first message to a thread: the machine that it runs, to the machine's end and its own. */
export interface RunBeginning {
  readonly spec: Omit<RunSpec, 'start'> & { readonly start: ThreadStart };
  readonly console: SharedPipeBuffers;
  readonly agent: SharedPipeBuffers;
  readonly gauges: SharedArrayBuffer;
}

export type ThreadStart =
  Exclude<RunSpec['start'], { readonly kind: 'fork' }> | { readonly kind: 'fork'; readonly of: LentMachine };

/** A machine that stands still, for another thread to copy. */
export interface LentMachine {
  readonly state: MachineState;
  /** The memory of its core, and where in it RAM and the notes of written pages are, in bytes. */
  readonly memory: SharedArrayBuffer;
  readonly ramAt: number;
  readonly writtenAt: number;
  /** For the core of the copy, of the same layout; nothing is in it yet. */
  readonly copy: WebAssembly.Memory;
  /** What of RAM is copied: fork.ts. */
  readonly progress: SharedArrayBuffer;
  readonly base: BaseLayer | null;
}

/** A layer among the files of this computer that a run can write a delta on. */
export interface BaseLayer {
  readonly path: string;
  readonly base: LayerBase;
}

/** Service to thread; each is followed by a ring of the doorbell. */
export type RunCommand =
  | { readonly kind: 'pause' | 'resume'; readonly id: number }
  /** In `prepared` is a memory for the copy, of the same size and zero; null when none was made. */
  | { readonly kind: 'lend'; readonly id: number; readonly prepared: MessagePort | null }
  | { readonly kind: 'capture'; readonly id: number; readonly request: CaptureRequest }
  | { readonly kind: 'change'; readonly id: number; readonly change: RunChange }
  | { readonly kind: 'resize'; readonly columns: number; readonly rows: number }
  /** Lets go of its files and ends. */
  | { readonly kind: 'stop' };

/** Thread to service. */
export type RunReport =
  | { readonly kind: 'started' }
  | { readonly kind: 'not-started'; readonly failure: Failure }
  | RunAnswer
  | { readonly kind: 'nudge'; readonly pipe: 'console' | 'agent' }
  | { readonly kind: 'ended'; readonly end: RunEnd }
  /** As it was told to: its files are closed. */
  | { readonly kind: 'stopped' };

/** To a command with this id. */
export type RunAnswer =
  | { readonly kind: 'done'; readonly id: number }
  /** It did not work, and all is as before. */
  | { readonly kind: 'refused'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'captured'; readonly id: number; readonly captured: Captured }
  | { readonly kind: 'lent'; readonly id: number; readonly machine: LentMachine };

/** Measurements that the thread writes and the service reads without asking. */
const NAMES = [
  'turns',
  'asleep',
  'processorMs',
  'memoryUsedBytes',
  'balloonBytes',
  'instructions',
  'diskReadBytes',
  'diskWrittenBytes',
] as const;

export class Gauges {
  readonly buffer: SharedArrayBuffer;
  readonly #values: Float64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(NAMES.length * 8)) {
    this.buffer = buffer;
    this.#values = new Float64Array(buffer);
  }

  get(name: (typeof NAMES)[number]): number {
    return this.#values[NAMES.indexOf(name)] ?? 0;
  }

  set(name: (typeof NAMES)[number], value: number): void {
    this.#values[NAMES.indexOf(name)] = value;
  }
}
