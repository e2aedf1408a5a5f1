import { assert } from '../base/errors.ts';

/** What a range of an image holds, found out without reading it. */
export interface Extent {
  /** hole: nothing is stored here, not in a backing image either; it reads as zeros. */
  readonly kind: 'data' | 'zero' | 'hole';
  readonly bytes: number;
}

export interface WriteZeroesOptions {
  /** Keeps the room that the range takes, so that a later write cannot fail for want of it. */
  readonly keepAllocated?: boolean;
}

/** Blocks of a disk, whatever the format of the file that they lie in. Offsets and lengths are in bytes. */
export interface BlockImage {
  readonly format: 'raw' | 'qcow2';
  /** What the guest sees. */
  readonly sizeBytes: number;
  readonly readOnly: boolean;
  /** @throws AppError 'corrupt' when the image is damaged there */
  read(into: Uint8Array, offset: number): void;
  write(from: Uint8Array, offset: number): void;
  /** The content is of no use any more: gives up what room can be given up. It reads as zeros there, or as before. */
  discard(offset: number, length: number): void;
  writeZeroes(offset: number, length: number, options?: WriteZeroesOptions): void;
  /** Makes it larger; the new part reads as zeros. @throws AppError 'invalid-input' for a smaller size */
  grow(sizeBytes: number): void;
  /** How the range that begins at `offset` and ends before `offset + length` begins. */
  extent(offset: number, length: number): Extent;
  /** Everything written before is on stable storage when this returns, and findable after a crash. */
  flush(): void;
  /** Flushes what was written and lets go of the files. */
  close(): void;
}

/** Callers check what a guest asks; a range outside is a defect of theirs. */
export function assertWithin(image: { readonly sizeBytes: number }, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  assert(whole && offset >= 0 && length >= 0 && offset + length <= image.sizeBytes, 'a range outside of the disk');
}
