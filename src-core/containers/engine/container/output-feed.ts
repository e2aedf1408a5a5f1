import type { Disposable } from '../../../base/disposable.ts';
import type { OutputChannel } from '../../../guest/protocol.ts';
import type { Clock } from '../../../host/clock.ts';

export interface OutputPiece {
  readonly bytes: Uint8Array;
  readonly channel: OutputChannel;
}

/** Who is attached. `write` resolves once more can be taken, and rejects when it is gone. */
export interface OutputClient {
  write(bytes: Uint8Array, channel: OutputChannel): Promise<void>;
}

/** Beyond its own credit, a client may be this far behind before the process is held back for it. */
const QUEUE_BYTES = 64 * 1024;
/** One that takes nothing at all for so long holds nobody back any more. */
const STALL_MS = 5000;

/** One client's place in what a container prints. */
export class OutputFeed {
  readonly #client: OutputClient;
  readonly #clock: Clock;
  readonly #isPatient: boolean;
  readonly #onRoom: () => void;
  #queue: OutputPiece[] = [];
  #queued = 0;
  #sending: Promise<void> | null = null;
  #isStalled = false;
  #isClosed = false;
  #watch: Disposable | undefined;

  /** @param onRoom it may hold the process back no more */
  constructor(client: OutputClient, clock: Clock, isPatient: boolean, onRoom: () => void) {
    this.#client = client;
    this.#clock = clock;
    this.#isPatient = isPatient;
    this.#onRoom = onRoom;
  }

  /** The process must wait for this client. */
  get full(): boolean {
    return !this.#isClosed && !this.#isStalled && this.#queued >= QUEUE_BYTES;
  }

  /** The bytes must not change afterwards. */
  offer(piece: OutputPiece): void {
    if (this.#isClosed || this.#isStalled) return;
    this.#queue.push(piece);
    this.#queued += piece.bytes.length;
    this.#sending ??= this.#send();
    if (this.full && !this.#isPatient) this.#watch ??= this.#clock.after(STALL_MS, () => this.#giveUp());
  }

  /** All that was offered is handed over, or nobody takes it any more. */
  async flushed(): Promise<void> {
    while (this.#sending && !this.#isStalled && !this.#isClosed) await this.#sending;
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  async #send(): Promise<void> {
    try {
      for (let piece = this.#queue.shift(); piece; piece = this.#queue.shift()) {
        await this.#client.write(piece.bytes, piece.channel);
        this.#watch?.dispose();
        this.#watch = undefined;
        // What was dropped meanwhile is not waited for any more; it takes part again from here on.
        if (this.#isStalled) this.#isStalled = false;
        else this.#queued -= piece.bytes.length;
        this.#onRoom();
      }
    } catch {
      this.close();
    } finally {
      this.#sending = null;
    }
  }

  #giveUp(): void {
    this.#isStalled = true;
    this.#drop();
  }

  #drop(): void {
    this.#watch?.dispose();
    this.#watch = undefined;
    this.#queue = [];
    this.#queued = 0;
    this.#onRoom();
  }
}
