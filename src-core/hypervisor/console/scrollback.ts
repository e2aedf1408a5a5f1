import { joinBytes } from '../../base/join-bytes.ts';
import { TerminalModes } from './terminal-modes.ts';
import { TerminalSequences } from './terminal-sequences.ts';
import type { SequenceKind } from './terminal-sequences.ts';

/** Evicted in pieces, so that a flood costs one pass over each byte and no copying for each line. */
const PIECE_BYTES = 16 * 1024;

/**
 * The last output of a console, kept as the bytes that the guest wrote. What is shown again to a terminal begins
 * at a sound place: the bytes that fell out were read for the modes that they set, and what would make a terminal
 * answer or ring is left out, because the answer would arrive in the guest as typed.
 */
export class Scrollback {
  readonly #capacity: number;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #modes = new TerminalModes();
  #evicted = this.#newReader();

  /** @param capacity about how many bytes are kept */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  append(bytes: Uint8Array): void {
    const last = this.#pieces.at(-1);
    if (last && last.length + bytes.length <= PIECE_BYTES && this.#lastRoom(last) >= bytes.length) {
      this.#pieces[this.#pieces.length - 1] = this.#grow(last, bytes);
    } else {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) this.#addPiece(bytes.subarray(at, at + PIECE_BYTES));
    }
    this.#length += bytes.length;
    while (this.#length > this.#capacity && this.#pieces.length > 1) this.#evict();
  }

  clear(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#modes = new TerminalModes();
    this.#evicted = this.#newReader();
  }

  /** What a fresh terminal is to be fed, to look as one that had been attached all the time. */
  replay(): Uint8Array {
    const parts: Uint8Array[] = [new TextEncoder().encode(this.#modes.preamble())];
    const reader = new TerminalSequences({
      plain: (piece, start, end) => void parts.push(piece.subarray(start, end)),
      sequence: (kind, bytes) => {
        if (isHarmless(kind, bytes)) parts.push(bytes);
      },
    });
    for (const piece of this.#pieces) reader.feed(piece);
    return joinBytes(parts);
  }

  #newReader(): TerminalSequences {
    return new TerminalSequences({
      plain: () => undefined,
      sequence: (kind, bytes) => this.#modes.track(kind, bytes),
    });
  }

  #addPiece(bytes: Uint8Array): void {
    const piece = new Uint8Array(PIECE_BYTES);
    piece.set(bytes);
    this.#pieces.push(piece.subarray(0, bytes.length));
  }

  #lastRoom(last: Uint8Array): number {
    return last.buffer.byteLength - last.byteOffset - last.length;
  }

  #grow(last: Uint8Array, bytes: Uint8Array): Uint8Array {
    const grown = new Uint8Array(last.buffer, last.byteOffset, last.length + bytes.length);
    grown.set(bytes, last.length);
    return grown;
  }

  #evict(): void {
    const piece = this.#pieces.shift();
    if (!piece) return;
    this.#length -= piece.length;
    this.#evicted.feed(piece);
    // The next piece begins inside a sequence or a character: what belongs to it goes too.
    const next = this.#pieces[0];
    if (!next) return;
    let cut = 0;
    while (!this.#evicted.whole && cut < next.length) this.#evicted.feed(next.subarray(cut, ++cut));
    this.#pieces[0] = next.subarray(cut);
    this.#length -= cut;
  }
}

const QUERY_STRING = /^\x1b(?:\](?:52;|[0-9;]*;\?)|P[$+]q)/;

/** Neither makes the terminal answer, nor reaches beyond it (clipboard, window), nor rings. */
function isHarmless(kind: SequenceKind, bytes: Uint8Array): boolean {
  const final = bytes.at(-1);
  if (kind === 'control') return bytes[0] !== 0x05 && bytes[0] !== 0x07;
  if (kind === 'escape') return final !== 0x5a; // DECID
  // The head of a string is enough to tell what it is; its body can be long.
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  if (kind === 'string') return !QUERY_STRING.test(head);
  if (final === 0x63 || final === 0x6e || final === 0x74 || final === 0x78) return false; // DA, DSR, window, DECREQTPARM
  return !(head.endsWith('$p') || (final === 0x71 && head.startsWith('\x1b[>')) || head === '\x1b[?u');
}
