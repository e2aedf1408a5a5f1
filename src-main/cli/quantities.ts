import { InvalidArgumentError } from 'commander';

const UNITS = ['', 'K', 'M', 'G', 'T'] as const;
const KIBI = 1024;

/** Reads `512M`, `2G`, `1.5GiB`: powers of 1024. @returns bytes. @throws InvalidArgumentError */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT])(?:i?B)?$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('Write a size such as 512M or 2G.');
  const [, amount = '', unit = ''] = match;
  const power = UNITS.indexOf(unit.toUpperCase() as (typeof UNITS)[number]);
  return Math.round(Number(amount) * KIBI ** power);
}

/** @returns bytes as `512M`, `1.5G`, `0` */
export function formatSize(bytes: number): string {
  let power = 0;
  let amount = bytes;
  // Not 1023.96K, which would be shown as 1024.0K.
  while (Math.round(amount * 10) / 10 >= KIBI && power < UNITS.length - 1) {
    amount /= KIBI;
    power++;
  }
  return `${trimmed(amount)}${UNITS[power]}`;
}

const DURATION_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Reads `500ms`, `30s`, `5m`, `1h`. @returns milliseconds. @throws InvalidArgumentError */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('Write a duration such as 500ms or 30s.');
  return Math.round(Number(match[1]) * DURATION_MS[match[2] as keyof typeof DURATION_MS]);
}

/** @returns milliseconds as `0 s`, `59 s`, `3 min 20 s`, `5 h 2 min`, `3 d 4 h` */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** Reads a whole number of at least 1. @throws InvalidArgumentError */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Write a whole number, 1 or more.');
  return Number(text);
}

/** Reads `25`, `25%` or `none`. @throws InvalidArgumentError */
export function parseCpuLimit(text: string): number | 'none' {
  if (text === 'none') return text;
  const percent = Number(/^(\d{1,3})%?$/.exec(text)?.[1] ?? 0);
  if (percent < 1 || percent > 100) throw new InvalidArgumentError('Write a percentage from 1 to 100, or none.');
  return percent;
}

/** Reads a TCP port. @throws InvalidArgumentError */
export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('Write a port from 0 to 65535.');
  return Number(text);
}

/** Reads `1`, `1%` or `0.5 %`. @throws InvalidArgumentError */
export function parsePercent(text: string): number {
  const percent = Number(/^(\d{1,3}(?:\.\d+)?) ?%?$/.exec(text.trim())?.[1] ?? NaN);
  if (!(percent <= 100)) throw new InvalidArgumentError('Write a percentage from 0 to 100.');
  return percent;
}

const RATE_UNITS = ['', 'k', 'M', 'G'] as const;
const KILO = 1000;

/** Reads `64k`, `10M`, `1.5Gbit/s`: powers of 1000, as lines are told. @returns bits per second, null for `none` */
export function parseRate(text: string): number | null {
  if (text === 'none') return null;
  const match = /^(\d+(?:\.\d+)?)([kMG]?)(?:bit(?:\/s)?|bps)?$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('Write bits per second such as 64k or 10M, or none.');
  const [, amount = '', unit = ''] = match;
  const power = RATE_UNITS.findIndex((each) => each.toLowerCase() === unit.toLowerCase());
  return Math.round(Number(amount) * KILO ** power);
}

/** @returns bits per second as `10 Mbit/s` */
export function formatRate(bitsPerSecond: number): string {
  let power = 0;
  let amount = bitsPerSecond;
  while (Math.round(amount * 10) / 10 >= KILO && power < RATE_UNITS.length - 1) {
    amount /= KILO;
    power++;
  }
  return `${trimmed(amount)} ${RATE_UNITS[power]}bit/s`;
}

/** Reads `on` or `off`. @throws InvalidArgumentError */
export function parseSwitch(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new InvalidArgumentError('Write on or off.');
  return text === 'on';
}

function trimmed(amount: number): string {
  return amount.toFixed(1).replace(/\.0$/, '');
}
