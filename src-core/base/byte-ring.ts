/**
 * A single-producer, single-consumer queue of bytes in shared memory: how console bytes cross threads without
 * being copied into messages. Positions only grow (modulo 2^32), so full and empty are told apart.
 */
const HEADER_BYTES = 16;
const WRITTEN = 0;
const READ = 1;

export class ByteRing {
  readonly buffer: SharedArrayBuffer;
  readonly #positions: Int32Array;
  readonly #bytes: Uint8Array;

  /** @param buffer made by `ByteRing.allocate`, in this thread or another */
  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#positions = new Int32Array(buffer, 0, 2);
    this.#bytes = new Uint8Array(buffer, HEADER_BYTES);
  }

  /** @param capacity in bytes, a power of two */
  static allocate(capacity: number): ByteRing {
    if (capacity < 2 || (capacity & (capacity - 1)) !== 0) throw new RangeError('capacity must be a power of two');
    return new ByteRing(new SharedArrayBuffer(HEADER_BYTES + capacity));
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  /** Bytes that can be read now. */
  get available(): number {
    return (Atomics.load(this.#positions, WRITTEN) - Atomics.load(this.#positions, READ)) >>> 0;
  }

  /** Bytes that can be written now. */
  get room(): number {
    return this.capacity - this.available;
  }

  /** Producer: takes as many bytes as there is room for. @returns how many */
  write(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    const at = Atomics.load(this.#positions, WRITTEN) & (this.capacity - 1);
    const first = Math.min(count, this.capacity - at);
    this.#bytes.set(bytes.subarray(0, first), at);
    this.#bytes.set(bytes.subarray(first, count), 0);
    Atomics.add(this.#positions, WRITTEN, count);
    return count;
  }

  /** Consumer: fills `into` with what there is. @returns how many bytes */
  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.available);
    const at = Atomics.load(this.#positions, READ) & (this.capacity - 1);
    const first = Math.min(count, this.capacity - at);
    into.set(this.#bytes.subarray(at, at + first), 0);
    into.set(this.#bytes.subarray(0, count - first), first);
    Atomics.add(this.#positions, READ, count);
    return count;
  }
}
