import { expect, test } from 'vitest';
import { formatRate, lineWidth, NO_TRAFFIC, rateOf, rates } from './traffic.ts';

const sample = (at: number, sentBytes: number, receivedBytes = 0) => ({ at, sentBytes, receivedBytes });

test('a rate is what was carried over the last second', () => {
  expect(rateOf([sample(0, 0), sample(1000, 500, 2000), sample(2000, 1500, 2000)], 2100)).toEqual({
    sent: 1000,
    received: 0,
  });
});

test('views that come in a burst do not make a rate out of milliseconds', () => {
  expect(rateOf([sample(0, 0), sample(990, 900), sample(1000, 1000)], 1000)).toEqual({ sent: 1000, received: 0 });
});

test('of one moment, or of one long ago, there is no rate', () => {
  expect(rateOf(undefined, 0)).toEqual(NO_TRAFFIC);
  expect(rateOf([sample(0, 7)], 0)).toEqual(NO_TRAFFIC);
  expect(rateOf([sample(0, 0), sample(60_000, 1_000_000)], 60_000)).toEqual(NO_TRAFFIC);
});

test('counters that nobody tells of any more stand still', () => {
  const samples = [sample(0, 0), sample(1000, 1000)];
  expect(rateOf(samples, 2000).sent).toBe(1000);
  expect(rateOf(samples, 4000)).toEqual(NO_TRAFFIC);
});

test('a curve has a rate for each sample but the first', () => {
  const { times, rates: curve } = rates([sample(0, 0), sample(1000, 10), sample(2000, 30)]);
  expect(times).toEqual([1000, 2000]);
  expect(curve.map(({ sent }) => sent)).toEqual([10, 20]);
});

test('lines grow with their traffic, and have an end', () => {
  expect(lineWidth(0)).toBe(0);
  expect(lineWidth(100)).toBeLessThan(lineWidth(100_000));
  expect(lineWidth(1e15)).toBe(6);
  expect(formatRate(2048)).toBe('2 KiB/s');
});
