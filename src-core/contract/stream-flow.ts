import { assert } from '../base/errors.ts';
import { ChannelReceiver, ChannelSender } from './channel-credit.ts';

/**
 * Bytes under credit, the same at both ends of a stream. A side may have STREAM_CREDIT_BYTES unacknowledged on each
 * channel; beyond that its writes wait. So a reader that is slow holds back the writer and memory stays bounded.
 */

/** Channels of one stream are numbered 0 to 7: each costs buffer space, so a peer cannot invent more. */
export const MAX_STREAM_CHANNELS = 8;

export type DataHandler = (bytes: Uint8Array, channel: number, done: () => void) => unknown;

export interface FlowOutlet {
  data(channel: number, bytes: Uint8Array): void;
  credit(channel: number, bytes: number): void;
  /** The handler of incoming bytes threw or its promise rejected. */
  handlerFailed(error: unknown): void;
}

/** All channels of one stream, as one side sees them. */
export class StreamFlow {
  readonly #outlet: FlowOutlet;
  readonly #senders = new Map<number, ChannelSender>();
  readonly #receivers = new Map<number, ChannelReceiver>();
  #handler: DataHandler | undefined;
  #unhandled: { bytes: Uint8Array; channel: number }[] = [];
  #held: boolean;
  #ended: Error | undefined;

  /** @param held nothing is sent before `release`: the stream must be announced first */
  constructor(outlet: FlowOutlet, held: boolean) {
    this.#outlet = outlet;
    this.#held = held;
  }

  release(): void {
    this.#held = false;
    for (const sender of [...this.#senders.values()]) sender.pump();
  }

  /** Bytes must stay as they are until the promise resolves, which is when they are sent and there is credit left. */
  write(bytes: Uint8Array, channel: number): Promise<void> {
    assert(isChannel(channel), `stream channel ${channel} does not exist`);
    if (this.#ended) return quietly(Promise.reject(this.#ended));
    const written = new Promise<void>((sent, failed) => {
      this.#sender(channel).enqueue({ rest: bytes, sent, failed });
    });
    this.#pump(channel);
    return quietly(written);
  }

  /** Calls `then` once everything written to `channel` so far is sent. */
  afterWrites(channel: number, then: () => void): void {
    assert(isChannel(channel), `stream channel ${channel} does not exist`);
    if (this.#ended) return;
    this.#sender(channel).enqueue({ afterwards: then });
    this.#pump(channel);
  }

  /** Calls `then` once everything written to every channel so far is sent. */
  afterAllWrites(then: () => void): void {
    const channels = [...this.#senders.keys()];
    let waiting = channels.length;
    if (waiting === 0) channels.push(0);
    for (const channel of channels) this.afterWrites(channel, () => (--waiting <= 0 ? then() : undefined));
  }

  /** Data came in. @returns false when the peer broke the rules of credit */
  receive(bytes: Uint8Array, channel: number): boolean {
    if (!isChannel(channel) || !this.#receiver(channel).take(bytes.length)) return false;
    // An empty message costs no credit, so it must not cost memory.
    if (bytes.length === 0) return true;
    if (this.#handler === undefined) this.#unhandled.push({ bytes, channel });
    else this.#deliver(this.#handler, bytes, channel);
    return true;
  }

  /** Credit came in. @returns false when the peer broke the rules of credit */
  grant(bytes: number, channel: number): boolean {
    const sender = this.#senders.get(channel);
    if (sender === undefined || !sender.grant(bytes)) return false;
    this.#pump(channel);
    return true;
  }

  onData(handler: DataHandler): void {
    this.#handler = handler;
    const waiting = this.#unhandled;
    this.#unhandled = [];
    for (const { bytes, channel } of waiting) this.#deliver(handler, bytes, channel);
  }

  /** Nothing is sent any more; writes that wait reject with `error`. What came in can still be read. */
  end(error: Error): void {
    this.#ended ??= error;
    for (const sender of this.#senders.values()) sender.fail(error);
  }

  #deliver(handler: DataHandler, bytes: Uint8Array, channel: number): void {
    let given = false;
    const done = () => {
      if (given) return;
      given = true;
      this.#receiver(channel).consumed(bytes.length);
    };
    try {
      const outcome = handler(bytes, channel, done);
      if (outcome instanceof Promise) outcome.then(done, (error: unknown) => this.#outlet.handlerFailed(error));
    } catch (error) {
      this.#outlet.handlerFailed(error);
    }
  }

  #pump(channel: number): void {
    if (!this.#held) this.#sender(channel).pump();
  }

  #sender(channel: number): ChannelSender {
    let sender = this.#senders.get(channel);
    if (sender === undefined) {
      sender = new ChannelSender((bytes) => this.#outlet.data(channel, bytes));
      this.#senders.set(channel, sender);
    }
    return sender;
  }

  #receiver(channel: number): ChannelReceiver {
    let receiver = this.#receivers.get(channel);
    if (receiver === undefined) {
      receiver = new ChannelReceiver((bytes) => {
        if (this.#ended === undefined) this.#outlet.credit(channel, bytes);
      });
      this.#receivers.set(channel, receiver);
    }
    return receiver;
  }
}

function isChannel(channel: number): boolean {
  return Number.isInteger(channel) && channel >= 0 && channel < MAX_STREAM_CHANNELS;
}

/** The caller may look at the outcome or not: an ignored failure must not count as unhandled and end the process. */
export function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
