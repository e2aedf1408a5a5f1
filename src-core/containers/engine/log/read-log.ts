import type { AbortSignalLike } from '../../../images/image.ts';
import type { ContainerLog } from './container-log.ts';

const PIECE_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;
/** As `ContainerLog` writes them. */
const WHOLE_LINE = /^\{"at":(\d+(?:\.\d+)?),.*\}$/;

export interface LogRequest {
  /** The last so many lines; all when it is left out. */
  readonly tail?: number | undefined;
  readonly since?: number | undefined;
  readonly follow: boolean;
}

/**
 * Reads what a container printed, a piece of whole lines of JSON at a time; with `follow` on and on.
 * @param take resolves once more can be taken @param over nobody is interested any more
 * @returns why it ended
 */
export async function readLog(
  log: ContainerLog,
  { tail, since, follow }: LogRequest,
  take: (bytes: Uint8Array) => Promise<void>,
  over: AbortSignalLike,
): Promise<'end' | 'removed'> {
  if (!follow) await log.settled();
  const { start, end } = await log.range();
  let at = tail === undefined ? start : await placeOfLast(log, tail, start, end);
  while (!over.aborted) {
    const read = await log.read(at, PIECE_BYTES).catch((error: unknown) => {
      if (log.closed) return null;
      throw error;
    });
    if (read === null) return 'removed';
    const { from, bytes } = read;
    const whole = bytes.lastIndexOf(LINE_FEED) + 1;
    if (whole > 0) {
      at = from + whole;
      const wanted = wantedLines(bytes.subarray(0, whole), since ?? 0);
      if (wanted.length > 0) await take(wanted);
      continue;
    }
    if (log.closed) return 'removed';
    if (!follow) return 'end';
    await somethingNew(log, at, over);
  }
  return 'end';
}

/** Where the last `count` lines begin: found from the end, so that a short tail of a long log costs little. */
async function placeOfLast(log: ContainerLog, count: number, start: number, end: number): Promise<number> {
  let left = count;
  for (let upper = end; upper > start;) {
    const lower = Math.max(start, upper - PIECE_BYTES);
    const { from, bytes } = await log.read(lower, upper - lower);
    // What is older has gone meanwhile.
    if (from !== lower) return from;
    for (let at = bytes.length - 1; at >= 0; at--) {
      if (bytes[at] === LINE_FEED && left-- === 0) return lower + at + 1;
    }
    upper = lower;
  }
  return start;
}

/** Without those that were printed before a time, and those that a crash cut off. */
function wantedLines(bytes: Uint8Array, since: number): Uint8Array {
  const lines = new TextDecoder().decode(bytes).split('\n');
  const kept = lines.filter((line) => Number(WHOLE_LINE.exec(line)?.[1] ?? -1) >= since);
  return new TextEncoder().encode(kept.map((line) => `${line}\n`).join(''));
}

function somethingNew(log: ContainerLog, at: number, over: AbortSignalLike): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      subscription.dispose();
      over.removeEventListener('abort', end);
      resolve();
    };
    const subscription = log.onChanged(end);
    over.addEventListener('abort', end);
    // It may have come just before.
    void log.range().then((now) => {
      if (now.end > at || log.closed || over.aborted) end();
    });
  });
}
