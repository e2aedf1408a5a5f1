export const PAGE_BYTES = 4096;
/** Each run has a checksum of its own; a longer one would be checked late. */
const MOST_PAGES = 1024;
const ZERO_PAGE = new Uint8Array(PAGE_BYTES);

/** Consecutive pages of RAM that hold anything. */
export interface MemoryRun {
  readonly firstPage: number;
  readonly pages: number;
}

/** @param compare answers 0 for equal contents: much faster outside (Buffer.compare) than written here */
export function findRuns(ram: Uint8Array, compare: (a: Uint8Array, b: Uint8Array) => number): MemoryRun[] {
  const runs: MemoryRun[] = [];
  const pages = Math.floor(ram.length / PAGE_BYTES);
  let start = -1;
  for (let page = 0; page <= pages; page++) {
    const at = page * PAGE_BYTES;
    const empty = page === pages || compare(ram.subarray(at, at + PAGE_BYTES), ZERO_PAGE) === 0;
    if (start >= 0 && (empty || page - start === MOST_PAGES)) {
      runs.push({ firstPage: start, pages: page - start });
      start = -1;
    }
    if (!empty && start < 0) start = page;
  }
  return runs;
}

export function bytesOf(ram: Uint8Array, { firstPage, pages }: MemoryRun): Uint8Array {
  return ram.subarray(firstPage * PAGE_BYTES, (firstPage + pages) * PAGE_BYTES);
}
