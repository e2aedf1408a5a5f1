import type { LinkConditionsView } from '../../src-core/contract/networks.ts';

export interface Preset {
  readonly name: string;
  readonly conditions: LinkConditionsView;
}

/** What lines are like that people have, in plain values. */
export const PRESETS: readonly Preset[] = [
  { name: 'Perfect', conditions: { delayMs: 0, lossPercent: 0, bitsPerSecond: null } },
  { name: 'DSL', conditions: { delayMs: 20, lossPercent: 0, bitsPerSecond: 16_000_000 } },
  { name: 'Mobile', conditions: { delayMs: 60, lossPercent: 0.5, bitsPerSecond: 5_000_000 } },
  { name: 'Bad Wi-Fi', conditions: { delayMs: 30, lossPercent: 5, bitsPerSecond: 2_000_000 } },
];

export function presetOf({ delayMs, lossPercent, bitsPerSecond }: LinkConditionsView): Preset | undefined {
  return PRESETS.find(
    ({ conditions }) =>
      conditions.delayMs === delayMs &&
      conditions.lossPercent === lossPercent &&
      conditions.bitsPerSecond === bitsPerSecond,
  );
}

const BIT_UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'] as const;

/** @returns "16 Mbit/s": decimal units, as lines are sold */
export function formatBits(bitsPerSecond: number): string {
  let value = bitsPerSecond;
  let unit = 0;
  while (value >= 1000 && unit < BIT_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${Number(value.toFixed(2))} ${BIT_UNITS[unit]}`;
}

/** @returns "20 ms delay, 16 Mbit/s"; null where the lines are perfect */
export function conditionsText({ delayMs, lossPercent, bitsPerSecond }: LinkConditionsView): string | null {
  const parts = [
    delayMs > 0 ? `${delayMs} ms delay` : null,
    lossPercent > 0 ? `${lossPercent} % lost` : null,
    bitsPerSecond === null ? null : formatBits(bitsPerSecond),
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

/** What the form holds; a rate left empty is none. */
export interface ConditionsDraft {
  readonly delay: string;
  readonly loss: string;
  /** In Mbit/s. */
  readonly rate: string;
}

export function draftOf({ delayMs, lossPercent, bitsPerSecond }: LinkConditionsView): ConditionsDraft {
  return {
    delay: String(delayMs),
    loss: String(lossPercent),
    rate: bitsPerSecond === null ? '' : String(bitsPerSecond / 1e6),
  };
}

function numberIn(text: string, least: number, most: number): number | null {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() !== '' && value >= least && value <= most ? value : null;
}

export interface ReadDraft {
  readonly conditions: LinkConditionsView | null;
  readonly problems: Readonly<Partial<Record<keyof ConditionsDraft, string>>>;
}

/** The conditions that are written, and what is wrong with what is not one. */
export function readDraft({ delay, loss, rate }: ConditionsDraft): ReadDraft {
  const delayMs = numberIn(delay, 0, 10_000);
  const lossPercent = numberIn(loss, 0, 100);
  const megabits = rate.trim() === '' ? Infinity : numberIn(rate, 0.008, 100_000);
  const problems = {
    ...(delayMs === null ? { delay: '0 to 10000 ms' } : {}),
    ...(lossPercent === null ? { loss: '0 to 100 %' } : {}),
    ...(megabits === null ? { rate: '0.008 to 100000 Mbit/s, or empty' } : {}),
  };
  if (delayMs === null || lossPercent === null || megabits === null) return { conditions: null, problems };
  const bitsPerSecond = megabits === Infinity ? null : Math.round(megabits * 1e6);
  return { conditions: { delayMs, lossPercent, bitsPerSecond }, problems };
}
