/**
 * The Internet checksum, RFC 1071. @param bytes an odd last one counts as if a zero followed
 * @returns the sum of 16-bit words, folded to 16 bits, not inverted
 */
export function onesSum(bytes: Uint8Array): number {
  let sum = 0;
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (even < bytes.length) sum += (bytes[even] ?? 0) << 8;
  return fold(sum);
}

/** To 16 bits, with the carries added (RFC 1071 §2). */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return folded;
}

/** What stands in a header; 0 over bytes that hold a good one. */
export function internetChecksum(bytes: Uint8Array): number {
  return ~onesSum(bytes) & 0xffff;
}
