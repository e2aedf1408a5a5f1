/**
 * A bound on what a peer may make us parse. Sockets bound their frames, but a MessagePort hands over whatever object
 * it was given: huge, deep or cyclic. So inputs are measured before any schema walks over them.
 */

/** No request is near this: the largest is a command line for `exec`. */
const MAX_INPUT_BYTES = 1024 * 1024;

const MAX_DEPTH = 32;
const OVERHEAD_BYTES = 8;

/** @returns whether `value` is plain data of at most about `limit` bytes and not absurdly deep */
export function isWithin(value: unknown, limit: number = MAX_INPUT_BYTES): boolean {
  return measure(value, limit, MAX_DEPTH) >= 0;
}

/** @returns what is left of `budget`, or -1 */
function measure(value: unknown, budget: number, depth: number): number {
  let left = budget - OVERHEAD_BYTES;
  if (typeof value === 'string') left -= value.length;
  if (left < 0 || depth === 0) return -1;
  if (typeof value !== 'object' || value === null) return left;
  if (ArrayBuffer.isView(value)) return Math.max(-1, left - value.byteLength);
  for (const [key, item] of entriesOf(value)) {
    left = measure(item, left - key.length, depth - 1);
    if (left < 0) return -1;
  }
  return left;
}

function* entriesOf(value: object): Iterable<[string, unknown]> {
  // Not Object.entries: an array of a million elements must not first become a million pairs.
  if (Array.isArray(value)) for (const item of value) yield ['', item];
  else for (const key in value) yield [key, (value as Record<string, unknown>)[key]];
}
