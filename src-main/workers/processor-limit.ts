/** Work and rest alternate in about this time: short enough for a key to be answered, long enough to cost little. */
const PERIOD_MS = 10;
/** What was not used is kept for so long, so that a thread that slept a little too long gets its share all the same. */
const KEPT_MS = 2 * PERIOD_MS;

/** Of so long it may use the share beforehand when somebody waits for an answer. */
const LENT_MS = 50;

/** Guest instructions that surely take less than a millisecond. */
const INSTRUCTIONS_PER_MS = 250_000;
const FEWEST_INSTRUCTIONS = 10_000;

/**
 * Holds a thread to a share of one processor of this computer. The thread has an account of processor time: what it
 * uses is taken off, each passing millisecond adds its share. While nothing is left, it rests.
 */
export class ProcessorLimit {
  /** Milliseconds of processor time for each millisecond; null for no limit. */
  #share: number | null = null;
  #left = 0;
  #mayOwe = false;
  #at = 0;
  #used = 0;
  readonly #now: () => number;
  readonly #processorTime: () => number;

  /**
   * @param now a clock that never goes back, in milliseconds
   * @param processorTime what the thread has used so far, in milliseconds
   */
  constructor(now: () => number, processorTime: () => number) {
    this.#now = now;
    this.#processorTime = processorTime;
  }

  /** @param share of one processor, above 0; null or 1 and more for no limit */
  set(share: number | null): void {
    this.#share = share === null || share >= 1 ? null : share;
    this.#left = 0;
    this.#at = this.#now();
    this.#used = this.#processorTime();
  }

  /** To be asked before each piece of work. @returns for how long the thread must rest first, in milliseconds; 0 for not at all */
  restMs(): number {
    const share = this.#share;
    if (share === null) return 0;
    this.#settle(share);
    if (this.#left > (this.#mayOwe ? -share * LENT_MS : 0)) return 0;
    this.#mayOwe = false;
    // It rests until there is a whole period's share again: each waking costs something too.
    return (share * PERIOD_MS - this.#left) / share;
  }

  /** Something came from outside, a key maybe: the guest shall answer at once, and rest the longer afterwards. */
  hurry(): void {
    this.#mayOwe = true;
  }

  /** @returns how many instructions the next piece of work may have, `most` without a limit */
  slice(most: number): number {
    if (this.#share === null) return most;
    return Math.min(most, Math.max(FEWEST_INSTRUCTIONS, Math.round(Math.abs(this.#left) * INSTRUCTIONS_PER_MS)));
  }

  #settle(share: number): void {
    const [now, used] = [this.#now(), this.#processorTime()];
    const earned = (now - this.#at) * share;
    this.#left = Math.min(this.#left + earned - (used - this.#used), share * KEPT_MS);
    this.#at = now;
    this.#used = used;
  }
}
