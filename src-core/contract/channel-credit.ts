import { STREAM_CREDIT_BYTES } from './wire.ts';

/** One data message holds at most this much, so that keystrokes of another stream need not wait behind a flood. */
export const MAX_DATA_BYTES = 32 * 1024;

/** Credit goes back in quarters: often enough that a writer never starves, seldom enough to be cheap. */
const CREDIT_STEP_BYTES = STREAM_CREDIT_BYTES / 4;

interface QueuedWrite {
  rest: Uint8Array;
  sent(): void;
  failed(error: Error): void;
}

/** The sending half of one channel. */
export class ChannelSender {
  #credit = STREAM_CREDIT_BYTES;
  #pumping = false;
  readonly #queue: (QueuedWrite | { afterwards(): void })[] = [];
  readonly #send: (bytes: Uint8Array) => void;

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  enqueue(entry: QueuedWrite | { afterwards(): void }): void {
    this.#queue.push(entry);
  }

  pump(): void {
    // What is called here may write or grant again; the outer turn of the loop then sees it.
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let entry = this.#queue[0]; entry !== undefined; entry = this.#queue[0]) {
        if ('failed' in entry && !this.#sendSome(entry)) return;
        this.#queue.shift();
        if ('afterwards' in entry) entry.afterwards();
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** @returns whether all of it is sent and there is room for more */
  #sendSome(write: QueuedWrite): boolean {
    while (write.rest.length > 0 && this.#credit > 0) {
      const count = Math.min(write.rest.length, this.#credit, MAX_DATA_BYTES);
      this.#credit -= count;
      const part = write.rest.subarray(0, count);
      write.rest = write.rest.subarray(count);
      this.#send(part);
    }
    if (write.rest.length > 0 || this.#credit === 0) return false;
    write.sent();
    return true;
  }

  /** @returns false when the peer grants what it never received */
  grant(bytes: number): boolean {
    if (this.#credit + bytes > STREAM_CREDIT_BYTES) return false;
    this.#credit += bytes;
    return true;
  }

  fail(error: Error): void {
    for (const entry of this.#queue.splice(0)) if ('failed' in entry) entry.failed(error);
  }
}

/** The receiving half of one channel. */
export class ChannelReceiver {
  #unacknowledged = 0;
  #consumed = 0;
  readonly #giveCredit: (bytes: number) => void;

  constructor(giveCredit: (bytes: number) => void) {
    this.#giveCredit = giveCredit;
  }

  /** @returns false when the peer had no credit for it */
  take(count: number): boolean {
    if (this.#unacknowledged + count > STREAM_CREDIT_BYTES) return false;
    this.#unacknowledged += count;
    return true;
  }

  consumed(count: number): void {
    this.#consumed += count;
    if (this.#consumed < CREDIT_STEP_BYTES) return;
    const credit = this.#consumed;
    this.#consumed = 0;
    this.#unacknowledged -= credit;
    this.#giveCredit(credit);
  }
}
