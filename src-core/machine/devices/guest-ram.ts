import { assert } from '../../base/errors.ts';
import { MEMORY_MAP } from '../core-interface.ts';

const RAM_BASE = MEMORY_MAP.ram.base;

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
  readonly #written: (offset: number, bytes: number) => void;

  /**
   * @param start offset of the RAM in `buffer`, a multiple of 4
   * @param written is told of every change: offset from the start of RAM and length, in bytes
   */
  constructor(
    buffer: ArrayBufferLike,
    start: number,
    sizeBytes: number,
    written: (offset: number, bytes: number) => void,
  ) {
    this.sizeBytes = sizeBytes;
    this.bytes = new Uint8Array(buffer, start, sizeBytes);
    this.#words16 = new Uint16Array(buffer, start, sizeBytes >>> 1);
    this.#words32 = new Uint32Array(buffer, start, sizeBytes >>> 2);
    this.#written = written;
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
    if (length > 0) this.#written(this.#offset(address, length), length);
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
    assert(
      this.contains(address, length),
      `a device reached outside RAM: ${length} bytes at 0x${address.toString(16)}`,
    );
    return address - RAM_BASE;
  }
}
