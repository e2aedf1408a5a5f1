import type { Clock } from '../clock.ts';

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  readonly #due = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): { dispose: () => void } {
    const entry = { at: this.#now + milliseconds, callback };
    this.#due.add(entry);
    return { dispose: () => void this.#due.delete(entry) };
  }

  /** Lets time pass; what is due is called in its order. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }
}
