/** What bytes are charged with that are kept in a piece of their own. */
export const PIECE_OVERHEAD = 256;

/** Memory that several connections share: of a guest, or of all guests of a network. */
export class Budget {
  readonly #limit: number;
  readonly #within: Budget | null;
  #used = 0;

  /** @param within what this one is part of */
  constructor(limit: number, within: Budget | null = null) {
    this.#limit = limit;
    this.#within = within;
  }

  /** Whether nothing more should be kept than what keeps each connection alive. */
  get isSpent(): boolean {
    return this.#used >= this.#limit || (this.#within?.isSpent ?? false);
  }

  get used(): number {
    return this.#used;
  }

  /** @param bytes negative when they are let go of */
  charge(bytes: number): void {
    this.#used += bytes;
    this.#within?.charge(bytes);
  }
}
