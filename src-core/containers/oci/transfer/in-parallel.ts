import { Cancellation } from '../../../base/cancellation.ts';
import type { AbortSignalLike } from '../../../images/image.ts';

/**
 * Some work for each item, several at a time, in their order. With the first failure the others are told to stop, and
 * all have ended when this ends.
 * @throws the first failure
 */
export async function inParallel<Item>(
  items: readonly Item[],
  concurrency: number,
  signal: AbortSignalLike,
  work: (item: Item, signal: AbortSignalLike) => Promise<void>,
): Promise<void> {
  const cancellation = new Cancellation();
  const cancel = (): void => cancellation.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const failures: unknown[] = [];
  const left = [...items];
  const one = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined && failures.length === 0; item = left.shift()) {
      try {
        await work(item, cancellation);
      } catch (error) {
        failures.push(error);
        cancel();
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  signal.removeEventListener('abort', cancel);
  if (failures.length > 0) throw failures[0];
}
