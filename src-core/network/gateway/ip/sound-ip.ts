import { internetChecksum } from '../../wire-format/checksum.ts';
import {
  IPV4_HEADER_BYTES,
  parseIpv4,
  parseIpv6,
  PROTOCOL,
  skipExtensions,
  type IpHeader,
} from '../../wire-format/ip.ts';

/** Options, RFC 791 §3.1. Who routes by the source's wish can be led around what keeps guests in: RFC 7126 §4.3. */
const OPTION = { end: 0, nothing: 1, looseRoute: 131, strictRoute: 137 } as const;

/**
 * What the gateway takes of guests. @param packet of a frame: what follows it is padding
 * @returns null for what is no sound packet, or has a route of its own (RFC 7126 §4.3, RFC 5095)
 */
export function soundIp(version: 4 | 6, packet: Uint8Array): IpHeader | null {
  if (version === 6) return parseIpv6(packet, 0, isSoundExtension);
  const header = parseIpv4(packet, 0);
  if (header === null || internetChecksum(packet.subarray(0, header.payloadAt)) !== 0) return null;
  return mayHaveOptions4(packet.subarray(IPV4_HEADER_BYTES, header.payloadAt)) ? header : null;
}

/** What a reassembled packet begins with: extension headers may stand in the part that was cut (RFC 8200 §4.5). */
export function behindExtensions(
  protocol: number,
  payload: Uint8Array,
): Pick<IpHeader, 'protocol' | 'payloadAt'> | null {
  const found = skipExtensions(payload, protocol, 0, payload.length, isSoundExtension);
  return found === null || found.fragment !== null ? null : found;
}

function isSoundExtension(protocol: number, header: Uint8Array): boolean {
  if (protocol === PROTOCOL.fragment) return true;
  const segmentsLeft = header[3] ?? 0;
  return protocol === PROTOCOL.routing ? segmentsLeft === 0 : mayHaveOptions6(header.subarray(2));
}

function mayHaveOptions4(options: Uint8Array): boolean {
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

/** RFC 8200 §4.2: of options that nobody here knows, the first two bits say whether the packet may go on without. */
function mayHaveOptions6(options: Uint8Array): boolean {
  const JUMBO = 0xc2;
  let at = 0;
  while (at < options.length) {
    const kind = options[at] ?? 0;
    if (kind === JUMBO || (kind & 0xc0) !== 0) return false;
    at += kind === 0 ? 1 : 2 + (options[at + 1] ?? 0);
  }
  return at === options.length;
}
