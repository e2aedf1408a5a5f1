import type { ContainerEnd, RestartPolicy } from '../../../contract/containers.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 60_000;
/** One that ran for so long had come up: the next pause is a short one again. */
const STEADY_MS = 10_000;

/** Ends in a row that were soon after the start, and what they lead to. */
export class Restarting {
  /** Restarts in a row since it last ran steadily. */
  #tries = 0;

  /** A person starts it: everything counts anew. */
  reset(): void {
    this.#tries = 0;
  }

  /** @param ranMs how long it had run @returns how long to wait, null for never */
  pauseAfter(policy: RestartPolicy, end: ContainerEnd, ranMs: number): number | null {
    if (ranMs >= STEADY_MS) this.#tries = 0;
    if (!isWanted(policy, end, this.#tries)) return null;
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(30, this.#tries++));
  }
}

function isWanted({ policy, mostRetries }: RestartPolicy, end: ContainerEnd, tries: number): boolean {
  if (policy === 'no') return false;
  if (policy !== 'on-failure') return true;
  const failed = end.kind !== 'exited' || end.exitStatus !== 0;
  return failed && (mostRetries === null || tries < mostRetries);
}

/**
 * Whether one that is found when Innkeeper starts is started by itself: 'always' also after a person stopped it, as
 * docker's does; 'on-failure' never, because how it would have ended is not known.
 * @param ran it ran when Innkeeper ended, or had been started by somebody at all
 */
export function startsWithService(policy: RestartPolicy['policy'], ran: boolean, stopped: boolean): boolean {
  if (!ran) return false;
  return policy === 'always' || (policy === 'unless-stopped' && !stopped);
}
