import { randomFillSync } from 'node:crypto';
import type { Clock, Random } from '../../../src-core/host/clock.ts';

/** setTimeout takes no more than 2^31 - 1 ms. */
const LONGEST_MS = 0x7fff_ffff;

export const nodeClock: Clock = {
  now: Date.now,
  after(milliseconds, callback) {
    if (milliseconds <= 0) {
      const soon = setImmediate(callback);
      return { dispose: () => clearImmediate(soon) };
    }
    const timer = setTimeout(callback, Math.min(milliseconds, LONGEST_MS));
    timer.unref();
    return { dispose: () => clearTimeout(timer) };
  },
};

export const nodeRandom: Random = (into) => void randomFillSync(into);
