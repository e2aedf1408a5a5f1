import { attempt } from './host-problem.ts';

/** Goes on until all is moved, or nothing more is: a host may move less than it is asked to. */
export function inFull(
  pieces: readonly Uint8Array[],
  move: (pieces: readonly Uint8Array[], done: number) => number,
): number {
  let left = pieces.filter(({ length }) => length > 0);
  let done = 0;
  while (left.length > 0) {
    const now = left;
    const before = done;
    const count = attemptAfter(before, () => move(now, before));
    if (count === 0) break;
    done += count;
    left = behind(left, count);
  }
  return done;
}

/** What goes wrong behind a part that was moved is told by the next call. */
function attemptAfter(done: number, work: () => number): number {
  try {
    return attempt(work);
  } catch (error) {
    if (done > 0) return 0;
    throw error;
  }
}

function behind(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    const taken = Math.min(skip, piece.length);
    skip -= taken;
    if (taken < piece.length) rest.push(piece.subarray(taken));
  }
  return rest;
}
