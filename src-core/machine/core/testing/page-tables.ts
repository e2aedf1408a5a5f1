import { RAM_BASE, type TestMachine } from './test-machine.ts';

export const V = 1n;
export const R = 2n;
export const W = 4n;
export const X = 8n;
export const U = 16n;
export const A = 64n;
export const D = 128n;
export const N = 1n << 63n;

const PAGE = 4096n;

/** What holds the tables: a test machine, or the RAM of one that is being prepared. */
export type TableMemory = Pick<TestMachine, 'ram' | 'read64' | 'write64'>;

/** Page tables in a machine's RAM, built entry by entry; the first frame of the area is the root. */
export class PageTables {
  readonly asid: bigint;
  readonly #machine: TableMemory;
  readonly #levels: 3 | 4;
  readonly #root: bigint;
  #next: bigint;

  constructor(machine: TableMemory, area: bigint, levels: 3 | 4, asid = 1n) {
    this.#machine = machine;
    this.#levels = levels;
    this.#root = area;
    this.#next = area + PAGE;
    this.asid = asid;
    machine.ram.fill(0, Number(area - RAM_BASE), Number(area - RAM_BASE) + 4096);
  }

  satp(): bigint {
    return (BigInt(this.#levels + 5) << 60n) | (this.asid << 44n) | (this.#root >> 12n);
  }

  encoded(frame: bigint, flags: bigint): bigint {
    return BigInt.asUintN(64, ((frame >> 12n) << 10n) | flags);
  }

  /** Maps the page (at level 0, superpage above) that an address lies in. */
  map(address: bigint, frame: bigint, flags: bigint, level = 0): void {
    let table = this.#root;
    for (let at = this.#levels - 1; at > level; at--) {
      const place = table + this.#index(address, at);
      if ((this.#machine.read64(place) & V) === 0n) {
        this.#machine.write64(place, this.encoded(this.#next, V));
        this.#next += PAGE;
      }
      table = (this.#machine.read64(place) >> 10n) << 12n;
    }
    this.#machine.write64(table + this.#index(address, level), this.encoded(frame, flags));
  }

  /** Where the leaf that maps an address stands. */
  entry(address: bigint): bigint {
    let table = this.#root;
    for (let level = this.#levels - 1; ; level--) {
      const place = table + this.#index(address, level);
      const pte = this.#machine.read64(place);
      if (level === 0 || (pte & (R | X)) !== 0n) return place;
      table = (pte >> 10n) << 12n;
    }
  }

  /** The low flags of the leaf that maps an address. */
  flags(address: bigint): bigint {
    return this.#machine.read64(this.entry(address)) & 0xffn;
  }

  #index(address: bigint, level: number): bigint {
    return ((address >> BigInt(12 + 9 * level)) & 0x1ffn) << 3n;
  }
}
