import { AppError } from '../../base/errors.ts';

/** Bytes of a disk or of a part of one, for reading only. A guest may have written anything there. */
export interface Blocks {
  readonly sizeBytes: number;
  /** The caller stays within `sizeBytes`. */
  read(into: Uint8Array, offset: number): void;
}

/** What a disk says about itself makes no sense. */
export function damaged(problem: string): AppError {
  const doing = 'look for a kernel on the disk';
  return new AppError({ code: 'corrupt', doing, because: `a file system on it is damaged: ${problem}` });
}

/** A part of a disk, cut to what is really there. */
export class BlockWindow implements Blocks {
  readonly sizeBytes: number;
  readonly #whole: Blocks;
  readonly #start: number;

  constructor(whole: Blocks, start: number, sizeBytes: number) {
    this.#whole = whole;
    this.#start = Math.min(start, whole.sizeBytes);
    this.sizeBytes = Math.max(0, Math.min(sizeBytes, whole.sizeBytes - this.#start));
  }

  read(into: Uint8Array, offset: number): void {
    this.#whole.read(into, this.#start + offset);
  }
}

/**
 * @param what for the message: "an inode"
 * @throws AppError 'corrupt' when the range is not within the blocks
 */
export function take(blocks: Blocks, offset: number, length: number, what: string): Uint8Array<ArrayBuffer> {
  mustLieWithin(blocks, offset, length, what);
  const bytes = new Uint8Array(length);
  blocks.read(bytes, offset);
  return bytes;
}

/** The same for whoever reads into its own bytes: only the check. */
export function mustLieWithin(blocks: Blocks, offset: number, length: number, what: string): void {
  const isWithin = Number.isSafeInteger(offset) && offset >= 0 && offset + length <= blocks.sizeBytes;
  if (!isWithin) throw damaged(`${what} is said to lie beyond its end`);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** @throws AppError 'corrupt' for a number that no disk is large enough for */
export function readU64(view: DataView, at: number, what: string): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(`${what} is out of range`);
  return Number(value);
}
