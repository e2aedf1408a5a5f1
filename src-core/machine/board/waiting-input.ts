import type { BytePort } from '../board-interface.ts';
import { fromHex, toHex } from '../state/values.ts';

const CHUNK_BYTES = 64 * 1024;
/** More is left outside: a state has room for a little over this. */
const MOST_BYTES = 512 * 1024;
const NOTHING = new Uint8Array();

/** The console's outside, with what was typed before the machine was saved standing before what is typed now. */
export class WaitingInput implements BytePort {
  readonly #outside: BytePort;
  #waiting: Uint8Array = NOTHING;

  constructor(outside: BytePort) {
    this.#outside = outside;
  }

  get available(): number {
    return this.#waiting.length + this.#outside.available;
  }

  write(bytes: Uint8Array): number {
    return this.#outside.write(bytes);
  }

  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.#waiting.length);
    if (count === 0) return this.#outside.read(into);
    into.set(this.#waiting.subarray(0, count));
    this.#waiting = this.#waiting.subarray(count);
    return count;
  }

  /** Takes what waits outside, so that it is saved with the machine. */
  takeAll(): void {
    if (this.#waiting.length > MOST_BYTES) return;
    const chunk = new Uint8Array(CHUNK_BYTES);
    const count = this.#outside.available > 0 ? this.#outside.read(chunk) : 0;
    if (count === 0) return;
    const all = new Uint8Array(this.#waiting.length + count);
    all.set(this.#waiting);
    all.set(chunk.subarray(0, count), this.#waiting.length);
    this.#waiting = all;
  }

  save(): string {
    return toHex(this.#waiting);
  }

  restore(saved: string): void {
    this.#waiting = fromHex(saved);
  }
}
