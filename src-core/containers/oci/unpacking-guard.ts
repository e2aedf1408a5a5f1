import { AppError } from '../../base/errors.ts';
import { formatBytes } from '../../base/format-bytes.ts';
import { damaged } from './manifest.ts';
import type { TransferLimits } from './outside.ts';

/**
 * Watches what a layer becomes when it is unpacked: some kilobytes can stand for terabytes of zeros.
 * @param packedBytes null for one that comes unpacked
 * @param freeBytes on the disk, when it begins
 * @returns called with all bytes so far; throws AppError 'corrupt', 'disk-full'
 */
export function unpackingGuard(
  packedBytes: number | null,
  freeBytes: number,
  limits: TransferLimits,
  what: string,
  doing: string,
): (bytes: number) => void {
  const expansion =
    packedBytes === null ? Infinity : Math.max(limits.harmlessBytes, packedBytes * limits.mostExpansion);
  const most = Math.min(expansion, limits.mostLayerBytes);
  const room = freeBytes - limits.reserveBytes;
  return (bytes) => {
    if (bytes > most) {
      throw damaged(doing, `${what} becomes larger than ${formatBytes(most)} when it is unpacked, which no layer does`);
    }
    if (bytes > room) throw noRoom(bytes, freeBytes, what, doing);
  };
}

/** @throws AppError 'disk-full' */
export function noRoom(bytes: number, freeBytes: number, what: string, doing: string): AppError {
  return new AppError({
    code: 'disk-full',
    doing,
    because: `${what} takes ${formatBytes(bytes)} or more, and the disk has ${formatBytes(Math.max(0, freeBytes))} free`,
    hint: 'Make room on the disk, for instance by deleting images that nobody uses.',
  });
}
