const ICMP_HEADER_BYTES = 8;

/** RFC 792, RFC 4443: what all messages begin with. */
export interface IcmpHeader {
  readonly type: number;
  readonly code: number;
  /** Of the four bytes that mean something else in each message: of echoes, identifier and sequence number. */
  readonly restAt: number;
  readonly bodyAt: number;
  readonly end: number;
}

/** @param at where the message begins in the frame. @param end of the IP packet */
export function parseIcmp(frame: Uint8Array, at: number, end: number): IcmpHeader | null {
  if (end > frame.length || end < at + ICMP_HEADER_BYTES) return null;
  return { type: frame[at] ?? 0, code: frame[at + 1] ?? 0, restAt: at + 4, bodyAt: at + ICMP_HEADER_BYTES, end };
}
