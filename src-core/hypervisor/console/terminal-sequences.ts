/**
 * Cuts a terminal's byte stream into plain runs and whole control sequences (ECMA-48 §5; the states are those of
 * the DEC VT500 parser, as far as they decide where a sequence ends). Bytes are only looked at, never decoded.
 */

export type SequenceKind = 'control' | 'escape' | 'csi' | 'string';

export interface SequenceSink {
  /** Bytes `start` to `end` of the piece that is being fed stand for themselves. */
  plain(piece: Uint8Array, start: number, end: number): void;
  /** A whole sequence, from ESC (or the control character) to its last byte. */
  sequence(kind: SequenceKind, bytes: Uint8Array): void;
}

const ESC = 0x1b;
const CAN = 0x18;
const SUB = 0x1a;
const BEL = 0x07;
/** A sequence longer than this is none that a terminal would act on; its bytes are let go. */
const LONGEST_SEQUENCE = 4096;

type State = 'ground' | 'escape' | 'csi' | 'string' | 'string-escape';

/** Control characters that are more than layout: BEL, ENQ (asks for an answer), SO, SI. */
function isControl(byte: number): boolean {
  return byte === BEL || byte === 0x05 || byte === 0x0e || byte === 0x0f;
}

export class TerminalSequences {
  readonly #sink: SequenceSink;
  readonly #held = new Uint8Array(LONGEST_SEQUENCE);
  #length = 0;
  #state: State = 'ground';
  /** Bytes of the UTF-8 character under way that are still to come. */
  #continuation = 0;

  constructor(sink: SequenceSink) {
    this.#sink = sink;
  }

  /** The stream may be cut here: neither a sequence nor a character is under way. */
  get whole(): boolean {
    return this.#state === 'ground' && this.#continuation === 0;
  }

  feed(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) at = this.#state === 'ground' ? this.#ground(piece, at) : this.#inside(piece, at);
  }

  #ground(piece: Uint8Array, start: number): number {
    let at = start;
    for (; at < piece.length; at++) {
      const byte = piece[at] ?? 0;
      if (byte === ESC || isControl(byte)) break;
      this.#trackCharacter(byte);
    }
    if (at > start) this.#sink.plain(piece, start, at);
    if (at === piece.length) return at;
    this.#continuation = 0;
    const byte = piece[at] ?? 0;
    if (byte === ESC) this.#begin();
    else this.#sink.sequence('control', Uint8Array.of(byte));
    return at + 1;
  }

  #trackCharacter(byte: number): void {
    if (byte < 0x80) this.#continuation = 0;
    else if (byte < 0xc0) this.#continuation = Math.max(0, this.#continuation - 1);
    else this.#continuation = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
  }

  #begin(): void {
    this.#state = 'escape';
    this.#length = 0;
    this.#hold(ESC);
  }

  #inside(piece: Uint8Array, at: number): number {
    const byte = piece[at] ?? 0;
    if (byte === CAN || byte === SUB) this.#state = 'ground';
    else if (byte === ESC && this.#state !== 'string') this.#begin();
    else this.#step(byte);
    return at + 1;
  }

  #step(byte: number): void {
    this.#hold(byte);
    switch (this.#state) {
      case 'escape': {
        this.#afterEscape(byte);
        return;
      }
      case 'csi':
        if (byte >= 0x40 && byte <= 0x7e) this.#end('csi');
        return;
      case 'string':
        if (byte === BEL) this.#end('string');
        else if (byte === ESC) this.#state = 'string-escape';
        return;
      case 'string-escape':
        // ESC \ ends a string; any other escape breaks it off, and begins itself.
        if (byte === 0x5c) {
          this.#end('string');
          return;
        }
        this.#begin();
        {
          this.#step(byte);
          return;
        }
      case 'ground':
        return;
    }
  }

  #afterEscape(byte: number): void {
    if (byte === 0x5b) this.#state = 'csi';
    else if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) this.#state = 'string';
    else if (byte >= 0x30) this.#end('escape');
  }

  #hold(byte: number): void {
    if (this.#length < LONGEST_SEQUENCE) this.#held[this.#length++] = byte;
  }

  #end(kind: SequenceKind): void {
    this.#state = 'ground';
    if (this.#length < LONGEST_SEQUENCE) this.#sink.sequence(kind, this.#held.slice(0, this.#length));
  }
}
