/** Blocks beyond which no more are noted: what is not noted is sent again, and no harm done. */
const MOST_BLOCKS = 256;
/** DupThresh, RFC 6675 §2. */
export const DUPLICATE_THRESHOLD = 3;

/** What has arrived beyond a gap, as blocks of positions: at the other end (the scoreboard of RFC 6675 §3), or here. */
export class Blocks {
  /** Ascending, disjoint, with gaps between. */
  readonly #begins: number[] = [];
  readonly #ends: number[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#begins.length;
  }

  /** The block that a position is in. */
  around(position: number): { readonly from: number; readonly to: number } | null {
    const at = this.#firstEndingAtOrAfter(position + 1);
    const from = this.#begins[at];
    const to = this.#ends[at];
    return from === undefined || to === undefined || from > position ? null : { from, to };
  }

  clear(): void {
    this.#begins.length = 0;
    this.#ends.length = 0;
    this.#bytes = 0;
  }

  /** @returns whether something of it is new */
  add(begin: number, end: number): boolean {
    const first = this.#firstEndingAtOrAfter(begin);
    let from = begin;
    let to = end;
    let next = first;
    let known = 0;
    for (; next < this.#begins.length; next++) {
      const otherBegin = this.#begins[next] ?? 0;
      const otherEnd = this.#ends[next] ?? 0;
      if (otherBegin > end) break;
      from = Math.min(from, otherBegin);
      to = Math.max(to, otherEnd);
      known += otherEnd - otherBegin;
    }
    if (to - from === known || (next === first && this.#begins.length >= MOST_BLOCKS)) return false;
    this.#begins.splice(first, next - first, from);
    this.#ends.splice(first, next - first, to);
    this.#bytes += to - from - known;
    return true;
  }

  /** Everything before the position has arrived. */
  drop(before: number): void {
    let gone = 0;
    for (; gone < this.#begins.length; gone++) {
      const begin = this.#begins[gone] ?? 0;
      const end = this.#ends[gone] ?? 0;
      if (end > before) {
        if (begin < before) {
          this.#bytes -= before - begin;
          this.#begins[gone] = before;
        }
        break;
      }
      this.#bytes -= end - begin;
    }
    if (gone === 0) return;
    this.#begins.splice(0, gone);
    this.#ends.splice(0, gone);
  }

  /** Bytes of blocks between two positions. */
  bytesBetween(from: number, to: number): number {
    let bytes = 0;
    for (let at = this.#firstEndingAtOrAfter(from); at < this.#begins.length; at++) {
      const begin = Math.max(from, this.#begins[at] ?? 0);
      if (begin >= to) break;
      bytes += Math.max(0, Math.min(to, this.#ends[at] ?? 0) - begin);
    }
    return bytes;
  }

  /** The first gap at or after a position, up to the next block or the bound. @returns null when there is none */
  gap(from: number, below: number): { readonly from: number; readonly to: number } | null {
    let position = from;
    for (let at = this.#firstEndingAtOrAfter(from); at < this.#begins.length; at++) {
      const begin = this.#begins[at] ?? 0;
      if (begin > position) return position < below ? { from: position, to: Math.min(begin, below) } : null;
      position = Math.max(position, this.#ends[at] ?? 0);
    }
    return position < below ? { from: position, to: below } : null;
  }

  /**
   * IsLost of RFC 6675 §4: what lies before `DUPLICATE_THRESHOLD` blocks, or before more bytes of blocks than one fewer
   * segments have.
   * @returns the position that everything before is lost, if it is in no block
   */
  lostBelow(mss: number): number {
    let bytes = 0;
    for (let at = this.#begins.length - 1; at >= 0; at--) {
      const begin = this.#begins[at] ?? 0;
      bytes += (this.#ends[at] ?? 0) - begin;
      if (this.#begins.length - at >= DUPLICATE_THRESHOLD || bytes > (DUPLICATE_THRESHOLD - 1) * mss) return begin;
    }
    return 0;
  }

  #firstEndingAtOrAfter(position: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
