import { describe, expect, it } from 'vitest';
import { inOnePiece, joinBytes } from './join-bytes.ts';

describe('bytes in pieces', () => {
  it('are joined in their order, empty pieces and none at all as well', () => {
    expect([...joinBytes([Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)])]).toEqual([1, 2, 3]);
    expect([...inOnePiece([Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)])]).toEqual([1, 2, 3]);
    expect(joinBytes([]).length).toBe(0);
    expect(inOnePiece([]).length).toBe(0);
  });

  it('are only those of a piece that is part of something larger', () => {
    const ring = Uint8Array.of(9, 1, 2, 9);
    expect([...joinBytes([ring.subarray(1, 3)])]).toEqual([1, 2]);
  });

  it('are a copy, also of one piece alone', () => {
    const piece = Uint8Array.of(1, 2);
    const joined = joinBytes([piece]);
    piece.fill(9);
    expect([...joined]).toEqual([1, 2]);
  });

  it('are not copied where one piece is all and nobody keeps it', () => {
    const piece = Uint8Array.of(1, 2);
    expect(inOnePiece([piece])).toBe(piece);
  });
});
