import { BugError } from '../../base/errors.ts';
import { MEMORY_MAP } from '../core-interface.ts';

const RAM_BASE = MEMORY_MAP.ram.base;

/** What is known of the pages of a RAM. Offsets are from its start, in bytes. */
export interface PageRecord {
  /** Told of every change that a device makes. */
  written(offset: number, bytes: number): void;
  /** Whether nobody ever wrote to the page that `offset` is in: it is zero, and the host need not hold it yet. */
  isUntouched(offset: number): boolean;
}

/**
 * The guest's RAM as devices see it, by guest physical address. Addresses that a guest supplies are checked with
 * `contains` first: that a guest points elsewhere is its mistake, that a device follows it there is a bug of ours.
 * The typed arrays read the host's byte order, which is little-endian on everything V8 runs on, as RISC-V is.
 */
export class GuestRam {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  readonly #words16: Uint16Array;
  readonly #words32: Uint32Array;
  readonly #pages: PageRecord;

  /** @param start offset of the RAM in `buffer`, a multiple of 4 */
  constructor(buffer: ArrayBufferLike, start: number, sizeBytes: number, pages: PageRecord) {
    this.sizeBytes = sizeBytes;
    this.bytes = new Uint8Array(buffer, start, sizeBytes);
    this.#words16 = new Uint16Array(buffer, start, sizeBytes >>> 1);
    this.#words32 = new Uint32Array(buffer, start, sizeBytes >>> 2);
    this.#pages = pages;
  }

  /** One past the last guest physical address. */
  get end(): number {
    return RAM_BASE + this.sizeBytes;
  }

  /** Whether `length` bytes at guest physical `address` are all RAM. */
  contains(address: number, length: number): boolean {
    return address >= RAM_BASE && length >= 0 && address + length <= this.end;
  }

  /** The bytes at `address` themselves, for reading; who writes to them calls `written` afterwards. */
  view(address: number, length: number): Uint8Array {
    const offset = this.#offset(address, length);
    return this.bytes.subarray(offset, offset + length);
  }

  /** Tells the core that `length` bytes at `address` have changed. */
  written(address: number, length: number): void {
    if (length > 0) this.#pages.written(this.#offset(address, length), length);
  }

  /** Whether the page at `address` is zero because it was never written: to look at it would make the host hold it. */
  isUntouched(address: number): boolean {
    return this.#pages.isUntouched(this.#offset(address, 1));
  }

  write(address: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#offset(address, bytes.length));
    this.written(address, bytes.length);
  }

  read8(address: number): number {
    return this.bytes[this.#offset(address, 1)] ?? 0;
  }

  /** Atomic, so that what another hart wrote before is seen after. `address` is a multiple of 2. */
  read16(address: number): number {
    return Atomics.load(this.#words16, this.#offset(address, 2) >>> 1);
  }

  /** `address` is a multiple of 4. */
  read32(address: number): number {
    return this.#words32[this.#offset(address, 4) >>> 2] ?? 0;
  }

  /** Exact below 2^53; above, still larger than any RAM. `address` is a multiple of 4. */
  read64(address: number): number {
    return this.read32(address) + this.read32(address + 4) * 0x1_0000_0000;
  }

  /** Atomic: what was written before is seen before. `address` is a multiple of 2. */
  write16(address: number, value: number): void {
    Atomics.store(this.#words16, this.#offset(address, 2) >>> 1, value);
    this.written(address, 2);
  }

  /** `address` is a multiple of 4. */
  write32(address: number, value: number): void {
    this.#words32[this.#offset(address, 4) >>> 2] = value;
    this.written(address, 4);
  }

  #offset(address: number, length: number): number {
    // Not `assert`: what it would say takes longer to put together than all the rest.
    if (!this.contains(address, length)) throw outside(address, length);
    return address - RAM_BASE;
  }
}

function outside(address: number, length: number): BugError {
  return new BugError(`a device reached outside RAM: ${length} bytes at 0x${address.toString(16)}`);
}
