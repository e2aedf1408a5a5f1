import type { Budget } from './budget.ts';
import { PIECE_OVERHEAD } from './budget.ts';

/** Pieces shorter than this are gathered, so that many small ones cost no more than a few large ones. */
const SMALL_BYTES = 2_048;
const GATHER_BYTES = 16_384;

interface Piece {
  /** Position of its first byte. */
  readonly from: number;
  /** What is in use of it. */
  bytes: Uint8Array;
  /** All of a block that small pieces are gathered in; null when the bytes are as they came. */
  readonly block: Uint8Array | null;
}

/** Bytes in order, as the arrays that they came in: only small ones are copied. */
export class ByteQueue {
  #pieces: Piece[] = [];
  /** Pieces before this one are done with. */
  #first = 0;
  /** Where the last reader stopped: reading goes on from there in nearly all cases. */
  #cursor = 0;
  #begin: number;
  #end: number;
  readonly #budget: Budget;

  /** @param begin position of the first byte that will be added */
  constructor(begin: number, budget: Budget) {
    this.#begin = begin;
    this.#end = begin;
    this.#budget = budget;
  }

  /** Position after the last byte. */
  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.#begin;
  }

  /** @param bytes kept until they are dropped */
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const from = this.#end;
    this.#end += bytes.length;
    if (bytes.length < SMALL_BYTES) this.#gather(bytes, from);
    else this.#push({ from, bytes, block: null }, bytes.length);
  }

  /** Everything before the position is done with. */
  drop(before: number): void {
    if (before <= this.#begin) return;
    this.#begin = Math.min(before, this.#end);
    for (; this.#first < this.#pieces.length; this.#first++) {
      const piece = this.#pieces[this.#first];
      if (piece === undefined || piece.from + piece.bytes.length > this.#begin) break;
      this.#budget.charge(-cost(piece));
      this.#pieces[this.#first] = GONE;
    }
    this.#compact();
  }

  /** What is left of the oldest piece; empty when there is nothing. */
  first(): Uint8Array {
    const piece = this.#pieces[this.#first];
    return piece === undefined ? NOTHING : piece.bytes.subarray(this.#begin - piece.from);
  }

  /** The bytes from one position up to another, both within what is kept. */
  slices(from: number, to: number): Uint8Array[] {
    const slices: Uint8Array[] = [];
    let at = this.#find(from);
    for (let position = from; position < to; at++) {
      const piece = this.#pieces[at];
      if (piece === undefined) break;
      const begin = position - piece.from;
      const end = Math.min(piece.bytes.length, to - piece.from);
      slices.push(begin === 0 && end === piece.bytes.length ? piece.bytes : piece.bytes.subarray(begin, end));
      position = piece.from + end;
      this.#cursor = at;
    }
    return slices;
  }

  clear(): void {
    for (const piece of this.#pieces.slice(this.#first)) this.#budget.charge(-cost(piece));
    this.#pieces = [];
    this.#first = 0;
    this.#cursor = 0;
    this.#begin = this.#end;
  }

  #gather(bytes: Uint8Array, from: number): void {
    const last = this.#pieces.length > this.#first ? this.#pieces[this.#pieces.length - 1] : undefined;
    if (last?.block !== undefined && last.block !== null && last.bytes.length + bytes.length <= last.block.length) {
      last.block.set(bytes, last.bytes.length);
      last.bytes = last.block.subarray(0, last.bytes.length + bytes.length);
      return;
    }
    // The first of a few small ones is often the only one.
    const block = new Uint8Array(last === undefined ? bytes.length : GATHER_BYTES);
    block.set(bytes);
    this.#push({ from, bytes: block.subarray(0, bytes.length), block }, block.length);
  }

  #push(piece: Piece, size: number): void {
    this.#budget.charge(size + PIECE_OVERHEAD);
    this.#pieces.push(piece);
  }

  #find(position: number): number {
    let at = Math.max(this.#first, Math.min(this.#cursor, this.#pieces.length - 1));
    while (at > this.#first && (this.#pieces[at]?.from ?? 0) > position) at--;
    for (;;) {
      const piece = this.#pieces[at];
      if (piece === undefined || piece.from + piece.bytes.length > position) return at;
      at++;
    }
  }

  /** The places of pieces are given up together: moving the rest costs less that way. */
  #compact(): void {
    if (this.#first === this.#pieces.length) this.#pieces = [];
    else if (this.#first < 32 || this.#first * 2 < this.#pieces.length) return;
    else this.#pieces.splice(0, this.#first);
    this.#cursor = Math.max(0, this.#cursor - this.#first);
    this.#first = 0;
  }
}

const NOTHING = new Uint8Array(0);
const GONE: Piece = { from: 0, bytes: NOTHING, block: null };

function cost(piece: Piece): number {
  return (piece.block ?? piece.bytes).length + PIECE_OVERHEAD;
}
