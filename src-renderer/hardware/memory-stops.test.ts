import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MEMORY_STEP_BYTES, MIN_MEMORY_BYTES } from '../../src-core/contract/machines.ts';
import { memoryStops } from './memory-stops.ts';

const MIB = 1024 * 1024;

test('the stops rise from the least to what this computer has, in whole MiB', () => {
  const computer = fc.integer({ min: 128 * MIB, max: 2 ** 42 });
  const image = fc.integer({ min: 0, max: 512 }).map((mib) => mib * MIB);
  fc.assert(
    fc.property(image, computer, (least, most) => {
      const stops = memoryStops(least, most);
      expect(stops[0]).toBe(Math.max(least, MIN_MEMORY_BYTES));
      for (const [index, stop] of stops.entries()) {
        expect(stop % MEMORY_STEP_BYTES).toBe(0);
        if (index > 0) expect(stop).toBeGreaterThan(stops[index - 1]!);
      }
      if (most >= Math.max(least, MIN_MEMORY_BYTES)) expect(stops.at(-1)).toBe(Math.floor(most / MIB) * MIB);
    }),
    { seed: 20_261_122 },
  );
});
