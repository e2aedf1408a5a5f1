import { read16 } from './fields.ts';

export const UDP_HEADER_BYTES = 8;

/** RFC 768. */
export interface UdpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly dataAt: number;
  /** Of the datagram in the frame; of a first fragment, that of the fragment. */
  readonly end: number;
}

/** @param at where the header begins in the frame. @param end of the IP packet. @param isWhole no fragment */
export function parseUdp(frame: Uint8Array, at: number, end: number, isWhole: boolean): UdpHeader | null {
  if (end > frame.length || end < at + UDP_HEADER_BYTES) return null;
  const length = read16(frame, at + 4);
  if (length < UDP_HEADER_BYTES || (isWhole && at + length > end)) return null;
  return {
    sourcePort: read16(frame, at),
    destinationPort: read16(frame, at + 2),
    dataAt: at + UDP_HEADER_BYTES,
    end: Math.min(end, at + length),
  };
}
