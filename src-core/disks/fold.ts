import { AppError } from '../base/errors.ts';
import { commitSteps } from './copy.ts';
import { rebase } from './qcow2/rebase.ts';
import type { Qcow2Image } from './qcow2/qcow2-image.ts';

const PIECE_BYTES = 1024 * 1024;

/**
 * Two images of which one is built on the other become one, which shows what the upper one showed. At each step, and
 * after a crash at any of them, the upper image shows the same.
 *
 * - `up`: what the upper lacks is copied out of the lower, then the upper is built on what the lower is built on.
 * - `down`: what the upper has is written into the lower, which the caller then gives the name of the upper. Only where
 *   nothing but the upper is built on the lower.
 */
export type FoldDirection = 'up' | 'down';

/** The way that has less to copy; up only where the clusters of both are alike. */
export function shorterWay(upper: Qcow2Image, lower: Qcow2Image): FoldDirection {
  const alike = upper.header.clusterBits === lower.header.clusterBits && upper.header.version === 3;
  return alike && lower.file.sizeBytes <= upper.file.sizeBytes ? 'up' : 'down';
}

/**
 * Yields the bytes that are done.
 * @param upper opened for writing, for `down` with the image below; it is to be closed afterwards
 * @throws AppError 'invalid-input' when it is built on no other qcow2 image
 */
export function* foldSteps(upper: Qcow2Image, way: FoldDirection): Generator<number, void, void> {
  if (way === 'down') return yield* commitSteps(upper, { keep: true });
  const lower = lowerOf(upper);
  const buffer = new Uint8Array(PIECE_BYTES);
  for (let at = 0; at < upper.sizeBytes;) {
    const there = upper.ownExtent(at, upper.sizeBytes - at);
    const end = at + there.bytes;
    if (there.kind !== 'hole') at = end;
    while (at < Math.min(end, lower.sizeBytes)) {
      const { kind, bytes } = lower.ownExtent(at, Math.min(end, lower.sizeBytes) - at);
      const length = kind === 'data' ? Math.min(bytes, PIECE_BYTES) : bytes;
      if (kind === 'data') {
        lower.read(buffer.subarray(0, length), at);
        upper.write(buffer.subarray(0, length), at);
      } else if (kind === 'zero') upper.hide(at, length);
      at += length;
      yield at;
    }
    at = end;
    yield at;
  }
  upper.flush();
  rebase(upper, lower.header.backing?.path ?? null);
}

function lowerOf(upper: Qcow2Image): Qcow2Image {
  const { backing } = upper;
  if (backing && 'ownExtent' in backing) return backing as Qcow2Image;
  const because = 'it is built on no other qcow2 image';
  throw new AppError({ code: 'invalid-input', doing: `fold the disk image ${upper.file.name}`, because });
}
