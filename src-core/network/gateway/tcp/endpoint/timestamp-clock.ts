import type { Timestamps } from './segment.ts';

/** RFC 7323 §5.5: after 24 days of silence the other end's clock may have gone round. */
const STALE_MS = 24 * 24 * 3_600_000;

/** Timestamps of both ends: RFC 7323 §4 and §5. Ours count milliseconds from a number of the connection's own. */
export class TimestampClock {
  /** Both ends send them. */
  isUsed = false;
  readonly #offset: number;
  /** TS.Recent. */
  #recent = 0;
  #recentAt = 0;
  /** Last.ACK.sent, a position. */
  lastAck = 0;

  constructor(offset: number) {
    this.#offset = offset;
  }

  begin(peer: Timestamps, now: number): void {
    this.isUsed = true;
    this.#recent = peer.value;
    this.#recentAt = now;
  }

  at(now: number): Timestamps {
    return { value: this.#value(now), echo: this.#recent };
  }

  /** Milliseconds since what is echoed was sent; null when nothing of ours is echoed. */
  since(echo: number, now: number): number | null {
    const elapsed = (this.#value(now) - echo) | 0;
    return elapsed < 0 ? null : elapsed;
  }

  isNewer({ value }: Timestamps): boolean {
    return ((value - this.#recent) | 0) > 0;
  }

  isOld({ value }: Timestamps, now: number): boolean {
    return ((value - this.#recent) | 0) < 0 && now - this.#recentAt < STALE_MS;
  }

  /** §4.3: of a segment that begins at a position and is not old. */
  note({ value }: Timestamps, from: number, now: number): void {
    if (from > this.lastAck) return;
    this.#recent = value;
    this.#recentAt = now;
  }

  #value(now: number): number {
    return (Math.floor(now) + this.#offset) >>> 0;
  }
}
