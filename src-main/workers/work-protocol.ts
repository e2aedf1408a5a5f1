import type { Failure } from '../../src-core/contract/failures.ts';

/** What the service gives a thread that carries out one piece of work. */
export interface WorkerData {
  readonly task: unknown;
  readonly doing: string;
  readonly cancel: SharedArrayBuffer;
}

export type WorkReport =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'done'; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Raised by the service, seen by a thread that never looks at its messages. */
export class CancelFlag {
  readonly buffer: SharedArrayBuffer;
  readonly #flag: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer;
    this.#flag = new Int32Array(buffer);
  }

  raise(): void {
    Atomics.store(this.#flag, 0, 1);
  }

  get raised(): boolean {
    return Atomics.load(this.#flag, 0) !== 0;
  }
}
