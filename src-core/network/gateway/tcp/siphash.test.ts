import { expect, it } from 'vitest';
import { sipHash } from './siphash.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, at) => at);

/** Of the reference implementation, vectors_sip64: the first four bytes of each, which are the lower half. */
it.each([
  [0, [0x31, 0x0e, 0x0e, 0xdd]],
  [1, [0xfd, 0x67, 0xdc, 0x93]],
  [2, [0x5a, 0x4f, 0xa9, 0xd9]],
  [7, [0x37, 0xd1, 0x01, 0x8b]],
  [8, [0x62, 0x24, 0x93, 0x9a]],
  [15, [0xe5, 0x45, 0xbe, 0x49]],
] as const)('hashes %i bytes as the reference implementation does', (length, [a, b, c, d]) => {
  const message = Uint8Array.from({ length }, (_, at) => at);
  expect(sipHash(KEY, message)).toBe(((d << 24) | (c << 16) | (b << 8) | a) >>> 0);
});
