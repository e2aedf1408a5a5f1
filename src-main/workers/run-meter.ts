import type { Board } from '../../src-core/machine/board/board.ts';
import { ResidentMemory } from './resident-memory.ts';
import type { Gauges } from './run-protocol.ts';
import { threadProcessorTime } from './thread-processor-time.ts';

/** How often figures are renewed that cost something. */
const PROCESSOR_EVERY_MS = 100;
const MEMORY_EVERY_MS = 2000;

/** Keeps a run's gauges up to date, between its turns. */
export class RunMeter {
  readonly #gauges: Gauges;
  readonly #board: Board;
  readonly #resident: ResidentMemory;
  readonly #exact = threadProcessorTime();
  #turns = 0;
  #asleepMs = 0;
  #processorAt = -Infinity;
  #memoryAt = -Infinity;
  readonly #startedAt = performance.now();

  constructor(gauges: Gauges, board: Board) {
    this.#gauges = gauges;
    this.#board = board;
    this.#resident = new ResidentMemory(board.ram.bytes, (a, b) => Buffer.compare(a, b));
  }

  /** After each slice of guest work. */
  turned(): void {
    const gauges = this.#gauges;
    const { instructions, diskReadBytes, diskWrittenBytes } = this.#board.counters();
    gauges.set('turns', ++this.#turns);
    gauges.set('instructions', instructions);
    gauges.set('diskReadBytes', diskReadBytes);
    gauges.set('diskWrittenBytes', diskWrittenBytes);
    const now = performance.now();
    if (now - this.#processorAt >= PROCESSOR_EVERY_MS) this.#measureProcessor(now);
    if (now - this.#memoryAt >= MEMORY_EVERY_MS) this.#measureMemory(now);
  }

  /** Around each sleep of the thread. */
  slept<T>(sleep: () => T): T {
    const from = performance.now();
    this.#gauges.set('asleep', 1);
    try {
      return sleep();
    } finally {
      this.#gauges.set('asleep', 0);
      this.#asleepMs += performance.now() - from;
    }
  }

  /** Processor time that this thread has used, in milliseconds: not that of other harts. */
  processorMs(): number {
    return this.#exact ? this.#exact() : performance.now() - this.#startedAt - this.#asleepMs;
  }

  #measureProcessor(now: number): void {
    this.#processorAt = now;
    this.#gauges.set('processorMs', this.processorMs() + (this.#board.others?.processorMs ?? 0));
  }

  #measureMemory(now: number): void {
    this.#memoryAt = now;
    this.#gauges.set('balloonBytes', this.#board.balloon.heldBytes);
    this.#gauges.set('memoryUsedBytes', this.#resident.measure());
  }
}
