import type { Disposable } from '../base/disposable.ts';

export interface AgentTimers {
  /** Milliseconds that only grow. */
  now(): number;
  after(ms: number, task: () => void): Disposable;
}
