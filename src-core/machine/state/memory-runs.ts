export const PAGE_BYTES = 4096;
/** Each run has a checksum of its own; a longer one would be checked late. */
const MOST_PAGES = 1024;
const ZERO_PAGE = new Uint8Array(PAGE_BYTES);

/** Bits of what the core notes of a page: `writtenPages` of core-interface.ts. */
export const WRITTEN_EVER = 1;
export const WRITTEN_SINCE = 2;

/** Consecutive pages of RAM. */
export interface MemoryRun {
  readonly firstPage: number;
  readonly pages: number;
  /** All of it is zero: no bytes are kept for it. */
  readonly zero: boolean;
}

/** 0 for equal contents: much faster outside (Buffer.compare) than written here. */
export type Compare = (a: Uint8Array, b: Uint8Array) => number;

/**
 * The pages that hold anything, of those that were ever written; or those that were written since the base, zero or not.
 * @param written what the core notes of each page
 */
export function findRuns(ram: Uint8Array, written: Uint8Array, since: boolean, compare: Compare): MemoryRun[] {
  const runs: MemoryRun[] = [];
  const mask = since ? WRITTEN_SINCE : WRITTEN_EVER;
  const pages = Math.floor(ram.length / PAGE_BYTES);
  let run: { firstPage: number; pages: number; zero: boolean } | undefined;
  for (let page = 0; page < pages; page++) {
    if (((written[page] ?? 0) & mask) === 0) continue;
    const zero = isZero(ram, page, compare);
    if (zero && !since) continue;
    const adjoins = run?.zero === zero && run.firstPage + run.pages === page && run.pages < MOST_PAGES;
    if (run && adjoins) run.pages++;
    else runs.push((run = { firstPage: page, pages: 1, zero }));
  }
  return runs;
}

/** Most pages that hold anything do so at their very beginning. */
function isZero(ram: Uint8Array, page: number, compare: Compare): boolean {
  const at = page * PAGE_BYTES;
  return ram[at] === 0 && ram[at + 8] === 0 && compare(ram.subarray(at, at + PAGE_BYTES), ZERO_PAGE) === 0;
}

/** How many pages were written: ever, and since the base. */
export function countWritten(written: Uint8Array): { readonly ever: number; readonly since: number } {
  let ever = 0;
  let since = 0;
  for (const byte of written) {
    ever += byte & WRITTEN_EVER;
    since += (byte & WRITTEN_SINCE) >> 1;
  }
  return { ever, since };
}

export function bytesOf(ram: Uint8Array, { firstPage, pages }: MemoryRun): Uint8Array {
  return ram.subarray(firstPage * PAGE_BYTES, (firstPage + pages) * PAGE_BYTES);
}
