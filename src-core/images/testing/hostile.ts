import fc from 'fast-check';
import { AppError } from '../../base/errors.ts';
import type { ByteSource } from '../formats/byte-source.ts';

/** The code of the AppError that something ends with; any other failure is the test's. */
export async function failureOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'none';
}

/** Reads everything, and the content of everything, so that each byte is looked at. */
export async function drain(items: AsyncIterable<{ readonly content: ByteSource }>): Promise<number> {
  let count = 0;
  for await (const item of items) {
    for await (const chunk of item.content) count += chunk.length;
    count++;
  }
  return count;
}

/** Bytes cut into chunks of any size, none of them empty. */
export async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** A valid file with some bytes changed and perhaps an end cut off. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(Math.max(0, bytes.length - 1)), fc.nat(255));
  return fc.tuple(fc.array(change, { maxLength: 8 }), fc.nat(bytes.length)).map(([changes, length]) => {
    const copy = Uint8Array.from(bytes);
    for (const [at, value] of changes) copy[at] = value;
    return changes.length % 2 === 0 ? copy.subarray(0, length) : copy;
  });
}

/** Fixed, so that a failure comes back. */
export const FUZZ = { seed: 20261122, numRuns: 300 } as const;
