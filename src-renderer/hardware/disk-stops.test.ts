import { expect, test } from 'vitest';
import { growthStops } from './disk-stops.ts';
import { withStop } from './memory-stops.ts';

const MIB = 1024 * 1024;

test('a disk grows to something larger, in whole MiB, in rising steps', () => {
  expect(growthStops(64 * MIB).slice(0, 3)).toEqual([96 * MIB, 128 * MIB, 192 * MIB]);
  for (const size of [1, 100 * MIB, 5000 * MIB]) {
    const stops = growthStops(size);
    expect(stops.every((stop, index) => stop > (stops[index - 1] ?? size) && stop % MIB === 0)).toBe(true);
  }
});

test('what a machine has is a stop, wherever it lies between the others', () => {
  expect(withStop([1, 2, 4], 3)).toEqual([1, 2, 3, 4]);
  expect(withStop([1, 2, 4], 2)).toEqual([1, 2, 4]);
});
