import { AppError, assert } from '../base/errors.ts';
import type { BlockImage } from './block-image.ts';
import type { Qcow2Image } from './qcow2/qcow2-image.ts';

const PIECE_BYTES = 1024 * 1024;
/** Zeros in runs of at least so many bytes are not written. */
const GRAIN_BYTES = 4096;

/**
 * Copies everything into an image that is at least as large and reads as zeros everywhere: raw to qcow2 and back, or
 * a chain into one image that stands alone. Yields the bytes that are done after each piece, so that whoever has other
 * work can do it in between.
 */
export function* copySteps(from: BlockImage, to: BlockImage): Generator<number, void, void> {
  assert(to.sizeBytes >= from.sizeBytes, 'a copy fits into its target');
  const buffer = new Uint8Array(PIECE_BYTES);
  for (let at = 0; at < from.sizeBytes;) {
    const { kind, bytes } = from.extent(at, from.sizeBytes - at);
    const length = kind === 'data' ? Math.min(bytes, PIECE_BYTES) : bytes;
    if (kind === 'data') {
      const piece = buffer.subarray(0, length);
      from.read(piece, at);
      writeNonZero(to, piece, at);
    }
    at += length;
    yield at;
  }
  to.flush();
}

/** `copySteps` in one go. */
export function copyImage(from: BlockImage, to: BlockImage): void {
  for (const _ of copySteps(from, to));
}

function writeNonZero(to: BlockImage, piece: Uint8Array, at: number): void {
  for (let from = 0; from < piece.length;) {
    const end = Math.min(from + GRAIN_BYTES, piece.length);
    if (isZero(piece, from, end)) {
      from = end;
      continue;
    }
    let until = end;
    while (until < piece.length && !isZero(piece, until, Math.min(until + GRAIN_BYTES, piece.length))) {
      until = Math.min(until + GRAIN_BYTES, piece.length);
    }
    to.write(piece.subarray(from, until), at + from);
    from = until;
  }
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}

/**
 * Writes what an image holds into the image that it is built on, and empties it. The content is on the disk below before
 * anything is given up above, so a crash in between loses nothing.
 * @param keep it is not emptied: nobody needs it afterwards
 * @throws AppError 'invalid-input' when it is built on nothing, 'denied' when that was opened only for reading
 */
export function* commitSteps(image: Qcow2Image, { keep = false } = {}): Generator<number, void, void> {
  const { backing } = image;
  const doing = `commit the disk image ${image.file.name}`;
  if (!backing) throw new AppError({ code: 'invalid-input', doing, because: 'it is built on no other image' });
  if (backing.readOnly) {
    throw new AppError({ code: 'denied', doing, because: 'the image below was opened only for reading' });
  }
  if (backing.sizeBytes < image.sizeBytes) backing.grow(image.sizeBytes);
  const buffer = new Uint8Array(PIECE_BYTES);
  for (let at = 0; at < image.sizeBytes;) {
    const { kind, bytes } = image.ownExtent(at, image.sizeBytes - at);
    const length = kind === 'data' ? Math.min(bytes, PIECE_BYTES) : bytes;
    if (kind === 'data') {
      const piece = buffer.subarray(0, length);
      image.read(piece, at);
      backing.write(piece, at);
    } else if (kind === 'zero') backing.writeZeroes(at, length);
    at += length;
    yield at;
  }
  backing.flush();
  if (!keep) image.empty();
}

/** `commitSteps` in one go. */
export function commitImage(image: Qcow2Image): void {
  for (const _ of commitSteps(image));
}
