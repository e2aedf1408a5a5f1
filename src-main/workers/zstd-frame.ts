/**
 * RFC 8878, "Zstandard Frames": how long the frame is that begins here. In a qcow2 cluster anything may follow it, which
 * Node takes for a second frame.
 * @throws Error when the frame does not end
 */
export function zstdFrameBytes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== 0xfd2f_b528) throw new Error('no zstd frame');
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  let at = 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0) + sizeBytes;
  for (let isLast = false; !isLast;) {
    const header = view.getUint16(at, true) + view.getUint8(at + 2) * 0x1_0000;
    isLast = (header & 1) === 1;
    // A block of type 1 is one byte, repeated.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  return at + ((descriptor & 4) !== 0 ? 4 : 0);
}
