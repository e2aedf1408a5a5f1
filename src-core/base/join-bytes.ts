/** The bytes of all pieces, one after the other. Always a copy: whoever owns the pieces may use them for something else. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** The same for who only reads them while they stand: one piece alone is given back as it is, not copied. */
export function inOnePiece(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 ? only : joinBytes(pieces);
}
