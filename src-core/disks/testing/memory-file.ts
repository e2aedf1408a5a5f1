import type { BlockFile } from '../block-file.ts';

/** A file in memory. Knows which writes were flushed, so that a test can lose the rest. */
export class MemoryFile implements BlockFile {
  readonly name: string;
  readOnly = false;
  closed = false;
  flushes = 0;
  /** Writes since the last flush, oldest first; `null` for one that only changed the size. */
  pending: { readonly offset: number; readonly bytes: Uint8Array | null; readonly sizeBytes: number }[] = [];
  /** After so many more writes, changes of the size and flushes the power is gone: each throws from then on. */
  powerLeft = Infinity;
  /** After so many more writes the disk is full. */
  roomForWrites = Infinity;
  #bytes: Uint8Array;
  #size: number;
  #durable: Uint8Array;

  constructor(name = 'memory.img', content: Uint8Array = new Uint8Array(0)) {
    this.name = name;
    this.#bytes = content.slice();
    this.#size = content.length;
    this.#durable = content.slice();
  }

  get sizeBytes(): number {
    return this.#size;
  }

  /** What the file holds now. */
  content(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  /** What is on the disk after a power cut: what was flushed, and of the later writes those that `kept` picks. */
  afterPowerCut(kept: (index: number) => boolean): Uint8Array {
    const file = new MemoryFile(this.name, this.#durable);
    this.pending.forEach(({ offset, bytes, sizeBytes }, index) => {
      if (!kept(index)) return;
      if (bytes) file.write(bytes, offset);
      else file.truncate(sizeBytes);
    });
    return file.content();
  }

  read(into: Uint8Array, offset: number): void {
    into.fill(0);
    if (offset < this.#size) into.set(this.#bytes.subarray(offset, Math.min(offset + into.length, this.#size)));
  }

  write(from: Uint8Array, offset: number): void {
    this.#usePower();
    if (this.roomForWrites-- <= 0) throw new Error('no space left on device');
    this.#resize(Math.max(this.#size, offset + from.length));
    this.#bytes.set(from, offset);
    this.pending.push({ offset, bytes: from.slice(), sizeBytes: this.#size });
  }

  truncate(sizeBytes: number): void {
    this.#usePower();
    this.#resize(sizeBytes);
    this.pending.push({ offset: 0, bytes: null, sizeBytes });
  }

  flush(): void {
    this.#usePower();
    this.flushes++;
    this.pending = [];
    this.#durable = this.content();
  }

  close(): void {
    this.closed = true;
  }

  #usePower(): void {
    if (this.powerLeft-- <= 0) throw new Error('the power is gone');
  }

  #resize(sizeBytes: number): void {
    if (sizeBytes > 1 << 28) throw new Error('file too large');
    if (sizeBytes < this.#size) this.#bytes.fill(0, sizeBytes, this.#size);
    if (sizeBytes > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(sizeBytes, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#size = sizeBytes;
  }
}
