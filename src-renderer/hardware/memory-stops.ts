import { MIN_MEMORY_BYTES } from '../../src-core/contract/machines.ts';

const MIB = 1024 * 1024;

/** 64, 96, 128, 192, 256, … MiB: each step half again as much, which is as fine as anybody chooses memory. */
export function memoryStops(leastBytes: number, mostBytes: number): readonly number[] {
  const least = Math.max(leastBytes, MIN_MEMORY_BYTES);
  const most = Math.floor(mostBytes / MIB) * MIB;
  const stops: number[] = [least];
  for (let power = MIN_MEMORY_BYTES; power <= most; power *= 2) {
    for (const stop of [power, power * 1.5]) if (stop > least && stop < most) stops.push(stop);
  }
  if (most > least) stops.push(most);
  return stops;
}

export function processorStops(most: number): readonly number[] {
  return Array.from({ length: Math.max(1, most) }, (_, index) => index + 1);
}

/** The stops with one more, where it belongs: a machine may have what no stop stands for. */
export function withStop(stops: readonly number[], value: number): readonly number[] {
  return stops.includes(value) ? stops : [...stops, value].sort((a, b) => a - b);
}
