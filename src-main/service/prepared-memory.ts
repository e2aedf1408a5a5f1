import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { MemoryLayout, MemoryTask } from '../workers/touched-memory.ts';

/** After a fork, so that it does not slow that down. */
const PREPARE_AFTER_MS = 1000;
/** Who forks again does so soon. */
const KEPT_MS = 60_000;
/** A small guest uses less. */
const MOST_BYTES = 64 * 2 ** 20;

/**
 * Most of what a fork takes is the time of the system for fresh pages. So after a fork a memory with such pages waits for
 * the next one, for a while: 64 MiB at most, and none before the first fork.
 */
export class PreparedMemory {
  readonly #program: URL;
  #waiting: { readonly port: MessagePort; readonly ramBytes: number } | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Counts what was wanted: what comes too late is not taken up. */
  #wanted = 0;

  /** @param program memory-preparation.ts */
  constructor(program: URL) {
    this.#program = program;
  }

  /**
   * @param ramBytes of the machine that is copied
   * @returns the port in which a memory for its copy is, which is the caller's from now on; null when there is none
   */
  take(ramBytes: number): MessagePort | null {
    const waiting = this.#waiting;
    if (waiting?.ramBytes === ramBytes) this.#waiting = null;
    this.drop();
    return waiting?.ramBytes === ramBytes ? waiting.port : null;
  }

  /** Has one soon for the next copy of a machine that has just been copied. */
  prepareLike(layout: MemoryLayout): void {
    this.drop();
    this.#after(PREPARE_AFTER_MS, () => this.#prepare(layout));
  }

  /** Gives it back to the system. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#wanted++;
    this.#waiting?.port.close();
    this.#waiting = null;
  }

  #prepare(like: MemoryLayout): void {
    const { port1: port, port2: to } = new MessageChannel();
    port.unref();
    const workerData: MemoryTask = { like, mostBytes: MOST_BYTES, to };
    const worker = new Worker(this.#program, { workerData, transferList: [to], name: 'memory' });
    worker.unref();
    // Without memory to spare there is none: a fork does without it then.
    worker.on('error', () => undefined);
    const wanted = this.#wanted;
    // Not before: who takes the port finds the memory in it.
    worker.on('exit', () => {
      if (wanted === this.#wanted) this.#waiting = { port, ramBytes: like.ramBytes };
      else port.close();
    });
    this.#after(KEPT_MS, () => this.drop());
  }

  #after(milliseconds: number, work: () => void): void {
    this.#timer = setTimeout(work, milliseconds);
    this.#timer.unref();
  }
}
