import type { Failure } from '../../src-core/contract/failures.ts';
import type { Captured, CaptureRequest, RunChange, RunEnd, RunSpec } from '../../src-core/hypervisor/runner.ts';
import type { SharedPipeBuffers } from '../../src-core/hypervisor/shared-pipe.ts';

/** What the service gives a machine's thread when it starts it. */
export interface RunWorkerData {
  readonly spec: RunSpec;
  /** The compiled core, shared by all machines. */
  readonly core: WebAssembly.Module;
  readonly doorbell: SharedArrayBuffer;
  readonly console: SharedPipeBuffers;
  readonly agent: SharedPipeBuffers;
  readonly gauges: SharedArrayBuffer;
}

/** Service to thread; each is followed by a ring of the doorbell. */
export type RunCommand =
  | { readonly kind: 'pause' | 'resume'; readonly id: number }
  | { readonly kind: 'capture'; readonly id: number; readonly request: CaptureRequest }
  | { readonly kind: 'change'; readonly id: number; readonly change: RunChange }
  | { readonly kind: 'resize'; readonly columns: number; readonly rows: number };

/** Thread to service. */
export type RunReport =
  | { readonly kind: 'started' }
  | { readonly kind: 'not-started'; readonly failure: Failure }
  /** With a failure: what was asked for did not work, and all is as before. */
  | { readonly kind: 'done'; readonly id: number; readonly failure?: Failure }
  | { readonly kind: 'captured'; readonly id: number; readonly captured: Captured }
  | { readonly kind: 'nudge'; readonly pipe: 'console' | 'agent' }
  | { readonly kind: 'ended'; readonly end: RunEnd };

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
