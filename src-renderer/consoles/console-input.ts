/** Bytes sent at once: far below the credit, so that a large paste is held back instead of piling up. */
const PIECE_BYTES = 8 * 1024;

export interface ByteTarget {
  write(bytes: Uint8Array): Promise<void>;
}

/** What is typed and pasted, sent in order and as fast as the guest takes it. */
export class ConsoleInput {
  readonly #target: ByteTarget;
  #waiting: Uint8Array[] = [];
  #sending = false;

  constructor(target: ByteTarget) {
    this.#target = target;
  }

  send(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) this.#waiting.push(bytes.subarray(at, at + PIECE_BYTES));
    if (!this.#sending) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    try {
      for (let piece = this.#waiting.shift(); piece !== undefined; piece = this.#waiting.shift()) {
        await this.#target.write(piece);
      }
    } catch {
      // The stream is gone, and its result says why: what was still to be typed has nowhere to go.
      this.#waiting = [];
    } finally {
      this.#sending = false;
    }
  }
}
