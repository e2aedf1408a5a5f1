import type { Disposable } from '../../base/disposable.ts';
import type { AgentTimers } from '../agent-client.ts';

/** Time that passes when the test says so. */
export class ManualTimers implements AgentTimers {
  #now = 0;
  readonly #due = new Map<object, { at: number; task: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): Disposable {
    const key = {};
    this.#due.set(key, { at: this.#now + ms, task });
    return { dispose: () => void this.#due.delete(key) };
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#due].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
      if (!next) break;
      const [key, { at, task }] = next;
      this.#due.delete(key);
      this.#now = at;
      task();
    }
    this.#now = end;
  }

  get pending(): number {
    return this.#due.size;
  }
}
