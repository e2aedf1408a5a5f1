/** How many samples a sparkline or chart shows: two minutes of one each second. */
export const HISTORY_LENGTH = 120;

/** The record without one of its keys. */
export function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  const { [key]: _gone, ...rest } = record;
  return rest;
}

/** A curve with one more sample, no longer than a chart shows. */
export function pushed<T>(history: readonly T[] | undefined, sample: T): readonly T[] {
  return [...(history ?? []), sample].slice(-HISTORY_LENGTH);
}

export function byKey<T>(values: readonly T[], key: (value: T) => string): Readonly<Record<string, T>> {
  return Object.fromEntries(values.map((value) => [key(value), value]));
}
