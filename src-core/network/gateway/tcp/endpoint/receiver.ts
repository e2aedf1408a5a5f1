import { Blocks } from './blocks.ts';
import type { Budget } from './budget.ts';
import { PIECE_OVERHEAD } from './budget.ts';
import { ByteQueue } from './byte-queue.ts';
import type { EndpointLimits } from './limits.ts';
import { OWN_WINDOW_SCALE } from './limits.ts';
import { NO_SACK } from './segment.ts';

/** What a connection may keep although the memory that it shares is spent: without it, it would stand still for ever. */
export const SUBSISTENCE_BYTES = 16 * 1024;
const MOST_WINDOW_FIELD = 65_535;
/** RFC 2018 §3: three fit beside timestamps. */
const MOST_SACK_BLOCKS = 3;

interface Piece {
  readonly from: number;
  readonly bytes: Uint8Array;
}

/**
 * What a connection receives: put in order, kept while nobody takes it, and the window that follows from it. Positions
 * count from the other end's first sequence number, which SYN has.
 */
export class Receiver {
  /** RCV.NXT. */
  next = 1;
  /** Of the other end's FIN, once it is known. */
  finAt = Infinity;
  /** Both ends offered to scale windows. */
  scales = false;
  /** Bytes that arrived since the last acknowledgment. */
  unacknowledged = 0;
  /** The window's end that the other end knows. */
  #edge = 1;
  #capacity: number;
  #readAtOnce = 0;
  /** In order, and not taken yet. */
  #queue: ByteQueue | null = null;
  /** Out of order. */
  #pieces: Piece[] = [];
  #blocks: Blocks | null = null;
  /** Positions in blocks of `#blocks`, the newest first. */
  #newest: number[] = [];
  readonly #limits: EndpointLimits;
  readonly #budget: Budget;
  readonly #mss: number;

  /** @param mss bytes of the segments that are expected */
  constructor(limits: EndpointLimits, budget: Budget, mss: number) {
    this.#limits = limits;
    this.#budget = budget;
    this.#mss = mss;
    this.#capacity = limits.firstWindow;
  }

  /** RCV.NXT + RCV.WND. */
  get edge(): number {
    return this.#edge;
  }

  get hasGap(): boolean {
    return this.#pieces.length > 0;
  }

  get queued(): number {
    return this.#queue?.length ?? 0;
  }

  /**
   * Takes data of a segment, within the window and as far as it is new.
   * @param bytes valid until this returns
   * @returns what is next, to be delivered at once; empty when there is nothing
   */
  take(from: number, bytes: Uint8Array): Uint8Array[] {
    const skipped = Math.max(0, this.next - from);
    const usable = Math.min(bytes.length, this.#edge - from);
    if (usable <= skipped || !this.#mayKeep(from > this.next)) return [];
    const fresh = bytes.subarray(skipped, usable);
    if (from > this.next) {
      this.#keep(from, fresh);
      return [];
    }
    const ready = [fresh.slice()];
    this.next += fresh.length;
    if (this.#pieces.length > 0) this.#joinPieces(ready);
    this.unacknowledged += this.next - from - skipped;
    return ready;
  }

  /** The FIN is next: everything before it has arrived. */
  takeFin(): boolean {
    if (this.next !== this.finAt) return false;
    this.next++;
    return true;
  }

  /** Nobody takes it now. */
  enqueue(bytes: Uint8Array): void {
    this.#queue ??= new ByteQueue(0, this.#budget);
    this.#queue.add(bytes);
    this.#readAtOnce = 0;
  }

  /** The oldest bytes that wait to be taken. They are no longer kept here. */
  dequeue(): Uint8Array {
    const queue = this.#queue;
    if (queue === null) return NOTHING;
    const bytes = queue.first();
    queue.drop(queue.end - queue.length + bytes.length);
    if (queue.length === 0) this.#queue = null;
    return bytes;
  }

  /** Bytes were taken as they arrived: who keeps up with a whole window is given a larger one. */
  taken(bytes: number): void {
    this.#readAtOnce += bytes;
    if (this.#readAtOnce < this.#capacity || this.#budget.isSpent) return;
    this.#readAtOnce = 0;
    this.#capacity = Math.min(this.#limits.mostWindow, this.#capacity * 2);
  }

  /** For a segment that is about to be sent: its window field. @param syn whose window is never scaled */
  advertise(syn: boolean): number {
    const unit = this.scales && !syn ? 2 ** OWN_WINDOW_SCALE : 1;
    const possible = Math.min(MOST_WINDOW_FIELD, Math.floor(this.#free / unit)) * unit;
    // RFC 9293 §3.8.6.2.2: the edge never goes back, nor on by a little.
    if (this.next + possible - this.#edge >= Math.min(this.#capacity / 2, this.#mss)) this.#edge = this.next + possible;
    return Math.min(MOST_WINDOW_FIELD, Math.ceil((this.#edge - this.next) / unit));
  }

  /** Whether the other end should be told of the window, although nothing arrived. */
  get wantsUpdate(): boolean {
    return this.next + this.#free - this.#edge >= this.#capacity / 2;
  }

  /** Blocks of positions, the newest first: RFC 2018 §4. */
  sack(): readonly number[] {
    if (this.#blocks === null || this.#newest.length === 0) return NO_SACK;
    const sack: number[] = [];
    for (const position of this.#newest) {
      const block = this.#blocks.around(position);
      if (block !== null && !sack.includes(block.from)) sack.push(block.from, block.to);
      if (sack.length === MOST_SACK_BLOCKS * 2) break;
    }
    return sack;
  }

  clear(): void {
    this.#queue?.clear();
    this.#queue = null;
    for (const piece of this.#pieces) this.#budget.charge(-piece.bytes.length - PIECE_OVERHEAD);
    this.#pieces = [];
    this.#newest = [];
    this.#blocks = null;
  }

  get #free(): number {
    const capacity = this.#budget.isSpent ? Math.min(SUBSISTENCE_BYTES, this.#capacity) : this.#capacity;
    return Math.max(0, capacity - this.queued);
  }

  #mayKeep(beyondGap: boolean): boolean {
    return !this.#budget.isSpent || (!beyondGap && this.queued < SUBSISTENCE_BYTES);
  }

  /** What was kept before wins over what is new: so no piece is ever taken back. */
  #keep(from: number, bytes: Uint8Array): void {
    let at = this.#pieces.length;
    while (at > 0 && (this.#pieces[at - 1]?.from ?? 0) > from) at--;
    let begin = from;
    const end = from + bytes.length;
    const before = this.#pieces[at - 1];
    if (before !== undefined) begin = Math.max(begin, before.from + before.bytes.length);
    while (begin < end && this.#pieces.length < this.#limits.mostPieces) {
      const after = this.#pieces[at];
      const until = after === undefined ? end : Math.min(end, after.from);
      if (begin < until) {
        this.#pieces.splice(at, 0, { from: begin, bytes: bytes.slice(begin - from, until - from) });
        this.#budget.charge(until - begin + PIECE_OVERHEAD);
        this.#note(begin, until);
        at++;
      }
      begin = after === undefined ? end : after.from + after.bytes.length;
      at++;
    }
    this.#remember(from);
  }

  #note(from: number, to: number): void {
    this.#blocks ??= new Blocks();
    this.#blocks.add(from, to);
  }

  #remember(position: number): void {
    const block = this.#blocks?.around(position);
    if (!block) return;
    const others = this.#newest.filter((other) => other < block.from || other >= block.to);
    this.#newest = [position, ...others.slice(0, MOST_SACK_BLOCKS)];
  }

  #joinPieces(ready: Uint8Array[]): void {
    let joined = 0;
    for (const { from, bytes } of this.#pieces) {
      if (from > this.next) break;
      joined++;
      this.#budget.charge(-bytes.length - PIECE_OVERHEAD);
      const skipped = this.next - from;
      if (skipped >= bytes.length) continue;
      ready.push(skipped === 0 ? bytes : bytes.subarray(skipped));
      this.next = from + bytes.length;
    }
    if (joined === 0) return;
    this.#pieces.splice(0, joined);
    this.#blocks?.drop(this.next);
    this.#newest = this.#newest.filter((position) => position >= this.next);
    if (this.#pieces.length === 0) this.#blocks = null;
  }
}

const NOTHING = new Uint8Array(0);
