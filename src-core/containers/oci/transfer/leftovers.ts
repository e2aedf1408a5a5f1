import { AppError } from '../../../base/errors.ts';
import type { LocalImages } from '../local-images.ts';

/** After these it is worth to go on where it was. */
const WORTH_KEEPING: readonly string[] = ['network', 'timeout', 'cancelled', 'unavailable', 'denied'];

/**
 * Holds what a transfer is about while it goes on. What came of one that failed stays when it can be gone on with; of
 * one that lied, or filled the disk, nothing does.
 */
export async function withoutLeftovers<T>(
  local: LocalImages,
  work: (about: (digests: readonly string[]) => void) => Promise<T>,
): Promise<T> {
  const digests: string[] = [];
  const holds: { dispose(): void }[] = [];
  const letGo = (): void => holds.splice(0).forEach((hold) => hold.dispose());
  try {
    return await work((more) => {
      digests.push(...more);
      holds.push(local.holds.hold(more));
    });
  } catch (error) {
    letGo();
    const isKept = error instanceof AppError && WORTH_KEEPING.includes(error.code);
    if (!isKept) await local.garbage.collectOf(digests);
    throw error;
  } finally {
    letGo();
  }
}
