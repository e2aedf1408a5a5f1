import type { EndpointLimits } from './limits.ts';

/** Granularity of the clock, ms: G of RFC 6298. */
const GRANULARITY = 1;

/** How long an acknowledgment takes, and how long is waited for it: RFC 6298. */
export class RoundTrip {
  #smoothed = -1;
  #variation = 0;
  #rto: number;
  #backoffs = 0;
  readonly #limits: EndpointLimits;

  constructor(limits: EndpointLimits) {
    this.#limits = limits;
    this.#rto = limits.firstRto;
  }

  /** Milliseconds until what was not acknowledged is sent again. */
  get rto(): number {
    return Math.min(this.#limits.mostRto, this.#rto * 2 ** this.#backoffs);
  }

  /** Times that it was sent again in vain. */
  get backoffs(): number {
    return this.#backoffs;
  }

  /** Milliseconds; -1 while nothing was measured. */
  get smoothed(): number {
    return this.#smoothed;
  }

  /** RFC 6298 §2.2 and §2.3. @param measured milliseconds, not of what was sent twice (unless timestamps tell which) */
  measure(measured: number): void {
    const rtt = Math.max(0, measured);
    if (this.#smoothed < 0) {
      this.#smoothed = rtt;
      this.#variation = rtt / 2;
    } else {
      this.#variation += (Math.abs(this.#smoothed - rtt) - this.#variation) / 4;
      this.#smoothed += (rtt - this.#smoothed) / 8;
    }
    const rto = this.#smoothed + Math.max(GRANULARITY, 4 * this.#variation);
    this.#rto = Math.min(this.#limits.mostRto, Math.max(this.#limits.leastRto, rto));
  }

  /** §5.5. */
  backOff(): void {
    this.#backoffs++;
  }

  /** Something new was acknowledged. */
  progress(): void {
    this.#backoffs = 0;
  }
}
