import type { BlockFile } from './block-file.ts';
import { assertWithin } from './block-image.ts';
import type { BlockImage, Extent, WriteZeroesOptions } from './block-image.ts';
import { invalid, mustBeWritable } from './problems.ts';

const ZEROS = new Uint8Array(256 * 1024);

/** The blocks of a disk as they are, one after the other. */
export class RawImage implements BlockImage {
  readonly format = 'raw';
  readonly readOnly: boolean;
  readonly #file: BlockFile;
  #sizeBytes: number;

  constructor(file: BlockFile) {
    this.#file = file;
    this.#sizeBytes = file.sizeBytes;
    this.readOnly = file.readOnly;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  read(into: Uint8Array, offset: number): void {
    assertWithin(this, offset, into.length);
    this.#file.read(into, offset);
  }

  write(from: Uint8Array, offset: number): void {
    assertWithin(this, offset, from.length);
    mustBeWritable(this.#file.name, this.readOnly);
    this.#file.write(from, offset);
  }

  discard(offset: number, length: number): void {
    assertWithin(this, offset, length);
    mustBeWritable(this.#file.name, this.readOnly);
    if (length > 0) this.#file.punchHole?.(offset, length);
  }

  writeZeroes(offset: number, length: number, { keepAllocated = false }: WriteZeroesOptions = {}): void {
    assertWithin(this, offset, length);
    mustBeWritable(this.#file.name, this.readOnly);
    if (length === 0) return;
    if (this.#file.punchHole && !keepAllocated) {
      this.#file.punchHole(offset, length);
      return;
    }
    for (let done = 0; done < length; done += ZEROS.length) {
      this.#file.write(ZEROS.subarray(0, Math.min(ZEROS.length, length - done)), offset + done);
    }
  }

  grow(sizeBytes: number): void {
    mustBeWritable(this.#file.name, this.readOnly);
    if (sizeBytes < this.#sizeBytes) throw invalid(this.#file.name, 'a disk can only become larger');
    this.#file.truncate(sizeBytes);
    this.#sizeBytes = sizeBytes;
  }

  extent(offset: number, length: number): Extent {
    assertWithin(this, offset, length);
    return { kind: 'data', bytes: length };
  }

  flush(): void {
    if (!this.readOnly) this.#file.flush();
  }

  close(): void {
    try {
      this.flush();
    } finally {
      this.#file.close();
    }
  }
}
