import { IPV6_HEADER_BYTES, viewOf, type FragmentField, type IpHeader } from './ip-header.ts';

/** Extension headers, RFC 8200 §4. */
const NEXT = { hopByHop: 0, routing: 43, fragment: 44, none: 59, destinationOptions: 60 } as const;
/** Extension headers that a packet may have: nobody honest has more (RFC 9098). */
export const MOST_EXTENSION_HEADERS = 6;
export const FRAGMENT_HEADER_BYTES = 8;

interface Extension {
  readonly next: number;
  /** Of the header, in bytes. */
  readonly length: number;
  readonly fragment: FragmentField | null;
}

/**
 * RFC 8200 §3, §4. @param packet of a frame: what follows it is padding
 * @returns null for what is no sound packet, or has a route of its own (RFC 5095)
 */
export function parseIpv6(packet: Uint8Array): IpHeader | null {
  if (packet.length < IPV6_HEADER_BYTES) return null;
  const view = viewOf(packet);
  const end = IPV6_HEADER_BYTES + view.getUint16(4);
  if (view.getUint8(0) >> 4 !== 6 || end > packet.length) return null;
  const found = skipExtensions(view.getUint8(6), IPV6_HEADER_BYTES, packet.subarray(0, end));
  if (found === null) return null;
  return {
    source: packet.subarray(8, 24),
    destination: packet.subarray(24, 40),
    protocol: found.protocol,
    hopLimit: view.getUint8(7),
    payloadAt: found.at,
    payload: packet.subarray(found.at, end),
    fragment: found.fragment,
  };
}

/** What a reassembled packet begins with: extension headers may stand in the part that was cut (RFC 8200 §4.5). */
export function skipExtensionsOfPayload(
  protocol: number,
  payload: Uint8Array,
): { protocol: number; at: number } | null {
  const found = skipExtensions(protocol, 0, payload);
  return found === null || found.fragment !== null ? null : found;
}

function skipExtensions(
  first: number,
  start: number,
  packet: Uint8Array,
): { protocol: number; at: number; fragment: FragmentField | null } | null {
  let protocol = first;
  let at = start;
  for (let count = 0; count <= MOST_EXTENSION_HEADERS; count++) {
    if (!isExtension(protocol)) return { protocol, at, fragment: null };
    const extension = extensionAt(protocol, packet.subarray(at));
    if (extension === null) return null;
    at += extension.length;
    protocol = extension.next;
    if (extension.fragment !== null) return { protocol, at, fragment: extension.fragment };
  }
  return null;
}

function isExtension(protocol: number): boolean {
  return (
    protocol === NEXT.hopByHop ||
    protocol === NEXT.routing ||
    protocol === NEXT.fragment ||
    protocol === NEXT.destinationOptions
  );
}

function extensionAt(protocol: number, header: Uint8Array): Extension | null {
  const [next = 0, words = 0, , segmentsLeft = 0] = header;
  const length = protocol === NEXT.fragment ? FRAGMENT_HEADER_BYTES : (words + 1) * 8;
  if (length > header.length) return null;
  if (protocol === NEXT.routing) return segmentsLeft === 0 ? { next, length, fragment: null } : null;
  if (protocol !== NEXT.fragment)
    return mayHaveOptions(header.subarray(2, length)) ? { next, length, fragment: null } : null;
  const field = viewOf(header).getUint16(2);
  const more = (field & 1) !== 0;
  const offset = field & 0xfff8;
  // A fragment that is the whole packet is one (RFC 6946): it needs no others, and cannot be mixed with them.
  if (offset === 0 && !more) return { next, length, fragment: null };
  return { next, length, fragment: { identification: viewOf(header).getUint32(4), offset, more } };
}

/** RFC 8200 §4.2: of options that nobody here knows, the first two bits say whether the packet may go on without. */
function mayHaveOptions(options: Uint8Array): boolean {
  const JUMBO = 0xc2;
  let at = 0;
  while (at < options.length) {
    const kind = options[at] ?? 0;
    if (kind === JUMBO || (kind & 0xc0) !== 0) return false;
    at += kind === 0 ? 1 : 2 + (options[at + 1] ?? 0);
  }
  return at === options.length;
}

export interface Ipv6Fields {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly hopLimit: number;
  /** Without a fragment header's own bytes. */
  readonly payloadBytes: number;
  readonly fragment: FragmentField | null;
}

/** Writes the header, and the fragment header behind it where there is one, to the start of `into`. */
export function writeIpv6(into: Uint8Array, fields: Ipv6Fields): void {
  const view = viewOf(into);
  const { fragment } = fields;
  view.setUint32(0, 0x6000_0000);
  view.setUint16(4, fields.payloadBytes + (fragment === null ? 0 : FRAGMENT_HEADER_BYTES));
  view.setUint8(6, fragment === null ? fields.protocol : NEXT.fragment);
  view.setUint8(7, fields.hopLimit);
  into.set(fields.source, 8);
  into.set(fields.destination, 24);
  if (fragment === null) return;
  view.setUint16(IPV6_HEADER_BYTES, fields.protocol << 8);
  view.setUint16(IPV6_HEADER_BYTES + 2, fragment.offset | (fragment.more ? 1 : 0));
  view.setUint32(IPV6_HEADER_BYTES + 4, fragment.identification);
}
