import { encodeGrant, ReceiveCredit, SendCredit } from '../credit.ts';
import { CHUNK_BYTES, FRAME_KIND, type FrameKind } from '../protocol.ts';
import { EAGAIN, EINTR, O_NONBLOCK, os, readInto, writeFrom } from './quickjs.ts';

/** What the pumps need of the connection. */
export interface SessionSink {
  readonly writable: boolean;
  send(kind: FrameKind, channel: number, payload: Uint8Array): void;
}

const EMPTY = new Uint8Array(0);
/**
 * A frame costs as much as thousands of bytes in it. So what a program says after a silence goes out at once, but
 * when it goes on within this time, in small pieces, they are let gather for as long.
 */
const GATHER_MS = 4;
const SMALL_BYTES = CHUNK_BYTES / 2;

/** One for all: what was read is sent before the next is read. */
const buffer = new Uint8Array(CHUNK_BYTES);
/** A pipe that select() calls writable takes at least this much without blocking (pipe(7), PIPE_BUF). */
const PIPE_BUF = 4096;

/** From an output of a program to the host; a program whose output nobody takes is held up by its pipe. */
export class OutputPump {
  readonly credit = new SendCredit();
  readonly #channel: number;
  readonly #sink: SessionSink;
  readonly #progress: () => void;
  #fd: number | undefined;
  #readAt = 0;
  #gathering: unknown;

  /** @param progress called after each piece and at the end */
  constructor(fd: number, channel: number, sink: SessionSink, progress: () => void) {
    this.#fd = fd;
    this.#channel = channel;
    this.#sink = sink;
    this.#progress = progress;
  }

  get ended(): boolean {
    return this.#fd === undefined;
  }

  /** It waits for the host, not for the program. */
  get heldUp(): boolean {
    return this.#fd !== undefined && !(this.#sink.writable && this.credit.bytes > 0);
  }

  /** Listens to the program if there is room for what it says. */
  update(): void {
    if (this.#fd === undefined || this.#gathering !== undefined) return;
    // QuickJS serves the first of its handlers that is ready: taking this one away first puts it behind the others.
    os.setReadHandler(this.#fd, null);
    if (!this.heldUp) os.setReadHandler(this.#fd, () => this.#read());
  }

  close(): void {
    if (this.#fd === undefined) return;
    os.clearTimeout(this.#gathering);
    os.setReadHandler(this.#fd, null);
    os.close(this.#fd);
    this.#fd = undefined;
  }

  #gather(fd: number): void {
    os.setReadHandler(fd, null);
    this.#gathering = os.setTimeout(() => {
      this.#gathering = undefined;
      this.update();
    }, GATHER_MS);
  }

  #read(): void {
    if (this.#fd === undefined) return;
    const count = readInto(this.#fd, buffer.subarray(0, Math.min(buffer.length, this.credit.bytes)));
    if (count === -EAGAIN || count === -EINTR) return;
    if (count > 0) {
      this.credit.spend(count);
      this.#sink.send(FRAME_KIND.data, this.#channel, buffer.subarray(0, count));
      const now = os.now();
      if (count < SMALL_BYTES && now - this.#readAt < GATHER_MS) this.#gather(this.#fd);
      else this.update();
      this.#readAt = now;
    } else {
      this.close();
      this.#sink.send(FRAME_KIND.finish, this.#channel, EMPTY);
    }
    this.#progress();
  }
}

/** From the host to a program's standard input. */
export class InputPump {
  readonly #credit = new ReceiveCredit();
  readonly #channel: number;
  readonly #sink: SessionSink;
  readonly #most: number;
  #fd: number | undefined;
  #waiting: Uint8Array[] = [];
  #finished = false;

  /** @param fd the write end of a pipe; it is this object's from now on */
  constructor(fd: number, channel: number, sink: SessionSink) {
    // pipe() makes blocking ends; opening it again gives one of our own that does not block. (Needs /proc.)
    const own = os.open(`/proc/self/fd/${fd}`, os.O_WRONLY | O_NONBLOCK);
    if (own >= 0) os.close(fd);
    this.#fd = own >= 0 ? own : fd;
    this.#most = own >= 0 ? Infinity : PIPE_BUF;
    this.#channel = channel;
    this.#sink = sink;
  }

  /** @returns false when the host sent more than it may */
  push(bytes: Uint8Array): boolean {
    if (!this.#credit.received(bytes.length)) return false;
    this.#waiting.push(bytes.slice());
    this.#drain();
    return true;
  }

  finish(): void {
    this.#finished = true;
    this.#drain();
  }

  /** Gives credit back if there is room for saying so. */
  update(): void {
    if (this.#credit.due && this.#sink.writable) {
      this.#sink.send(FRAME_KIND.credit, this.#channel, encodeGrant(this.#credit.take()));
    }
  }

  close(): void {
    if (this.#fd === undefined) return;
    os.setWriteHandler(this.#fd, null);
    os.close(this.#fd);
    this.#fd = undefined;
  }

  #drain(): void {
    while (this.#waiting[0]) {
      const taken = this.#writeSome(this.#waiting[0]);
      if (taken === 0) {
        this.#waitForRoom();
        return;
      }
      this.#credit.consumed(taken);
      if (taken === this.#waiting[0].length) this.#waiting.shift();
      else this.#waiting[0] = this.#waiting[0].subarray(taken);
      // A blocking pipe has room for one piece per select().
      if (this.#most !== Infinity && this.#waiting.length > 0) {
        this.#waitForRoom();
        return;
      }
    }
    if (this.#fd !== undefined) os.setWriteHandler(this.#fd, null);
    if (this.#finished) this.close();
    this.update();
  }

  #waitForRoom(): void {
    if (this.#fd !== undefined) os.setWriteHandler(this.#fd, () => this.#drain());
    this.update();
  }

  /** @returns the bytes that are gone: also those that nobody reads any more */
  #writeSome(bytes: Uint8Array): number {
    if (this.#fd === undefined) return bytes.length;
    const count = writeFrom(this.#fd, bytes.subarray(0, this.#most));
    if (count > 0) return count;
    if (count === -EAGAIN || count === -EINTR) return 0;
    this.close();
    return bytes.length;
  }
}
