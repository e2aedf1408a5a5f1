import { expect, test } from 'vitest';
import { countOf, formatBytes, formatDuration, formatPercent, formatProcessors } from './quantities.ts';

test.for([
  [0, '0 B'],
  [1023, '1 KiB'],
  [1536, '1.5 KiB'],
  [512 * 1024 ** 2, '512 MiB'],
  [1023.7 * 1024 ** 2, '1 GiB'],
  [23.46 * 1024 ** 3, '23.5 GiB'],
  [5 * 1024 ** 5, '5120 TiB'],
] as const)('%d bytes are written as %s', ([bytes, text]) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('processors are told in percent of one', () => {
  expect([0, 0.004, 0.5, 2].map(formatProcessors)).toEqual(['0 %', '0.4 %', '50 %', '200 %']);
});

test('percent of work is never rounded up to a done that is not', () => {
  expect(formatPercent(0.999)).toBe('99 %');
  expect(formatPercent(1)).toBe('100 %');
});

test('durations are told in the two units that matter', () => {
  expect([0, 61_000, 3_720_000, 90_000_000].map(formatDuration)).toEqual(['0 s', '1 min 1 s', '1 h 2 min', '1 d 1 h']);
});

test('one is not many', () => {
  expect([countOf(1, 'machine'), countOf(2, 'machine')]).toEqual(['1 machine', '2 machines']);
});
