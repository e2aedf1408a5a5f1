import { read16 } from './fields.ts';

/** IANA protocol numbers. */
export const PROTOCOL = { hopByHop: 0, icmp: 1, tcp: 6, udp: 17, routing: 43, fragment: 44, icmp6: 58, options: 60 };
export const IPV4_HEADER_BYTES = 20;
export const IPV6_HEADER_BYTES = 40;
/** Extension headers that are looked through: nobody honest has more (RFC 9098). */
const MOST_EXTENSIONS = 8;

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
  readonly payloadAt: number;
  /** Of the packet: what follows is padding. */
  readonly end: number;
  /** Of this fragment in the packet's payload, in bytes; 0 for the first one and for a whole packet. */
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
}

/** RFC 791 §3.1; options are skipped. @param at where the packet begins in the frame */
export function parseIpv4(frame: Uint8Array, at: number): IpHeader | null {
  if (frame.length < at + IPV4_HEADER_BYTES || (frame[at] ?? 0) >> 4 !== 4) return null;
  const payloadAt = at + ((frame[at] ?? 0) & 0xf) * 4;
  const end = at + read16(frame, at + 2);
  if (payloadAt < at + IPV4_HEADER_BYTES || end < payloadAt || end > frame.length) return null;
  const fragment = read16(frame, at + 6);
  return {
    version: 4,
    source: frame.subarray(at + 12, at + 16),
    destination: frame.subarray(at + 16, at + 20),
    protocol: frame[at + 9] ?? 0,
    hopLimit: frame[at + 8] ?? 0,
    headerAt: at,
    payloadAt,
    end,
    fragmentOffset: (fragment & 0x1fff) * 8,
    moreFragments: (fragment & 0x2000) !== 0,
  };
}

/** RFC 8200 §3, §4. @param at where the packet begins in the frame */
export function parseIpv6(frame: Uint8Array, at: number): IpHeader | null {
  if (frame.length < at + IPV6_HEADER_BYTES || (frame[at] ?? 0) >> 4 !== 6) return null;
  const end = at + IPV6_HEADER_BYTES + read16(frame, at + 4);
  if (end > frame.length) return null;
  const found = behindExtensions(frame, frame[at + 6] ?? 0, at + IPV6_HEADER_BYTES, end);
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

type Behind = Pick<IpHeader, 'protocol' | 'payloadAt' | 'fragmentOffset' | 'moreFragments'>;

function behindExtensions(frame: Uint8Array, first: number, start: number, end: number): Behind | null {
  let protocol = first;
  let payloadAt = start;
  let fragmentOffset = 0;
  let moreFragments = false;
  for (let count = 0; count <= MOST_EXTENSIONS; count++) {
    const isFragment = protocol === PROTOCOL.fragment;
    const isExtension = isFragment || isOptions(protocol);
    // What a later fragment begins with is no header (§4.5).
    if (!isExtension || fragmentOffset > 0) return { protocol, payloadAt, fragmentOffset, moreFragments };
    const bytes = isFragment ? 8 : ((frame[payloadAt + 1] ?? 0) + 1) * 8;
    if (payloadAt + bytes > end) return null;
    if (isFragment) {
      fragmentOffset = read16(frame, payloadAt + 2) & 0xfff8;
      moreFragments = ((frame[payloadAt + 3] ?? 0) & 1) !== 0;
    }
    protocol = frame[payloadAt] ?? 0;
    payloadAt += bytes;
  }
  return null;
}

function isOptions(protocol: number): boolean {
  return protocol === PROTOCOL.hopByHop || protocol === PROTOCOL.routing || protocol === PROTOCOL.options;
}
