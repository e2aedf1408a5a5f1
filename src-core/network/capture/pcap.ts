/** Of nanoseconds: draft-ietf-opsawg-pcap §4. */
const MAGIC = 0xa1b23c4d;
const LINKTYPE_ETHERNET = 1;
const HEADER_BYTES = 24;
export const RECORD_HEADER_BYTES = 16;
/** More than any frame of a wire is long here: none is ever shortened. */
const SNAP_BYTES = 65_536;

/** What a pcap file begins with. */
export function pcapHeader(): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAP_BYTES, true);
  view.setUint32(20, LINKTYPE_ETHERNET, true);
  return bytes;
}

/** @param at milliseconds since 1970-01-01 UTC, with fractions */
export function pcapRecord(frame: Uint8Array, at: number): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER_BYTES + frame.length);
  const view = new DataView(record.buffer);
  const seconds = Math.floor(at / 1000);
  view.setUint32(0, seconds, true);
  view.setUint32(4, Math.floor((at - seconds * 1000) * 1e6), true);
  view.setUint32(8, frame.length, true);
  view.setUint32(12, frame.length, true);
  record.set(frame, RECORD_HEADER_BYTES);
  return record;
}
