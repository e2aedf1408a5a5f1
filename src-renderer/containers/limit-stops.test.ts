import { expect, test } from 'vitest';
import { memoryLimitStops, NO_LIMIT, processorLimitStops, withLimit } from './limit-stops.ts';

const MIB = 1024 * 1024;

test('memory goes from the least that a container may have to all that a node has, and then without a limit', () => {
  const stops = memoryLimitStops(1000 * MIB);
  expect([stops[0], stops[1], ...stops.slice(-2)]).toEqual([4 * MIB, 6 * MIB, 1000 * MIB, NO_LIMIT]);
  expect(stops).toEqual([...stops].sort((a, b) => a - b));
});

test('processors end at what the node has', () => {
  expect(processorLimitStops(1).slice(-2)).toEqual([1, NO_LIMIT]);
  expect(processorLimitStops(2).slice(-3)).toEqual([1.5, 2, NO_LIMIT]);
});

test('a limit between two stops has a stop of its own', () => {
  expect(withLimit([1, 3], 2)).toEqual([1, 2, 3]);
  expect(withLimit([1, 3], null)).toEqual([1, 3]);
});
