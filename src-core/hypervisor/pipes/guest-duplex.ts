import type { Disposable } from '../../base/disposable.ts';
import type { ByteDuplex } from '../../guest/link.ts';
import type { Clock } from '../../host/clock.ts';
import type { GuestPipe } from '../runner.ts';

const CHUNK_BYTES = 32 * 1024;
/** A guest that floods the port gets no more than this of the service's attention at a time. */
const TURN_BYTES = 256 * 1024;

/** A guest's port as the agent's client wants it: whatever is written is taken, and kept until the guest reads. */
export class GuestDuplex implements ByteDuplex, Disposable {
  readonly #pipe: GuestPipe;
  readonly #clock: Clock;
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  readonly #waiting: Uint8Array[] = [];
  readonly #subscriptions: Disposable[];
  #onData: (bytes: Uint8Array) => void = () => undefined;
  #onDrain: () => void = () => undefined;
  #turn: Disposable | undefined;
  #disposed = false;

  constructor(pipe: GuestPipe, clock: Clock) {
    this.#pipe = pipe;
    this.#clock = clock;
    this.#subscriptions = [pipe.onReadable(() => this.#read()), pipe.onWritable(() => this.#drain())];
  }

  write(bytes: Uint8Array): boolean {
    if (this.#disposed) return true;
    const count = this.#waiting.length === 0 ? this.#pipe.write(bytes) : 0;
    if (count < bytes.length) this.#waiting.push(bytes.slice(count));
    return this.#waiting.length === 0;
  }

  onData(handler: (bytes: Uint8Array) => void): void {
    this.#onData = handler;
    this.#read();
  }

  onDrain(handler: () => void): void {
    this.#onDrain = handler;
  }

  dispose(): void {
    this.#disposed = true;
    this.#turn?.dispose();
    this.#waiting.length = 0;
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #read(): void {
    if (this.#turn) return;
    for (let moved = 0; moved < TURN_BYTES;) {
      const count = this.#take();
      if (count === 0) return;
      this.#onData(this.#chunk.subarray(0, count));
      moved += count;
    }
    this.#turn = this.#clock.after(0, () => {
      this.#turn = undefined;
      this.#read();
    });
  }

  #take(): number {
    return this.#disposed ? 0 : this.#pipe.read(this.#chunk);
  }

  #drain(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const count = this.#pipe.write(first);
      if (count < first.length) {
        this.#waiting[0] = first.subarray(count);
        return;
      }
      this.#waiting.shift();
    }
    this.#onDrain();
  }
}
