import { expect, it } from 'vitest';
import { formatDuration, formatSize, parseCount, parseDuration, parsePort, parseSize } from './quantities.ts';

const MIB = 1024 * 1024;

it.each([
  ['512M', 512 * MIB],
  ['2G', 2048 * MIB],
  ['1.5g', 1536 * MIB],
  ['64K', 65_536],
  ['1GiB', 1024 * MIB],
  ['100MB', 100 * MIB],
])('reads the size %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

it.each(['', '512', 'M', '-1M', '1e3M', '5X', '1 2M', '0x10M'])('refuses the size "%s"', (text) =>
  expect(() => parseSize(text)).toThrow('512M or 2G'),
);

it.each([
  [0, '0'],
  [1023, '1023'],
  [1024, '1K'],
  [1024 * 1024 - 1, '1M'],
  [1536 * MIB, '1.5G'],
  [5 * 1024 ** 5, '5120T'],
])('writes %d bytes as %s', (bytes, text) => expect(formatSize(bytes)).toBe(text));

it.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5m', 90_000],
  ['1h', 3_600_000],
])('reads the duration %s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

it.each(['', '30', 's', '-1s', '1d'])('refuses the duration "%s"', (text) =>
  expect(() => parseDuration(text)).toThrow(),
);

it.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [200_000, '3 min 20 s'],
  [3_600_000, '1 h'],
  [90_061_000, '1 d 1 h'],
])('writes %d ms as %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

it('reads counts and ports within their bounds', () => {
  expect(parseCount('8')).toBe(8);
  expect(parsePort('0')).toBe(0);
  for (const wrong of ['0', '-1', '1.5', 'x', '']) expect(() => parseCount(wrong)).toThrow();
  for (const wrong of ['65536', '-1', 'http']) expect(() => parsePort(wrong)).toThrow();
});
