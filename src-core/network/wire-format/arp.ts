import { ETHER_TYPE } from './ethernet.ts';
import { read16 } from './fields.ts';

const ARP_BYTES = 28;
const HARDWARE_ETHERNET = 1;
export const ARP_OPERATION = { request: 1, reply: 2 } as const;

/** RFC 826, of IPv4 over Ethernet. */
export interface ArpPacket {
  readonly operation: number;
  readonly senderMac: Uint8Array;
  readonly sender: Uint8Array;
  readonly targetMac: Uint8Array;
  readonly target: Uint8Array;
}

/** @param at where the packet begins in the frame */
export function parseArp(frame: Uint8Array, at: number): ArpPacket | null {
  if (frame.length < at + ARP_BYTES || read16(frame, at) !== HARDWARE_ETHERNET) return null;
  if (read16(frame, at + 2) !== ETHER_TYPE.ipv4 || read16(frame, at + 4) !== 0x0604) return null;
  return {
    operation: read16(frame, at + 6),
    senderMac: frame.subarray(at + 8, at + 14),
    sender: frame.subarray(at + 14, at + 18),
    targetMac: frame.subarray(at + 18, at + 24),
    target: frame.subarray(at + 24, at + 28),
  };
}
