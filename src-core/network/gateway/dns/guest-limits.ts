import { LeastRecent } from '../least-recent.ts';

/** Questions to the outside that wait for their answers: of all guests of a network, and of one of them. */
export const MOST_WAITING = 192;
export const MOST_WAITING_OF_A_GUEST = 64;
/** And how many one may ask: at once, and per second for long. */
export const BURST = 300;
export const PER_SECOND = 100;
const MOST_GUESTS = 1024;

interface Guest {
  waiting: number;
  left: number;
  at: number;
}

/** Keeps one guest from using up what this computer's resolver has for all. */
export class GuestLimits {
  readonly #now: () => number;
  readonly #guests = new LeastRecent<Guest>();
  #waiting = 0;

  /** @param now milliseconds that only grow */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A guest wants to ask. @returns what is to be called when it was answered; null when it may not */
  enter(address: string): (() => void) | null {
    const guest = this.#guestAt(address);
    if (guest.left < 1 || guest.waiting >= MOST_WAITING_OF_A_GUEST || this.#waiting >= MOST_WAITING) return null;
    guest.left--;
    guest.waiting++;
    this.#waiting++;
    return () => {
      guest.waiting--;
      this.#waiting--;
    };
  }

  #guestAt(address: string): Guest {
    const now = this.#now();
    const guest = this.#guests.get(address) ?? { waiting: 0, left: BURST, at: now };
    guest.left = Math.min(BURST, guest.left + ((now - guest.at) / 1000) * PER_SECOND);
    guest.at = now;
    this.#guests.set(address, guest);
    if (this.#guests.size > MOST_GUESTS) this.#guests.delete(this.#guests.leastRecent?.[0] ?? '');
    return guest;
  }
}
