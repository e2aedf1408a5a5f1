const HIGH = 0x1_0000_0000;
/** Bits 9 to 55 hold the offset of a cluster. */
const OFFSET_HIGH = 0x00ff_ffff;
const OFFSET_LOW = 0xffff_fe00;

export const ENTRY_BYTES = 8;
/** Flags in the upper half of an entry of the L1 and L2 tables; qcow2, "Cluster mapping". */
export const COPIED = 0x8000_0000;
export const COMPRESSED = 0x4000_0000;
/** In the lower half of an L2 entry. */
export const ZERO = 1;

/** A table of 64-bit big-endian entries in memory: L1, L2, and the refcount table. Knows what of it is not written yet. */
export class EntryTable {
  bytes: Uint8Array;
  #view: DataView;
  #dirtyFrom = Infinity;
  #dirtyTo = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get length(): number {
    return this.bytes.length / ENTRY_BYTES;
  }

  high(index: number): number {
    return this.#view.getUint32(index * ENTRY_BYTES);
  }

  low(index: number): number {
    return this.#view.getUint32(index * ENTRY_BYTES + 4);
  }

  /** The offset that an entry holds, without its flags: at most 2^56. */
  offset(index: number): number {
    return (this.high(index) & OFFSET_HIGH) * HIGH + ((this.low(index) & OFFSET_LOW) >>> 0);
  }

  isCopied(index: number): boolean {
    return (this.high(index) & COPIED) !== 0;
  }

  setHalves(index: number, high: number, low: number): void {
    this.#view.setUint32(index * ENTRY_BYTES, high >>> 0);
    this.#view.setUint32(index * ENTRY_BYTES + 4, low >>> 0);
    this.#dirtyFrom = Math.min(this.#dirtyFrom, index);
    this.#dirtyTo = Math.max(this.#dirtyTo, index + 1);
  }

  /** @param flags for the upper half */
  set(index: number, offset: number, flags = 0, lowFlags = 0): void {
    this.setHalves(index, (Math.floor(offset / HIGH) | flags) >>> 0, (offset % HIGH) + lowFlags);
  }

  get isDirty(): boolean {
    return this.#dirtyTo > 0;
  }

  markAllDirty(): void {
    this.#dirtyFrom = 0;
    this.#dirtyTo = this.length;
  }

  /** Hands what is not written to `write`, with its place in the table; when that returns, all counts as written. */
  writeDirty(write: (bytes: Uint8Array, at: number) => void): void {
    if (!this.isDirty) return;
    const from = this.#dirtyFrom * ENTRY_BYTES;
    write(this.bytes.subarray(from, this.#dirtyTo * ENTRY_BYTES), from);
    this.#dirtyFrom = Infinity;
    this.#dirtyTo = 0;
  }

  /** The same entries with room for more, all of which counts as not written. */
  enlarged(length: number): EntryTable {
    const bytes = new Uint8Array(length * ENTRY_BYTES);
    bytes.set(this.bytes);
    const table = new EntryTable(bytes);
    table.markAllDirty();
    return table;
  }
}
