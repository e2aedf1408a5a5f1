import type { CardSample } from '../state/inventory.ts';
import { formatBytes } from '../parts/quantities.ts';

/** Bytes each second, as the card sees it: sent by the guest, received by it. */
export interface Rate {
  readonly sent: number;
  readonly received: number;
}

export const NO_TRAFFIC: Rate = { sent: 0, received: 0 };

/** Views can come in bursts: over less than this, a rate would be noise. */
const LEAST_SPAN_MS = 900;
/** What was measured longer ago says nothing of now. */
const MOST_SPAN_MS = 5000;

/** A network is told anew once a second while its counters rise: after this long they stand still. */
const STILL_MS = 2500;

/** The rate of the last second or so. @param samples oldest first. @param now in milliseconds since 1970 */
export function rateOf(samples: readonly CardSample[] | undefined, now: number): Rate {
  const last = samples?.at(-1);
  if (samples === undefined || last === undefined || now - last.at > STILL_MS) return NO_TRAFFIC;
  const before = samples.findLast(({ at }) => at <= last.at - LEAST_SPAN_MS);
  if (before === undefined || last.at - before.at > MOST_SPAN_MS) return NO_TRAFFIC;
  const seconds = (last.at - before.at) / 1000;
  return {
    sent: (last.sentBytes - before.sentBytes) / seconds,
    received: (last.receivedBytes - before.receivedBytes) / seconds,
  };
}

/** @returns the rates between samples, for a curve; the first has none before it */
export function rates(samples: readonly CardSample[]): { readonly times: readonly number[]; readonly rates: Rate[] } {
  const times: number[] = [];
  const found: Rate[] = [];
  samples.forEach((_, index) => {
    if (index === 0) return;
    const at = samples[index]?.at ?? 0;
    times.push(at);
    found.push(rateOf(samples.slice(0, index + 1), at));
  });
  return { times, rates: found };
}

/** @returns "12.4 KiB/s" */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(Math.round(Math.max(0, bytesPerSecond)))}/s`;
}

/** How thick a line with this much traffic is drawn, in CSS pixels: each tenfold rate is one step. */
export function lineWidth(bytesPerSecond: number): number {
  if (bytesPerSecond < 1) return 0;
  return Math.min(6, 1.5 + Math.log10(bytesPerSecond) * 0.5);
}
