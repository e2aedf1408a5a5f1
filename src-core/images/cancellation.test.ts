import { expect, test } from 'vitest';
import { watched } from './cancellation.ts';
import { failureOf } from './testing/hostile.ts';

test('ends a source that would never end by itself, and lets go of it', async () => {
  const abort = new AbortController();
  const passed: number[] = [];
  let isClosed = false;
  async function* endless(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        if (passed.length === 3) abort.abort();
        yield await Promise.resolve(Buffer.alloc(10));
      }
    } finally {
      isClosed = true;
    }
  }
  const read = async (): Promise<void> => {
    for await (const chunk of watched(endless(), abort.signal, 'read', (total) => passed.push(total))) {
      expect(chunk).toHaveLength(10);
    }
  };
  expect(await failureOf(read)).toBe('cancelled');
  expect(passed).toEqual([10, 20, 30]);
  expect(isClosed).toBe(true);
});
