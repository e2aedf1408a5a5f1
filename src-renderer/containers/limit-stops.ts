const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** One step beyond the last value. */
export const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Powers of two and half again as much between them, from the least to the most. */
function doubling(least: number, most: number): readonly number[] {
  const stops: number[] = [];
  for (let stop = least; stop <= most; stop *= 2) stops.push(stop, ...(stop * 1.5 <= most ? [stop * 1.5] : []));
  return stops;
}

/** @param mostBytes memory of the largest node */
export function memoryLimitStops(mostBytes: number): readonly number[] {
  const stops = doubling(4 * MIB, mostBytes);
  return [...(stops.at(-1) === mostBytes ? stops : [...stops, mostBytes]), NO_LIMIT];
}

/** Tenths of one processor, then halves. */
export function processorLimitStops(most: number): readonly number[] {
  const tenths = Array.from({ length: 10 }, (_, index) => (index + 1) / 10);
  const halves = Array.from({ length: Math.max(0, most - 1) * 2 }, (_, index) => 1.5 + index / 2);
  return [0.05, ...tenths, ...halves, NO_LIMIT];
}

export const diskLimitStops: readonly number[] = [...doubling(16 * MIB, 64 * GIB), NO_LIMIT];

export const processLimitStops: readonly number[] = [...doubling(16, 16_384), NO_LIMIT];

/** The stops with one more, where it belongs: a container may have been given what no stop stands for. */
export function withLimit(stops: readonly number[], limit: number | null): readonly number[] {
  if (limit === null || stops.includes(limit)) return stops;
  return [...stops, limit].sort((a, b) => a - b);
}
