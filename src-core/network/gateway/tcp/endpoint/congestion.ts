/** The window of NewReno: RFC 5681, RFC 6582, with acknowledged bytes counted (RFC 3465). All in bytes. */
export class Congestion {
  readonly #mss: number;
  readonly #initial: number;
  readonly #most: number;
  window: number;
  threshold = Infinity;
  #towardsNext = 0;

  /** @param most beyond which the window does not grow, as no more is ever kept to be sent */
  constructor(mss: number, initialSegments: number, most: number) {
    this.#mss = mss;
    this.#initial = mss * initialSegments;
    this.#most = most;
    this.window = this.#initial;
  }

  /** RFC 5681 §3.1. @param flight bytes that were on the way before: a window that is not used does not grow */
  acknowledged(bytes: number, flight: number): void {
    if (this.window < this.threshold) {
      if (flight * 2 >= this.window) this.window = Math.min(this.#most, this.window + bytes);
      return;
    }
    if (flight + this.#mss * 2 < this.window) return;
    this.#towardsNext += bytes;
    if (this.#towardsNext < this.window) return;
    this.#towardsNext -= this.window;
    this.window = Math.min(this.#most, this.window + this.#mss);
  }

  /** Something was lost, and the rest arrives. RFC 6675 §5 step 4.2. */
  lost(flight: number): void {
    this.#lowerThreshold(flight);
    this.window = this.threshold;
  }

  /** Nothing arrives. RFC 5681 §3.1. @param first whether it is the first time for what was lost */
  timedOut(flight: number, first: boolean): void {
    if (first) this.#lowerThreshold(flight);
    this.window = this.#mss;
  }

  /** RFC 5681 §4.1. */
  restart(): void {
    this.window = Math.min(this.window, this.#initial);
  }

  #lowerThreshold(flight: number): void {
    this.threshold = Math.max(Math.floor(flight / 2), 2 * this.#mss);
    this.#towardsNext = 0;
  }
}
