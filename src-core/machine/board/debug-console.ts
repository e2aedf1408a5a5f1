import type { BytePort } from '../board-interface.ts';

const CR = 13;
const LF = 10;
const LINE_END = Uint8Array.of(CR, LF);

/**
 * The SBI's debug console. Who writes there (Linux's early console) ends lines with a line feed alone and leaves the
 * carriage return to the SBI, as OpenSBI does it; without one a terminal shows a staircase.
 */
export class DebugConsole {
  readonly #port: BytePort;
  #previous = 0;

  constructor(port: BytePort) {
    this.#port = port;
  }

  /** SBI 2.0 §12.1 "Debug Console Write". @returns how many of `bytes` were taken */
  write(bytes: Uint8Array): number {
    let taken = 0;
    while (taken < bytes.length) {
      const before = taken;
      taken += bytes[taken] === LF ? this.#endLine() : this.#writeText(bytes.subarray(taken));
      if (taken === before) break;
    }
    return taken;
  }

  read(into: Uint8Array): number {
    return this.#port.read(into);
  }

  /** Everything up to the next line feed. */
  #writeText(bytes: Uint8Array): number {
    const end = bytes.indexOf(LF);
    return this.#put(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** @returns 1 when the line feed went out; a carriage return may go ahead of it when there is room for one byte only */
  #endLine(): number {
    const end = this.#previous === CR ? LINE_END.subarray(1) : LINE_END;
    return this.#put(end) === end.length ? 1 : 0;
  }

  #put(bytes: Uint8Array): number {
    const taken = this.#port.write(bytes);
    if (taken > 0) this.#previous = bytes[taken - 1] ?? 0;
    return taken;
  }
}
