import { AppError } from '../base/errors.ts';
import type { AbortSignalLike } from './image.ts';
import type { ByteSource } from './formats/byte-source.ts';

export function cancelled(doing: string): AppError {
  return new AppError({ code: 'cancelled', doing, because: 'it was cancelled' });
}

/** @throws AppError 'cancelled' */
export function throwIfCancelled(signal: AbortSignalLike, doing: string): void {
  if (signal.aborted) throw cancelled(doing);
}

/** A source that ends with 'cancelled' between two chunks, and tells how many bytes went through. */
export async function* watched(
  source: ByteSource,
  signal: AbortSignalLike,
  doing: string,
  passed: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array, void, void> {
  let total = 0;
  for await (const chunk of source) {
    throwIfCancelled(signal, doing);
    total += chunk.length;
    passed(total);
    yield chunk;
  }
  throwIfCancelled(signal, doing);
}
