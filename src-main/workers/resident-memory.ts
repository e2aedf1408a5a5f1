const PAGE_BYTES = 4096;
const SAMPLED_PAGES = 1024;
const ZERO_PAGE = new Uint8Array(PAGE_BYTES);

/**
 * How much of a guest's memory holds anything, estimated from pages spread evenly over it: a page that the guest
 * never touched reads as zeros and takes nothing of the host. Pages that a guest has cleared itself count as
 * untouched, so the estimate errs on the low side.
 * @param compare answers 0 for equal contents (Buffer.compare) @returns bytes
 */
export function estimateResident(ram: Uint8Array, compare: (a: Uint8Array, b: Uint8Array) => number): number {
  const pages = Math.floor(ram.length / PAGE_BYTES);
  const step = Math.max(1, pages / SAMPLED_PAGES);
  let sampled = 0;
  let used = 0;
  for (let page = step / 2; page < pages; page += step) {
    const at = Math.floor(page) * PAGE_BYTES;
    sampled++;
    if (compare(ram.subarray(at, at + PAGE_BYTES), ZERO_PAGE) !== 0) used++;
  }
  return sampled === 0 ? 0 : Math.round((used / sampled) * pages) * PAGE_BYTES;
}
