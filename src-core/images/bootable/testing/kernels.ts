import type { Blocks } from '../blocks.ts';

/** Bytes in memory as a disk. */
export function blocksOf(bytes: Uint8Array): Blocks {
  return {
    sizeBytes: bytes.length,
    read: (into, offset) => into.set(bytes.subarray(offset, offset + into.length)),
  };
}

/** Looks as a plain kernel does. @param mark makes it differ from others */
export function kernelImage(mark: string, sizeBytes = 8192): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 64; at < sizeBytes; at++) bytes[at] = (at * 31) & 0xff;
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x5a4d, true);
  view.setBigUint64(8, 0x20_0000n, true);
  view.setBigUint64(16, BigInt(sizeBytes), true);
  view.setUint32(0x38, 0x0543_5352, true);
  bytes.set(new TextEncoder().encode(mark), 64);
  return bytes;
}

/** What `kernelImage` was marked with. */
export function markOf(kernel: Uint8Array): string {
  return new TextDecoder().decode(kernel.subarray(64, 96)).replace(/[^A-Za-z0-9. -].*$/s, '');
}
