import type { HostNetwork } from '../../host-network.ts';
import { fold, onesSum } from '../../wire-format/checksum.ts';
import { viewOf, write16 } from '../../wire-format/fields.ts';
import { IPV4_HEADER_BYTES, IPV6_HEADER_BYTES, PROTOCOL } from '../../wire-format/ip.ts';
import { writeIpv4, writeIpv6 } from '../../wire-format/ip-writer.ts';
import { checksumOf, checksumOffsetOf, pseudoSumOf } from '../../wire-format/transport-checksum.ts';
import { parseAddress } from '../address-text.ts';
import type { GatewayAddresses } from '../gateway-addresses.ts';
import type { TransportPacket, Unreachable } from '../guest-link.ts';
import { ErrorRate } from './error-rate.ts';
import type { DirectedPacket } from './ip-link.ts';

/** Why a packet went nowhere, with what only the IP layer itself says. */
export type ErrorReason = Unreachable | 'protocol' | 'beyond-scope' | 'expired';

interface TypeAndCode {
  readonly type: number;
  readonly code: number;
}

/** RFC 792, RFC 1812 §5.2.7.1. */
const ICMP: Readonly<Record<ErrorReason, TypeAndCode>> = {
  network: { type: 3, code: 0 },
  host: { type: 3, code: 1 },
  protocol: { type: 3, code: 2 },
  port: { type: 3, code: 3 },
  prohibited: { type: 3, code: 13 },
  'beyond-scope': { type: 3, code: 0 },
  expired: { type: 11, code: 0 },
};
/** RFC 4443 §3. */
const ICMP6: Readonly<Record<ErrorReason, TypeAndCode>> = {
  network: { type: 1, code: 0 },
  prohibited: { type: 1, code: 1 },
  'beyond-scope': { type: 1, code: 2 },
  host: { type: 1, code: 3 },
  port: { type: 1, code: 4 },
  protocol: { type: 4, code: 1 },
  expired: { type: 3, code: 0 },
};
/** Of a parameter problem: where the next header stands that nobody knows. */
const NEXT_HEADER_AT = 6;
const ERROR_HEADER_BYTES = 8;
/** The most that an error may be long: RFC 1812 §4.3.2.3, RFC 4443 §3.1. */
const LONGEST_ERROR_BYTES = { 4: 576, 6: 1280 } as const;
const ECHO_REQUEST = { 4: 8, 6: 128 } as const;
const QUOTED_HOP_LIMIT = 64;

export interface ErrorSituation {
  readonly host: Pick<HostNetwork, 'now'>;
  readonly addresses: GatewayAddresses;
  send(packet: DirectedPacket): boolean;
}

/** Tells guests why a packet went nowhere, at a bounded rate. */
export class IcmpErrors {
  readonly #situation: ErrorSituation;
  readonly #rate: ErrorRate;

  constructor(situation: ErrorSituation) {
    this.#situation = situation;
    this.#rate = new ErrorRate(situation.host);
  }

  answer(packet: TransportPacket, reason: ErrorReason): void {
    const { addresses } = this.#situation;
    const source = parseAddress(packet.source);
    const destination = parseAddress(packet.destination);
    if (source === null || destination === null || !addresses.isGuests(source)) return;
    if (addresses.placeOf(packet.destination, destination) === 'everybody') return;
    const version = source.length === 4 ? 4 : 6;
    if (isError(packet, version) || !this.#rate.allows(packet.source)) return;
    this.#situation.send({
      source: addresses.facing(packet.source),
      destination: packet.source,
      protocol: version === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6,
      header: headerOf(reason, version),
      data: [quote(packet, source, destination)],
      segmentBytes: 0,
    });
  }
}

/** An error is never answered with another, nor is what may become one (RFC 1122 §3.2.2). */
function isError({ protocol, payload }: TransportPacket, version: 4 | 6): boolean {
  if (protocol !== PROTOCOL.icmp && protocol !== PROTOCOL.icmp6) return false;
  return payload[0] !== ECHO_REQUEST[version];
}

function headerOf(reason: ErrorReason, version: 4 | 6): Uint8Array {
  const { type, code } = (version === 4 ? ICMP : ICMP6)[reason];
  const header = new Uint8Array(ERROR_HEADER_BYTES);
  header[0] = type;
  header[1] = code;
  if (version === 6 && reason === 'protocol') viewOf(header).setUint32(4, NEXT_HEADER_AT);
  return header;
}

/**
 * The packet as it came, its IP header written anew: by its addresses and ports the guest finds what it was of. The
 * checksum of TCP, which the guest may have left to its card, is finished.
 */
function quote({ protocol, payload }: TransportPacket, source: Uint8Array, destination: Uint8Array): Uint8Array {
  const version = source.length === 4 ? 4 : 6;
  const headerBytes = version === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
  const room = LONGEST_ERROR_BYTES[version] - ERROR_HEADER_BYTES - 2 * headerBytes;
  const quoted = payload.subarray(0, room);
  const bytes = new Uint8Array(headerBytes + quoted.length);
  const hopLimit = QUOTED_HOP_LIMIT;
  const fields = { source, destination, protocol, hopLimit, payloadBytes: payload.length, fragment: null };
  (version === 4 ? writeIpv4 : writeIpv6)(bytes, fields);
  bytes.set(quoted, headerBytes);
  const at = protocol === PROTOCOL.tcp ? (checksumOffsetOf(protocol) ?? 0) : 0;
  if (at > 0 && quoted.length >= at + 2) {
    // All of the packet counts, not only what is quoted of it; the field itself does not.
    const sum = pseudoSumOf(source, destination, protocol, payload.length) + onesSum(payload);
    const field = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0);
    write16(bytes, headerBytes + at, checksumOf(fold(sum + (~field & 0xffff)), false));
  }
  return bytes;
}
