import type { HealthCheck } from '../../contract/container-images.ts';

/** As docker keeps it in an image's configuration; times in nanoseconds, 0 for what was not said. */
export interface StoredHealthCheck {
  readonly Test: readonly string[];
  readonly Interval?: number | undefined;
  readonly Timeout?: number | undefined;
  readonly StartPeriod?: number | undefined;
  readonly Retries?: number | undefined;
}

const NS_PER_MS = 1_000_000;
const SHELL = ['/bin/sh', '-c'];
const DEFAULTS = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0 };

/** Null where the image wants none, or says something that is no check. */
export function healthCheckOf({ Test, ...stored }: StoredHealthCheck): HealthCheck | null {
  const [kind, ...rest] = Test;
  const command = kind === 'CMD' ? rest : kind === 'CMD-SHELL' && rest[0] !== undefined ? [...SHELL, rest[0]] : [];
  if (command.length === 0) return null;
  const time = (ns: number | undefined, otherwise: number): number =>
    ns !== undefined && ns >= NS_PER_MS && Number.isSafeInteger(ns) ? Math.round(ns / NS_PER_MS) : otherwise;
  const { Retries } = stored;
  return {
    command,
    intervalMs: time(stored.Interval, DEFAULTS.intervalMs),
    timeoutMs: time(stored.Timeout, DEFAULTS.timeoutMs),
    retries: Retries !== undefined && Number.isSafeInteger(Retries) && Retries >= 1 ? Retries : DEFAULTS.retries,
    startPeriodMs: time(stored.StartPeriod, DEFAULTS.startPeriodMs),
  };
}

/** As other engines read it. */
export function storedHealthCheck(check: HealthCheck): StoredHealthCheck {
  return {
    Test: ['CMD', ...check.command],
    Interval: check.intervalMs * NS_PER_MS,
    Timeout: check.timeoutMs * NS_PER_MS,
    StartPeriod: check.startPeriodMs * NS_PER_MS,
    Retries: check.retries,
  };
}
