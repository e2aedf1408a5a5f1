/** A number from 0 up to, and not including, `below`. */
export type Random = (below: number) => number;

/** Marsaglia's xorshift32: the same numbers for the same seed. @param seed not 0 */
export function seededRandom(seed: number): Random {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Numbers that registers and lengths are wrong at. */
const EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** A value for a 32-bit register: an edge, a small one, or any. */
export function anyWord(random: Random): number {
  const kind = random(4);
  if (kind === 0) return random(2 ** 32);
  return kind === 1 ? random(256) : (EDGES[random(EDGES.length)] ?? 0);
}

/** 1, 2 or 4: what an access of a register can be. */
export function anySize(random: Random): number {
  return 1 << random(3);
}

/** How often a fuzz test operates on each device: thousands in passing, a million when asked for. */
export const HOSTILE_OPERATIONS = Number(
  (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env.INNKEEPER_HOSTILE_OPERATIONS ??
    20_000,
);
