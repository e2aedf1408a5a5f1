import { writeSync } from 'node:fs';
import type { BytePort } from '../../src-core/machine/board-interface.ts';
import type { BootOptions, Marker } from './result.ts';

const CTRL_RIGHT_BRACKET = 0x1d;
/** Nothing waits longer for this: no timer of Node's is longer than 24 days. */
const LONGEST_WAIT_MS = 60_000;

/** The guest's console on this process's standard input and output. */
export class TerminalPort implements BytePort {
  readonly #marker: Marker;
  readonly #options: BootOptions;
  #typed: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};
  closed = false;

  constructor(marker: Marker, options: BootOptions) {
    this.#marker = marker;
    this.#options = options;
    if (options.interactive && process.stdin.isTTY) process.stdin.setRawMode(true);
    process.stdin.on('data', (bytes: Buffer) => this.#type(bytes));
  }

  get available(): number {
    return this.#typed.length;
  }

  write(bytes: Uint8Array): number {
    this.#marker.push(bytes);
    if (!this.#options.quiet) writeSync(1, Buffer.from(bytes));
    return bytes.length;
  }

  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.#typed.length);
    into.set(this.#typed.subarray(0, count));
    this.#typed = this.#typed.subarray(count);
    return count;
  }

  /** Resolves with the next input, or after some time. */
  input(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake(), Math.max(0, Math.min(milliseconds, LONGEST_WAIT_MS)));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    process.stdin.pause();
  }

  #type(bytes: Buffer): void {
    if (this.#options.interactive && bytes.includes(CTRL_RIGHT_BRACKET)) this.closed = true;
    this.#typed = Buffer.concat([this.#typed, bytes]);
    this.#wake();
  }
}
