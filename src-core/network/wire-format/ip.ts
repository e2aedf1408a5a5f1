import { read16, read32 } from './fields.ts';

/** IANA protocol numbers. */
export const PROTOCOL = {
  hopByHop: 0,
  icmp: 1,
  tcp: 6,
  udp: 17,
  routing: 43,
  fragment: 44,
  icmp6: 58,
  options: 60,
} as const;
export const IPV4_HEADER_BYTES = 20;
export const IPV6_HEADER_BYTES = 40;
export const FRAGMENT_HEADER_BYTES = 8;
/** Extension headers that are looked through: nobody honest has more (RFC 9098). */
const MOST_EXTENSIONS = 6;

export interface FragmentField {
  readonly identification: number;
  /** Of this fragment in the packet's payload, in bytes. */
  readonly offset: number;
  readonly more: boolean;
}

/** What the headers of an IP packet say. Positions are those in the frame. */
export interface IpHeader {
  readonly version: 4 | 6;
  /** 4 or 16 bytes. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** Of what follows all headers of IP. */
  readonly protocol: number;
  readonly hopLimit: number;
  readonly headerAt: number;
  /** Of the transport header, or of the fragment's data. */
  readonly payloadAt: number;
  /** Of the packet: what follows is padding. */
  readonly end: number;
  /** Null for a whole packet. */
  readonly fragment: FragmentField | null;
}

/** RFC 791 §3.1; options are skipped. @param at where the packet begins in the frame */
export function parseIpv4(frame: Uint8Array, at: number): IpHeader | null {
  if (frame.length < at + IPV4_HEADER_BYTES || (frame[at] ?? 0) >> 4 !== 4) return null;
  const payloadAt = at + ((frame[at] ?? 0) & 0xf) * 4;
  const end = at + read16(frame, at + 2);
  if (payloadAt < at + IPV4_HEADER_BYTES || end < payloadAt || end > frame.length) return null;
  const field = read16(frame, at + 6);
  return {
    version: 4,
    source: frame.subarray(at + 12, at + 16),
    destination: frame.subarray(at + 16, at + 20),
    protocol: frame[at + 9] ?? 0,
    hopLimit: frame[at + 8] ?? 0,
    headerAt: at,
    payloadAt,
    end,
    fragment: fragmentOf(read16(frame, at + 4), (field & 0x1fff) * 8, (field & 0x2000) !== 0),
  };
}

/**
 * RFC 8200 §3, §4. @param at where the packet begins in the frame
 * @param isSound what else an extension header must be; of what it is not, nothing is said
 */
export function parseIpv6(frame: Uint8Array, at: number, isSound?: ExtensionTest): IpHeader | null {
  if (frame.length < at + IPV6_HEADER_BYTES || (frame[at] ?? 0) >> 4 !== 6) return null;
  const end = at + IPV6_HEADER_BYTES + read16(frame, at + 4);
  if (end > frame.length) return null;
  const found = skipExtensions(frame, frame[at + 6] ?? 0, at + IPV6_HEADER_BYTES, end, isSound);
  if (found === null) return null;
  return {
    version: 6,
    source: frame.subarray(at + 8, at + 24),
    destination: frame.subarray(at + 24, at + 40),
    hopLimit: frame[at + 7] ?? 0,
    headerAt: at,
    end,
    ...found,
  };
}

export type ExtensionTest = (protocol: number, header: Uint8Array) => boolean;
type Behind = Pick<IpHeader, 'protocol' | 'payloadAt' | 'fragment'>;

/**
 * What stands behind extension headers (RFC 8200 §4), or behind the first fragment header: of a fragment only that.
 * @param first what stands at `start`
 */
export function skipExtensions(
  frame: Uint8Array,
  first: number,
  start: number,
  end: number,
  isSound?: ExtensionTest,
): Behind | null {
  let protocol = first;
  let payloadAt = start;
  for (let count = 0; count <= MOST_EXTENSIONS; count++) {
    const isFragment = protocol === PROTOCOL.fragment;
    if (!isFragment && !isOptions(protocol)) return { protocol, payloadAt, fragment: null };
    const at = payloadAt;
    payloadAt += isFragment ? FRAGMENT_HEADER_BYTES : ((frame[at + 1] ?? 0) + 1) * 8;
    if (payloadAt > end || isSound?.(protocol, frame.subarray(at, payloadAt)) === false) return null;
    protocol = frame[at] ?? 0;
    const field = isFragment ? read16(frame, at + 2) : 0;
    // A fragment that is the whole packet is one (RFC 6946): it needs no others, and cannot be mixed with them.
    const fragment = isFragment ? fragmentOf(read32(frame, at + 4), field & 0xfff8, (field & 1) !== 0) : null;
    if (fragment !== null) return { protocol, payloadAt, fragment };
  }
  return null;
}

function fragmentOf(identification: number, offset: number, more: boolean): FragmentField | null {
  return offset === 0 && !more ? null : { identification, offset, more };
}

function isOptions(protocol: number): boolean {
  return protocol === PROTOCOL.hopByHop || protocol === PROTOCOL.routing || protocol === PROTOCOL.options;
}
