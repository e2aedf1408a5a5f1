import { internetChecksum } from '../../wire-format/checksum.ts';
import { IPV4_HEADER_BYTES, viewOf, type FragmentField, type IpHeader } from './ip-header.ts';

const MORE_FRAGMENTS = 0x2000;
const DONT_FRAGMENT = 0x4000;
const OFFSET_MASK = 0x1fff;

/** Options, RFC 791 §3.1. Who routes by the source's wish can be led around what keeps guests in: RFC 7126 §4.3. */
const OPTION = { end: 0, nothing: 1, looseRoute: 131, strictRoute: 137 } as const;

/**
 * RFC 791 §3.1. @param packet of a frame: what follows it is padding
 * @returns null for what is no sound packet, or has a route of its own
 */
export function parseIpv4(packet: Uint8Array): IpHeader | null {
  if (packet.length < IPV4_HEADER_BYTES) return null;
  const view = viewOf(packet);
  const headerBytes = (view.getUint8(0) & 0x0f) * 4;
  const totalBytes = view.getUint16(2);
  if (view.getUint8(0) >> 4 !== 4 || headerBytes < IPV4_HEADER_BYTES) return null;
  if (totalBytes < headerBytes || totalBytes > packet.length) return null;
  if (internetChecksum(packet.subarray(0, headerBytes)) !== 0) return null;
  if (!mayHaveOptions(packet.subarray(IPV4_HEADER_BYTES, headerBytes))) return null;
  return {
    source: packet.subarray(12, 16),
    destination: packet.subarray(16, 20),
    protocol: view.getUint8(9),
    hopLimit: view.getUint8(8),
    payloadAt: headerBytes,
    payload: packet.subarray(headerBytes, totalBytes),
    fragment: fragmentOf(view.getUint16(4), view.getUint16(6)),
  };
}

function fragmentOf(identification: number, field: number): FragmentField | null {
  const offset = (field & OFFSET_MASK) * 8;
  const more = (field & MORE_FRAGMENTS) !== 0;
  return offset === 0 && !more ? null : { identification, offset, more };
}

function mayHaveOptions(options: Uint8Array): boolean {
  let at = 0;
  while (at < options.length) {
    const kind = options[at];
    if (kind === OPTION.end) return true;
    if (kind === OPTION.looseRoute || kind === OPTION.strictRoute) return false;
    const length = kind === OPTION.nothing ? 1 : (options[at + 1] ?? 0);
    if (kind !== OPTION.nothing && length < 2) return false;
    at += length;
  }
  return at === options.length;
}

export interface Ipv4Fields {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly hopLimit: number;
  readonly payloadBytes: number;
  /** Null: one packet, which nobody may fragment (RFC 6864 §4.1: its identification means nothing). */
  readonly fragment: FragmentField | null;
}

/** Writes a header without options to the start of `into`. */
export function writeIpv4(into: Uint8Array, fields: Ipv4Fields): void {
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
