import type { ByteDuplex } from '../link.ts';
import { EAGAIN, EINTR, O_NONBLOCK, os, readInto, writeFrom } from './quickjs.ts';

/** While the host has not opened its end, Linux reports an end of file: look again after this time. */
const HOST_AWAY_MS = 1000;
/** drivers/char/virtio_console.c gives at most a page at a time: what is there is taken together. */
const READ_BYTES = 64 * 1024;

/** The agent's end of the port to the host. */
export class AgentPort implements ByteDuplex {
  readonly #fd: number;
  readonly #blocks: boolean;
  readonly #buffer = new Uint8Array(READ_BYTES);
  readonly #gone: (errno: number) => void;
  #unsent: Uint8Array[] = [];
  #onData: (bytes: Uint8Array) => void = () => undefined;
  #onDrain: () => void = () => undefined;

  /**
   * @param blocks reading waits when there is nothing
   * @param gone the port cannot be used any more
   */
  constructor(fd: number, blocks: boolean, gone: (errno: number) => void) {
    this.#fd = fd;
    this.#blocks = blocks;
    this.#gone = gone;
  }

  /** @returns a negative errno when it cannot be opened: somebody else has it, or there is none */
  static open(path: string): number {
    return os.open(path, os.O_RDWR | O_NONBLOCK);
  }

  onData(handler: (bytes: Uint8Array) => void): void {
    this.#onData = handler;
    this.#listen();
  }

  onDrain(handler: () => void): void {
    this.#onDrain = handler;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#unsent.length > 0) {
      this.#unsent.push(bytes.slice());
      return false;
    }
    const left = this.#writeSome(bytes);
    if (left.length === 0) return true;
    this.#unsent.push(left.slice());
    os.setWriteHandler(this.#fd, () => this.#drain());
    return false;
  }

  #listen(): void {
    os.setReadHandler(this.#fd, () => this.#read());
  }

  #read(): void {
    let held = 0;
    let count = 0;
    do {
      held += count;
      count = readInto(this.#fd, this.#buffer.subarray(held));
    } while (count > 0 && held + count < READ_BYTES && !this.#blocks);
    if (count > 0) held += count;
    const again = count > 0 || count === -EAGAIN || count === -EINTR;
    // QuickJS serves the first of its handlers that is ready: taken away and set again, this one is behind the others.
    os.setReadHandler(this.#fd, null);
    if (again) this.#listen();
    else if (count === 0) os.setTimeout(() => this.#listen(), HOST_AWAY_MS);
    if (held > 0) this.#onData(this.#buffer.subarray(0, held));
    if (!again && count < 0) this.#gone(-count);
  }

  #drain(): void {
    while (this.#unsent[0]) {
      const left = this.#writeSome(this.#unsent[0]);
      if (left.length > 0) {
        this.#unsent[0] = left;
        return;
      }
      this.#unsent.shift();
    }
    os.setWriteHandler(this.#fd, null);
    this.#onDrain();
  }

  /** @returns what the port has not taken */
  #writeSome(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    while (rest.length > 0) {
      const count = writeFrom(this.#fd, rest);
      if (count > 0) rest = rest.subarray(count);
      else if (count !== -EINTR) {
        if (count < 0 && count !== -EAGAIN) this.#gone(-count);
        break;
      }
    }
    return rest;
  }
}
