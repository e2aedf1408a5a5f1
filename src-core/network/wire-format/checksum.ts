/** Below this, making a view of words costs more than it saves. */
const SHORT_BYTES = 48;
/** The sum is the same in either byte order but for the swapped result (RFC 1071 §2 (B)). */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * The Internet checksum, RFC 1071. @param bytes an odd last one counts as if a zero followed
 * @returns the sum of 16-bit words, folded to 16 bits, not inverted
 */
export function onesSum(bytes: Uint8Array): number {
  if (bytes.length < SHORT_BYTES) return sumOfBytes(bytes);
  if ((bytes.byteOffset & 1) === 0) return sumOfWords(bytes);
  // What follows the first byte lies on word borders, and is out of step with the words that are summed.
  return fold(((bytes[0] ?? 0) << 8) + swapped(sumOfWords(bytes.subarray(1))));
}

/** To 16 bits, with the carries added (RFC 1071 §2). @param sum less than 2^48 */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return folded;
}

/** What stands in a header; 0 over bytes that hold a good one. */
export function internetChecksum(bytes: Uint8Array): number {
  return ~onesSum(bytes) & 0xffff;
}

/** The sum of bytes that follow each other in pieces of any lengths. */
export function onesSumOf(pieces: readonly Uint8Array[]): number {
  let sum = 0;
  let isOdd = false;
  for (const piece of pieces) {
    sum += isOdd ? swapped(onesSum(piece)) : onesSum(piece);
    if ((piece.length & 1) !== 0) isOdd = !isOdd;
  }
  return fold(sum);
}

/** Of TCP, UDP and ICMPv6: RFC 9293 §3.1, RFC 8200 §8.1. @param bytes of header and data, less than 64 KiB */
export function pseudoHeaderSum(source: Uint8Array, destination: Uint8Array, protocol: number, bytes: number): number {
  return fold(onesSum(source) + onesSum(destination) + protocol + bytes);
}

function sumOfBytes(bytes: Uint8Array): number {
  let sum = 0;
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (even < bytes.length) sum += (bytes[even] ?? 0) << 8;
  return fold(sum);
}

/** @param bytes on a word border. The inner sum stays a small integer, which is what makes it fast. */
function sumOfWords(bytes: Uint8Array): number {
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  let sum = 0;
  let carried = 0;
  const blocks = words.length & ~3;
  for (let at = 0; at < blocks; at += 4) {
    sum += (words[at] ?? 0) + (words[at + 1] ?? 0) + (words[at + 2] ?? 0) + (words[at + 3] ?? 0);
    if (sum > 0x3fff_0000) {
      carried += sum;
      sum = 0;
    }
  }
  for (let at = blocks; at < words.length; at++) sum += words[at] ?? 0;
  const total = fold(carried + sum);
  const inOrder = IS_LITTLE_ENDIAN ? swapped(total) : total;
  return (bytes.length & 1) === 0 ? inOrder : fold(inOrder + ((bytes[bytes.length - 1] ?? 0) << 8));
}

function swapped(sum: number): number {
  return ((sum & 0xff) << 8) | (sum >>> 8);
}
