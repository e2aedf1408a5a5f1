import type { Disposable } from '../../base/disposable.ts';
import { inOnePiece } from '../../base/join-bytes.ts';
import type { Clock } from '../../host/clock.ts';

/** Who watches a console. `write` resolves once the client can take more, and rejects when it is gone. */
export interface ConsoleClient {
  write(bytes: Uint8Array): Promise<void>;
}

/** Beyond its own credit, a client may be this far behind before the guest is held back for it. */
const QUEUE_BYTES = 64 * 1024;

/** A client that takes nothing at all for this long holds nobody back any more. */
export const STALL_MS = 5000;

/** Makes a terminal forget what it shows: cancel a sequence, soft reset, main screen, home, clear. */
const FORGET = new TextEncoder().encode('\x18\x1b\\\x1b[!p\x1b[?1049l\x1b[0m\x1b[r\x1b[H\x1b[2J\x1b[3J');

/**
 * One client's place in a console's output: a short queue while it keeps up; nothing while it is stalled; the
 * scrollback anew when it is back.
 */
export class ConsoleFeed {
  readonly #client: ConsoleClient;
  readonly #clock: Clock;
  readonly #replay: () => Uint8Array;
  readonly #onRoom: () => void;
  readonly #queue: Uint8Array[] = [];
  #queued = 0;
  #busy = false;
  #stalled = false;
  #closed = false;
  #watch: Disposable | undefined;

  /** @param replay what a terminal that starts anew is to be shown; @param onRoom it holds the guest back no more */
  constructor(client: ConsoleClient, clock: Clock, replay: () => Uint8Array, onRoom: () => void) {
    this.#client = client;
    this.#clock = clock;
    this.#replay = replay;
    this.#onRoom = onRoom;
  }

  /** The guest must wait for this client. */
  get full(): boolean {
    return !this.#closed && !this.#stalled && this.#queued >= QUEUE_BYTES;
  }

  /** The bytes must not change afterwards. */
  offer(bytes: Uint8Array): void {
    if (this.#closed || this.#stalled || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (!this.#busy) void this.#send();
    if (this.full) this.#watch ??= this.#clock.after(STALL_MS, () => this.#giveUp());
  }

  /** Its terminal forgets what it shows and is shown the scrollback, which is another one now. */
  startAnew(): void {
    if (this.#closed || this.#stalled) return;
    this.#queue.length = 0;
    this.#queued = 0;
    this.#startAnew();
    if (!this.#busy) void this.#send();
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#queued = 0;
    this.#unwatch();
    this.#onRoom();
  }

  async #send(): Promise<void> {
    this.#busy = true;
    try {
      for (let bytes = this.#next(); bytes !== undefined; bytes = this.#next()) {
        const written = this.#client.write(bytes);
        this.#onRoom();
        await written;
        this.#unwatch();
        if (this.#stalled) this.#startAnew();
      }
    } catch {
      this.close();
    } finally {
      this.#busy = false;
    }
  }

  /** Everything that waits, as one piece. */
  #next(): Uint8Array | undefined {
    const all = inOnePiece(this.#queue);
    this.#queue.length = 0;
    this.#queued = 0;
    return all.length === 0 ? undefined : all;
  }

  #giveUp(): void {
    this.#watch = undefined;
    this.#stalled = true;
    this.#queue.length = 0;
    this.#queued = 0;
    this.#onRoom();
  }

  #startAnew(): void {
    this.#stalled = false;
    const replay = this.#replay();
    this.#queue.push(FORGET, replay);
    this.#queued += FORGET.length + replay.length;
  }

  #unwatch(): void {
    this.#watch?.dispose();
    this.#watch = undefined;
  }
}
