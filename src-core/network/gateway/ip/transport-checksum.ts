import { fold, onesSum } from './checksum.ts';
import { PROTOCOL } from './ip-link.ts';

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

/** Sum of the pseudo header, RFC 9293 §3.1 and RFC 8200 §8.1; of ICMP for IPv4, which has none, 0. */
export function pseudoHeaderSum(source: Uint8Array, destination: Uint8Array, protocol: number, bytes: number): number {
  if (protocol === PROTOCOL.icmp) return 0;
  // A packet is less than 64 KiB long: the upper half of the length is zero.
  return fold(onesSum(source) + onesSum(destination) + protocol + bytes);
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
  return fold(pseudoHeaderSum(source, destination, protocol, payload.length) + onesSum(payload)) === 0xffff;
}
