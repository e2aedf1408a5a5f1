import { internetChecksum } from './checksum.ts';
import { viewOf } from './fields.ts';
import { FRAGMENT_HEADER_BYTES, IPV4_HEADER_BYTES, IPV6_HEADER_BYTES, PROTOCOL, type FragmentField } from './ip.ts';

const MORE_FRAGMENTS = 0x2000;
const DONT_FRAGMENT = 0x4000;

export interface IpFields {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly hopLimit: number;
  /** Without a fragment header's own bytes. */
  readonly payloadBytes: number;
  /** Null: one packet, which in IPv4 nobody may fragment (RFC 6864 §4.1: its identification means nothing). */
  readonly fragment: FragmentField | null;
}

/** Writes a header without options to the start of `into`. */
export function writeIpv4(into: Uint8Array, fields: IpFields): void {
  const view = viewOf(into);
  const { fragment } = fields;
  view.setUint16(0, 0x4500);
  view.setUint16(2, IPV4_HEADER_BYTES + fields.payloadBytes);
  view.setUint16(4, fragment?.identification ?? 0);
  view.setUint16(6, fragment === null ? DONT_FRAGMENT : (fragment.offset / 8) | (fragment.more ? MORE_FRAGMENTS : 0));
  view.setUint8(8, fields.hopLimit);
  view.setUint8(9, fields.protocol);
  view.setUint16(10, 0);
  into.set(fields.source, 12);
  into.set(fields.destination, 16);
  view.setUint16(10, internetChecksum(into.subarray(0, IPV4_HEADER_BYTES)));
}

/** Writes the header, and the fragment header behind it where there is one, to the start of `into`. */
export function writeIpv6(into: Uint8Array, fields: IpFields): void {
  const view = viewOf(into);
  const { fragment } = fields;
  view.setUint32(0, 0x6000_0000);
  view.setUint16(4, fields.payloadBytes + (fragment === null ? 0 : FRAGMENT_HEADER_BYTES));
  view.setUint8(6, fragment === null ? fields.protocol : PROTOCOL.fragment);
  view.setUint8(7, fields.hopLimit);
  into.set(fields.source, 8);
  into.set(fields.destination, 24);
  if (fragment === null) return;
  view.setUint16(IPV6_HEADER_BYTES, fields.protocol << 8);
  view.setUint16(IPV6_HEADER_BYTES + 2, fragment.offset | (fragment.more ? 1 : 0));
  view.setUint32(IPV6_HEADER_BYTES + 4, fragment.identification);
}
