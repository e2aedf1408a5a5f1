import { Worker } from 'node:worker_threads';
import { Deferred } from '../../src-core/base/deferred.ts';
import { AppError } from '../../src-core/base/errors.ts';
import { fromFailure } from '../../src-core/contract/failures.ts';
import { Doorbell } from '../../src-core/hypervisor/pipes/doorbell.ts';
import type {
  NetworkAnswer,
  NetworkCommand,
  NetworkReport,
  NetworkThreadData,
  NumberedCommand,
} from '../workers/network-protocol.ts';
import { builtFile } from './built-files.ts';

/** A thread that outgrows this ends alone; without a limit it would take the whole process with it. */
const LARGEST_HEAP_MIB = 512;

export type NetworkHear = (report: Exclude<NetworkReport, { readonly kind: 'done' | 'refused' }>) => void;

/** One thread of the networks, for as long as it lives. */
export class NetworkWorker {
  readonly bell = new Doorbell();
  readonly #worker: Worker;
  readonly #answers = new Map<number, Deferred<NetworkAnswer>>();
  readonly #hear: NetworkHear;
  readonly #died: (because: string) => void;
  #lastId = 0;
  #isOver = false;

  /** @param died told why when it ends without having been asked to @throws AppError 'unavailable' when it was not built */
  constructor(hear: NetworkHear, died: (because: string) => void) {
    this.#hear = hear;
    this.#died = died;
    const workerData: NetworkThreadData = { bell: this.bell.buffer };
    this.#worker = new Worker(builtFile('network-worker'), {
      workerData,
      name: 'networks',
      resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MIB },
    });
    this.#worker.on('message', (report: NetworkReport) => this.#report(report));
    this.#worker.on('error', (error: unknown) => this.#end(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', (code) => this.#end(`its thread ended with status ${code}`));
    // It alone keeps nobody from ending.
    this.#worker.unref();
  }

  /** @throws AppError */
  ask(command: NetworkCommand): Promise<NetworkAnswer> {
    const answer = new Deferred<NetworkAnswer>();
    if (this.#isOver) {
      answer.reject(gone());
      return answer.promise;
    }
    const message: NumberedCommand = { id: ++this.#lastId, command };
    this.#answers.set(message.id, answer);
    this.#worker.postMessage(message);
    return answer.promise;
  }

  async terminate(): Promise<void> {
    this.#isOver = true;
    await this.#worker.terminate();
    this.#giveUp();
  }

  #report(report: NetworkReport): void {
    if (report.kind !== 'done' && report.kind !== 'refused') {
      if (!this.#isOver) this.#hear(report);
      return;
    }
    const answer = this.#answers.get(report.id);
    this.#answers.delete(report.id);
    if (report.kind === 'done') answer?.resolve(report.answer);
    else answer?.reject(fromFailure(report.failure));
  }

  #end(because: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#giveUp();
    this.#died(because);
  }

  #giveUp(): void {
    for (const answer of this.#answers.values()) answer.reject(gone());
    this.#answers.clear();
  }
}

function gone(): AppError {
  const because = 'the thread of the networks has ended';
  return new AppError({ code: 'unavailable', doing: 'use a network', because });
}
