const PAGE_BYTES = 4096;
const SAMPLED_PAGES = 1024;
const ZERO_PAGE = new Uint8Array(PAGE_BYTES);

/**
 * How much of a guest's memory the host holds, estimated from pages spread evenly over it: a page that the guest never
 * touched reads as zeros and takes nothing. One that held something once is held for good, also when it was cleared
 * since: a WebAssembly memory gives nothing back. Pages that held something only between two looks are missed, so the
 * estimate errs on the low side.
 */
export class ResidentMemory {
  readonly #ram: Uint8Array;
  readonly #compare: (a: Uint8Array, b: Uint8Array) => number;
  /** Places of sampled pages that held nothing whenever they were looked at. */
  #untouched: readonly number[];
  readonly #sampled: number;

  /** @param compare answers 0 for equal contents (Buffer.compare) */
  constructor(ram: Uint8Array, compare: (a: Uint8Array, b: Uint8Array) => number) {
    this.#ram = ram;
    this.#compare = compare;
    const pages = Math.floor(ram.length / PAGE_BYTES);
    const step = Math.max(1, pages / SAMPLED_PAGES);
    const places: number[] = [];
    for (let page = step / 2; page < pages; page += step) places.push(Math.floor(page) * PAGE_BYTES);
    this.#untouched = places;
    this.#sampled = places.length;
  }

  /** Looks again. @returns bytes */
  measure(): number {
    const isZero = (at: number) => this.#compare(this.#ram.subarray(at, at + PAGE_BYTES), ZERO_PAGE) === 0;
    this.#untouched = this.#untouched.filter(isZero);
    if (this.#sampled === 0) return 0;
    const pages = Math.floor(this.#ram.length / PAGE_BYTES);
    return Math.round(((this.#sampled - this.#untouched.length) / this.#sampled) * pages) * PAGE_BYTES;
  }
}
