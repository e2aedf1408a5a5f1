import type { AppError } from '../base/errors.ts';
import type { AgentTimers } from './agent-timers.ts';
import { noAgent } from './no-agent.ts';

/** Those who wait for the agent to be ready, each for its own time. */
export class AgentWaiting {
  readonly #waiting = new Set<{ ready: () => void; failed: (error: AppError) => void }>();
  readonly #timers: AgentTimers;

  constructor(timers: AgentTimers) {
    this.#timers = timers;
  }

  /** @throws AppError timeout after `waitMs`, or as `failed` is told */
  wait(waitMs: number, doing: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(entry);
        timer.dispose();
      };
      const entry = {
        ready: () => {
          settle();
          resolve();
        },
        failed: (error: AppError) => {
          settle();
          reject(noAgent(doing, error.code, error.because));
        },
      };
      const timer = this.#timers.after(waitMs, () =>
        entry.failed(noAgent(doing, 'timeout', `the agent in the guest was not ready after ${waitMs / 1000} s`)),
      );
      this.#waiting.add(entry);
    });
  }

  ready(): void {
    for (const each of [...this.#waiting]) each.ready();
  }

  failed(error: AppError): void {
    for (const each of [...this.#waiting]) each.failed(error);
  }
}
