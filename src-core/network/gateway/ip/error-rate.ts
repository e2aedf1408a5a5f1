import type { HostNetwork } from '../../host-network.ts';

/** ICMP errors that one guest gets at once, and for each second after (RFC 1812 §4.3.2.8, RFC 4443 §2.4 f). */
export const ERROR_BURST = 50;
export const ERRORS_PER_SECOND = 100;
/** Guests that are counted one by one; who was answered longest ago is forgotten for another. */
export const MOST_COUNTED_GUESTS = 1024;

interface Bucket {
  left: number;
  at: number;
}

/** A token bucket for each guest. */
export class ErrorRate {
  readonly #host: Pick<HostNetwork, 'now'>;
  /** Who was answered longest ago comes first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(host: Pick<HostNetwork, 'now'>) {
    this.#host = host;
  }

  /** Whether this guest may be sent another error now; it counts. */
  allows(guest: string): boolean {
    const now = this.#host.now();
    const bucket = this.#buckets.get(guest) ?? { left: ERROR_BURST, at: now };
    bucket.left = Math.min(ERROR_BURST, bucket.left + ((now - bucket.at) * ERRORS_PER_SECOND) / 1000);
    bucket.at = now;
    this.#buckets.delete(guest);
    const oldest = this.#buckets.keys().next().value;
    if (this.#buckets.size >= MOST_COUNTED_GUESTS && oldest !== undefined) this.#buckets.delete(oldest);
    this.#buckets.set(guest, bucket);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }
}
