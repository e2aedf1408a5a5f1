import type { EndpointEvents } from './endpoint-interface.ts';
import type { Receiver } from './receiver.ts';

/** Gives what was received to who reads it, in its order and only when it is wanted; the end comes after all bytes. */
export class Delivery {
  readonly #events: EndpointEvents;
  readonly #receiver: Receiver;
  readonly #isOpen: () => boolean;
  #reads = true;
  /** The other end's FIN was taken, but bytes before it were not read yet. */
  #owesEnd = false;

  /** @param isOpen whether there still is a connection: who reads may end it while bytes are given */
  constructor(events: EndpointEvents, receiver: Receiver, isOpen: () => boolean) {
    this.#events = events;
    this.#receiver = receiver;
    this.#isOpen = isOpen;
  }

  /** Whether bytes go on at once. */
  get reads(): boolean {
    return this.#reads;
  }

  take(bytes: Uint8Array): void {
    if (!this.#isOpen()) return;
    if (!this.#reads) return this.#receiver.enqueue(bytes);
    this.#reads = this.#events.data(bytes);
    this.#receiver.taken(bytes.length);
  }

  /** There is room again: what waited goes first. */
  readOn(): void {
    const receiver = this.#receiver;
    this.#reads = true;
    while (this.#reads && receiver.queued > 0) {
      this.#reads = this.#events.data(receiver.dequeue());
      if (!this.#isOpen()) return;
    }
    if (receiver.queued === 0 && this.#owesEnd) this.#tellEnd();
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#receiver.queued > 0) this.#owesEnd = true;
    else this.#tellEnd();
  }

  #tellEnd(): void {
    this.#owesEnd = false;
    this.#events.ended();
  }
}
