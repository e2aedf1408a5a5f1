/**
 * qcow2, "Host cluster management": a refcount is 2^order bits wide, 1 to 64. Below a byte, the first count lies in the
 * lowest bits; above, it is big-endian.
 */
export function readCount(block: Uint8Array, order: number, index: number): number {
  if (order < 3) {
    const bit = index * 2 ** order;
    return ((block[bit >> 3] ?? 0) >> (bit & 7)) & (2 ** (2 ** order) - 1);
  }
  const bytes = 2 ** (order - 3);
  let count = 0;
  for (let at = index * bytes; at < (index + 1) * bytes; at++) count = count * 256 + (block[at] ?? 0);
  return count;
}

/** @param count must fit into the width */
export function writeCount(block: Uint8Array, order: number, index: number, count: number): void {
  if (order < 3) {
    const bit = index * 2 ** order;
    const mask = (2 ** (2 ** order) - 1) << (bit & 7);
    block[bit >> 3] = ((block[bit >> 3] ?? 0) & ~mask) | (count << (bit & 7));
    return;
  }
  const bytes = 2 ** (order - 3);
  let left = count;
  for (let at = (index + 1) * bytes - 1; at >= index * bytes; at--) {
    block[at] = left % 256;
    left = Math.floor(left / 256);
  }
}
