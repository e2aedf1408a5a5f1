import { describe, expect, it } from 'vitest';
import { fold, internetChecksum, onesSum } from './checksum.ts';

describe('the Internet checksum', () => {
  it('sums as in the example of RFC 1071 §3', () => {
    expect(onesSum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(0xddf2);
  });

  it('is zero over a header that holds it', () => {
    const header = Uint8Array.of(
      0x45,
      0,
      0,
      0x73,
      0,
      0,
      0x40,
      0,
      0x40,
      0x11,
      0,
      0,
      0xc0,
      0xa8,
      0,
      1,
      0xc0,
      0xa8,
      0,
      0xc7,
    );
    expect(internetChecksum(header)).toBe(0xb861);
    header.set([0xb8, 0x61], 10);
    expect(internetChecksum(header)).toBe(0);
  });

  it('counts an odd last byte as if a zero followed, and carries more than once', () => {
    expect(onesSum(Uint8Array.of(0x12, 0x34, 0x56))).toBe(0x1234 + 0x5600);
    expect(fold(0x1_ffff)).toBe(1);
    expect(onesSum(new Uint8Array(65_536).fill(0xff))).toBe(0xffff);
  });
});
