import { fold, onesSum, pseudoHeaderSum } from './checksum.ts';
import { PROTOCOL } from './ip.ts';

/** Where the checksum stands in the headers that have one. */
const CHECKSUM_AT: Readonly<Record<number, number>> = {
  [PROTOCOL.icmp]: 2,
  [PROTOCOL.tcp]: 16,
  [PROTOCOL.udp]: 6,
  [PROTOCOL.icmp6]: 2,
};

/** @returns null for a protocol that has none we know */
export function checksumOffsetOf(protocol: number): number | null {
  return CHECKSUM_AT[protocol] ?? null;
}

/** Of the pseudo header; ICMP for IPv4 has none (RFC 792). @param bytes of header and data */
export function pseudoSumOf(source: Uint8Array, destination: Uint8Array, protocol: number, bytes: number): number {
  return protocol === PROTOCOL.icmp ? 0 : pseudoHeaderSum(source, destination, protocol, bytes);
}

/**
 * What stands in the header for this sum. Zero and its opposite are the same sum: of UDP zero says that there is none
 * (RFC 768), of others 0xffff is wrong (RFC 1624).
 */
export function checksumOf(sum: number, isUdp: boolean): number {
  const checksum = ~sum & 0xffff;
  return checksum === 0 && isUdp ? 0xffff : checksum;
}

/** Whether the checksum of what was received is good; a UDP datagram over IPv4 may have none (RFC 768). */
export function isChecksumGood(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  payload: Uint8Array,
): boolean {
  const at = checksumOffsetOf(protocol);
  if (at === null) return true;
  if (payload.length < at + 2) return false;
  const isNone = payload[at] === 0 && payload[at + 1] === 0;
  if (protocol === PROTOCOL.udp && isNone) return source.length === 4;
  return fold(pseudoSumOf(source, destination, protocol, payload.length) + onesSum(payload)) === 0xffff;
}
