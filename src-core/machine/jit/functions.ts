/** As WebAssembly.Table. */
export interface FunctionTable {
  readonly length: number;
  grow(by: number): number;
  set(place: number, value: unknown): void;
}

/** All regions of a machine: about 100 KB each, the engine's own memory for them included. */
const MOST_FUNCTIONS = 2048;
const GROW_BY = 64;

/** The places of the core's function table that regions take, by hart. */
export class RegionFunctions {
  readonly #table: FunctionTable;
  readonly #most: number;
  readonly #free: number[] = [];
  readonly #used = new Map<number, number[]>();
  #count = 0;

  constructor(table: FunctionTable, most = MOST_FUNCTIONS) {
    this.#table = table;
    this.#most = most;
  }

  get full(): boolean {
    return this.#count >= this.#most;
  }

  /** Harts that have regions. */
  get harts(): number[] {
    return [...this.#used.keys()];
  }

  /** A place for a function of a hart. */
  take(hart: number): number {
    if (this.#free.length === 0) {
      const first = this.#table.grow(GROW_BY);
      for (let place = first + GROW_BY - 1; place >= first; place--) this.#free.push(place);
    }
    const place = this.#free.pop() ?? 0;
    const used = this.#used.get(hart) ?? [];
    used.push(place);
    this.#used.set(hart, used);
    this.#count++;
    return place;
  }

  set(place: number, region: unknown): void {
    this.#table.set(place, region);
  }

  /** The hart's code was dropped: nothing leads to its functions any more. */
  release(hart: number): void {
    const used = this.#used.get(hart) ?? [];
    for (const place of used) this.#table.set(place, null);
    this.#free.push(...used);
    this.#count -= used.length;
    this.#used.delete(hart);
  }
}
