import type { Failure } from '../../src-core/contract/failures.ts';
import type {
  CopyRequest,
  DiskCheck,
  DiskDetails,
  DiskPlace,
  FoldRequest,
} from '../../src-core/hypervisor/layers/disk-work.ts';

/** One piece of work on disks. */
export type DiskTask =
  | { readonly kind: 'copy'; readonly request: CopyRequest }
  | { readonly kind: 'grow'; readonly disk: DiskPlace; readonly sizeBytes: number }
  | { readonly kind: 'inspect'; readonly disk: DiskPlace }
  | { readonly kind: 'check'; readonly disk: DiskPlace; readonly repair: boolean }
  | { readonly kind: 'fold'; readonly request: FoldRequest };

export interface DiskTaskAnswers {
  readonly copy: void;
  readonly grow: void;
  readonly inspect: DiskDetails;
  readonly check: DiskCheck;
  readonly fold: void;
}

/** What the service gives a thread that is to work on disks. */
export interface DiskWorkerData {
  readonly task: DiskTask;
  readonly doing: string;
  readonly cancel: SharedArrayBuffer;
}

export type DiskWorkReport =
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
