import { encodeFrame, FrameReader } from './frames.ts';
import { HELLO_BYTES, MAGIC, RESYNC_BYTES, type Frame, type FrameKind } from './protocol.ts';

const NOTHING: Uint8Array = new Uint8Array(0);

/** One byte stream, both ways. */
export interface ByteDuplex {
  /** Takes all the bytes. @returns false when it is full: the next write should wait for `onDrain` */
  write(bytes: Uint8Array): boolean;
  /** One handler. The bytes may be used again by the caller once the handler has returned. */
  onData(handler: (bytes: Uint8Array) => void): void;
  onDrain(handler: () => void): void;
}

export interface LinkHandlers {
  /** The greeting is done: frames can be sent. */
  onUp(): void;
  /** The connection is gone, with everything that was underway; `start` greets again. */
  onDown(reason: string): void;
  onFrame(frame: Frame): void;
  /** There is room again. Called only while up. */
  onWritable(): void;
}

/**
 * One end of the connection between host and agent: the greeting and the frames of protocol.ts. Holds at most one
 * frame that is coming in; nothing that is going out: who sends looks at `writable` first.
 */
export class AgentLink {
  #state: 'off' | 'greeting' | 'up' = 'off';
  #ownNonce = 0;
  #theirNonce = 0;
  /** The nonce that our last hello named; 0 for none. */
  #answered = 0;
  #helloDue = false;
  #writable = true;
  #heldHello = NOTHING;
  #reader: FrameReader | undefined;
  readonly #duplex: ByteDuplex;
  readonly #random: () => number;
  readonly #handlers: LinkHandlers;

  /** @param random as Math.random */
  constructor(duplex: ByteDuplex, random: () => number, handlers: LinkHandlers) {
    this.#duplex = duplex;
    this.#random = random;
    this.#handlers = handlers;
    duplex.onData((bytes) => this.#receive(bytes));
    duplex.onDrain(() => this.#drained());
  }

  get up(): boolean {
    return this.#state === 'up';
  }

  get writable(): boolean {
    return this.#state === 'up' && this.#writable;
  }

  /** Greets, whatever was before. */
  start(): void {
    this.#state = 'greeting';
    this.#ownNonce = 1 + Math.floor(this.#random() * 0xffff_fffe);
    this.#theirNonce = 0;
    this.#answered = 0;
    this.#helloDue = false;
    this.#heldHello = NOTHING;
    this.#reader = new FrameReader(this.#ownNonce, (frame) => this.#handlers.onFrame(frame));
    this.#write(new Uint8Array(RESYNC_BYTES));
    this.#sendHello();
  }

  /** Hears and says nothing any more, until `start`. */
  stop(): void {
    this.#state = 'off';
    this.#helloDue = false;
  }

  /** Ends a connection whose other side does what it must not. */
  violate(reason: string): void {
    if (this.#state !== 'up') return;
    this.stop();
    this.#handlers.onDown(reason);
  }

  /** Dropped while not up. @param payload at most MAX_PAYLOAD_BYTES */
  send(kind: FrameKind, session: number, channel: number, payload: Uint8Array): void {
    if (this.#state === 'up') this.#write(encodeFrame(kind, session, channel, payload, this.#theirNonce));
  }

  #write(bytes: Uint8Array): void {
    this.#writable = this.#duplex.write(bytes);
  }

  #drained(): void {
    this.#writable = true;
    if (this.#helloDue) this.#sendHello();
    if (this.writable) this.#handlers.onWritable();
  }

  #receive(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0 && this.#state === 'greeting') rest = this.#awaitHello(rest);
    if (this.#state !== 'up' || !this.#reader) return;
    const reader = this.#reader;
    const fault = reader.push(rest, () => this.#state === 'up' && this.#reader === reader);
    if (fault === 'restart') this.violate('the other side started anew');
    if (fault === 'no-frame') this.violate('what arrived is not a frame');
  }

  /** Skips everything before a hello. @returns what follows it */
  #awaitHello(bytes: Uint8Array): Uint8Array {
    const all = join(this.#heldHello, bytes);
    this.#heldHello = NOTHING;
    const first = MAGIC[0] ?? 0;
    for (let at = all.indexOf(first); at !== -1; at = all.indexOf(first, at + 1)) {
      if (!MAGIC.every((byte, i) => at + i >= all.length || all[at + i] === byte)) continue;
      if (all.length - at < HELLO_BYTES) {
        this.#heldHello = all.slice(at);
        break;
      }
      const view = new DataView(all.buffer, all.byteOffset + at + MAGIC.length, 8);
      this.#greeted(view.getUint32(0, true), view.getUint32(4, true));
      return all.subarray(at + HELLO_BYTES);
    }
    return NOTHING;
  }

  #greeted(theirs: number, echo: number): void {
    if (theirs === 0) return;
    this.#theirNonce = theirs;
    const known = echo === this.#ownNonce;
    if (this.#answered !== theirs) {
      // While the stream is full only the newest hello is remembered: a flood of them costs no memory.
      if (known || this.#writable) this.#sendHello();
      else this.#helloDue = true;
    }
    if (!known) return;
    this.#state = 'up';
    this.#handlers.onUp();
  }

  #sendHello(): void {
    this.#helloDue = false;
    this.#answered = this.#theirNonce;
    const hello = new Uint8Array(HELLO_BYTES);
    hello.set(MAGIC);
    const view = new DataView(hello.buffer, MAGIC.length);
    view.setUint32(0, this.#ownNonce, true);
    view.setUint32(4, this.#theirNonce, true);
    this.#write(hello);
  }
}

function join(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right;
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}
