import { inOnePiece } from '../../src-core/base/join-bytes.ts';

/**
 * How bytes get from a stream into a terminal without stopping the window. The first bytes after a silence are written
 * at once: that is the echo of a key. What follows is gathered for a moment, so that a flood costs one parse and one
 * drawing for many small pieces; it is written in slices so small that xterm looks at the clock between them; and the
 * stream's credit goes back only when the terminal has taken the bytes in, which holds a flooding guest back.
 */
export const SLICE_BYTES = 4 * 1024;

/** Two frames: a flood is then drawn thirty times a second, which nobody reads any slower. */
export const GATHER_MS = 32;

export interface ByteSink {
  write(bytes: Uint8Array, parsed?: () => void): void;
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly done: () => void;
}

export class ConsoleOutput {
  readonly #sink: ByteSink;
  #pieces: Piece[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** @param done called when the terminal has taken in these bytes */
  push(bytes: Uint8Array, done: () => void): void {
    this.#pieces.push({ bytes, done });
    if (this.#timer === undefined) this.#write();
  }

  /** Forgets what was not yet written: the terminal is about to begin anew, or to end. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pieces = [];
  }

  #write(): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#pieces.length > 0) this.#write();
    }, GATHER_MS);
    writeSliced(this.#sink, inOnePiece(pieces.map(({ bytes }) => bytes)), () => {
      for (const { done } of pieces) done();
    });
  }
}

function writeSliced(sink: ByteSink, bytes: Uint8Array, parsed: () => void): void {
  if (bytes.length === 0) return parsed();
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    const isLast = at + SLICE_BYTES >= bytes.length;
    sink.write(bytes.subarray(at, at + SLICE_BYTES), isLast ? parsed : undefined);
  }
}
