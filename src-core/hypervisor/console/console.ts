import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import type { Clock } from '../../host/clock.ts';
import { ConsoleFeed } from './console-client.ts';
import type { ConsoleClient } from './console-client.ts';
import type { GuestPipe } from '../runner.ts';
import { Scrollback } from './scrollback.ts';

const SCROLLBACK_BYTES = 512 * 1024;
const CHUNK_BYTES = 32 * 1024;
/** After so much in one go other work has its turn. */
const TURN_BYTES = 512 * 1024;
/** Typed or pasted, and not yet taken by the guest. */
const INPUT_BYTES = 256 * 1024;

export interface ConsoleAttachment extends Disposable {
  readonly scrollbackBytes: number;
}

/**
 * A machine's console as the service keeps it, over all its runs. Output goes to the scrollback and to everyone who
 * is attached; the guest is read no faster than the slowest of them takes it, so a flood is held back in the guest.
 */
export class MachineConsole {
  readonly #clock: Clock;
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  readonly #scrollback = new Scrollback(SCROLLBACK_BYTES);
  readonly #feeds = new Set<ConsoleFeed>();
  readonly #input: { bytes: Uint8Array; taken: () => void }[] = [];
  #inputBytes = 0;
  #pipe: GuestPipe | undefined;
  #subscriptions: Disposable[] = [];
  #turn: Disposable | undefined;
  #pumping = false;
  #wasTyped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A run begins: its console is this one from now on. */
  connect(pipe: GuestPipe): void {
    this.disconnect();
    this.#wasTyped = false;
    this.#pipe = pipe;
    this.#subscriptions = [pipe.onReadable(() => this.#pump()), pipe.onWritable(() => this.#feedGuest())];
    this.#pump();
  }

  /** The run has ended: its last words are read, whoever is slow. */
  disconnect(): void {
    const pipe = this.#pipe;
    if (!pipe) return;
    this.#turn?.dispose();
    this.#turn = undefined;
    for (let bytes = this.#read(pipe); bytes !== null; bytes = this.#read(pipe)) this.#deliver(bytes);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#subscriptions = [];
    this.#pipe = undefined;
    for (const { taken } of this.#input.splice(0)) taken();
    this.#inputBytes = 0;
  }

  /** A line of ours between two runs, set apart from what guests write. */
  note(text: string): void {
    this.#deliver(new TextEncoder().encode(`\r\n\x1b[0m\x1b[2m── ${text} ──\x1b[0m\r\n`));
  }

  /** Somebody has typed in this run. */
  get wasTyped(): boolean {
    return this.#wasTyped;
  }

  /** All that was shown up to now, as it is to be shown again: what the guest has written already is part of it. */
  record(): Uint8Array {
    const pipe = this.#pipe;
    if (pipe) for (let bytes = this.#read(pipe); bytes !== null; bytes = this.#read(pipe)) this.#deliver(bytes);
    return this.#scrollback.replay();
  }

  /** Shows what was recorded in place of all that was shown up to now, also to everyone who is attached. */
  show(recorded: Uint8Array): void {
    this.#scrollback.clear();
    this.#scrollback.append(recorded);
    for (const feed of this.#feeds) feed.startAnew();
  }

  /** From now on the client gets the scrollback and all output. */
  attach(client: ConsoleClient): ConsoleAttachment {
    const feed = new ConsoleFeed(
      client,
      this.#clock,
      () => this.#scrollback.replay(),
      () => this.#pump(),
    );
    const replay = this.#scrollback.replay();
    feed.offer(replay);
    this.#feeds.add(feed);
    const dispose = () => {
      this.#feeds.delete(feed);
      feed.close();
    };
    return { scrollbackBytes: replay.length, dispose };
  }

  /**
   * What a client typed. Resolves when the guest has room for more; what is typed at a machine that does not run
   * is lost, as on a real one. @throws AppError 'unavailable' when far too much waits already
   */
  write(bytes: Uint8Array): Promise<void> {
    if (!this.#pipe) return Promise.resolve();
    this.#wasTyped = true;
    if (this.#inputBytes + bytes.length > INPUT_BYTES) {
      const because = 'the guest does not read what was typed';
      return Promise.reject(new AppError({ code: 'unavailable', doing: 'type at the console', because }));
    }
    this.#inputBytes += bytes.length;
    const done = new Promise<void>((taken) => this.#input.push({ bytes: bytes.slice(), taken }));
    this.#feedGuest();
    return done;
  }

  #feedGuest(): void {
    for (let first = this.#input[0]; first && this.#pipe; first = this.#input[0]) {
      const count = this.#pipe.write(first.bytes);
      this.#inputBytes -= count;
      if (count < first.bytes.length) {
        first.bytes = first.bytes.subarray(count);
        return;
      }
      this.#input.shift();
      first.taken();
    }
  }

  #pump(): void {
    if (this.#pumping || !this.#pipe) return;
    this.#pumping = true;
    try {
      this.#pumpOneTurn(this.#pipe);
    } finally {
      this.#pumping = false;
    }
  }

  #pumpOneTurn(pipe: GuestPipe): void {
    for (let moved = 0; moved < TURN_BYTES;) {
      if ([...this.#feeds].some((feed) => feed.full)) return;
      const bytes = this.#read(pipe);
      if (bytes === null) return;
      this.#deliver(bytes);
      moved += bytes.length;
    }
    this.#turn ??= this.#clock.after(0, () => {
      this.#turn = undefined;
      this.#pump();
    });
  }

  #read(pipe: GuestPipe): Uint8Array | null {
    const count = pipe.read(this.#chunk);
    return count === 0 ? null : this.#chunk.slice(0, count);
  }

  #deliver(bytes: Uint8Array): void {
    this.#scrollback.append(bytes);
    for (const feed of this.#feeds) feed.offer(bytes);
  }
}
