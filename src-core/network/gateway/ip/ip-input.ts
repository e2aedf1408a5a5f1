import { OFFLOAD_FLAG, type Offload } from '../../../host/frame-port.ts';
import type { HostNetwork } from '../../host-network.ts';
import { PROTOCOL, type IpHeader } from '../../wire-format/ip.ts';
import { isChecksumGood } from '../../wire-format/transport-checksum.ts';
import { formatAddress } from '../address-text.ts';
import type { Address } from '../guest-link.ts';
import { isLinkLocal6, UNSPECIFIED, UNSPECIFIED6, type GatewayAddresses, type Place } from '../gateway-addresses.ts';
import type { ReceivedPacket } from './ip-link.ts';
import { Reassembly } from './reassembly.ts';
import { behindExtensions, soundIp } from './sound-ip.ts';

/** Before IP in a frame: where a card counts the start of a checksum from. */
const ETHERNET_BYTES = 14;
const ROUTER_PORT = 67;

export interface InputSituation {
  readonly host: Pick<HostNetwork, 'now' | 'after'>;
  readonly addresses: GatewayAddresses;
  /** Whether a card with this MAC may use the address: not when the network gave it to another. */
  mayHave(address: Address, mac: string): boolean;
  /** A whole packet with a good checksum, for the gateway, for everybody, or to go out. */
  deliver(packet: ReceivedPacket, place: Place): void;
  /** It was to go out and has no hops left. */
  expired(packet: ReceivedPacket): void;
  /** It was to go out from an address that is nobody's outside its link. */
  beyondScope(packet: ReceivedPacket): void;
}

/** What comes from guests: IPv4 (RFC 791, RFC 1812 §5) and IPv6 (RFC 8200). What is wrong goes no further. */
export class IpInput {
  readonly #situation: InputSituation;
  readonly #reassembly: Reassembly;

  constructor(situation: InputSituation) {
    this.#situation = situation;
    this.#reassembly = new Reassembly(situation.host);
  }

  /** @param packet what follows the Ethernet header of a frame */
  receive(version: 4 | 6, packet: Uint8Array, sourceMac: string, offload: Offload): void {
    const header = soundIp(version, packet);
    if (header === null) return;
    const { addresses } = this.#situation;
    const destination = formatAddress(header.destination);
    const place = addresses.placeOf(destination, header.destination);
    const source = formatAddress(header.source);
    const part = packet.subarray(header.payloadAt, header.end);
    if (!this.#isSourceSound(source, header, part, place, sourceMac)) return;
    const whole = this.#whole(header, part, `${source} ${destination}`, sourceMac);
    if (whole === null) return;
    const { protocol, payload } = whole;
    const isVouchedFor = header.fragment === null && vouches(offload, ETHERNET_BYTES + header.payloadAt);
    if (!isVouchedFor && !isChecksumGood(header.source, header.destination, protocol, payload)) return;
    const { hopLimit } = header;
    const toEverybody = place === 'everybody';
    const received: ReceivedPacket = { source, destination, protocol, payload, sourceMac, hopLimit, toEverybody };
    this.#pass(received, header, place);
  }

  dispose(): void {
    this.#reassembly.dispose();
  }

  /** Bytes of fragments that wait for others. */
  get waitingBytes(): number {
    return this.#reassembly.bytes;
  }

  #pass(packet: ReceivedPacket, header: IpHeader, place: Place): void {
    if (place === 'gateway' || place === 'everybody') return this.#situation.deliver(packet, place);
    if (packet.hopLimit <= 1) return this.#situation.expired(packet);
    // RFC 4291 §2.5.6: a router must not forward it.
    if (header.source.length === 16 && isLinkLocal6(header.source)) return this.#situation.beyondScope(packet);
    this.#situation.deliver(packet, place);
  }

  /** Nobody sends as the gateway, as everybody, from elsewhere, or with what the network gave to another card. */
  #isSourceSound(source: Address, header: IpHeader, payload: Uint8Array, place: Place, mac: string): boolean {
    if (source === UNSPECIFIED) return place === 'everybody' && isForDhcp(header, payload);
    // RFC 4291 §2.5.2: while it looks whether an address is free, a guest has none.
    if (source === UNSPECIFIED6) return place === 'everybody' && header.protocol === PROTOCOL.icmp6;
    if (!this.#situation.addresses.isGuests(header.source)) return false;
    // A copy of a guest renews what its original has: DHCP tells it otherwise.
    return this.#situation.mayHave(source, mac) || (place !== 'elsewhere' && isForDhcp(header, payload));
  }

  #whole(
    { protocol, fragment }: IpHeader,
    payload: Uint8Array,
    ends: string,
    guest: string,
  ): Pick<ReceivedPacket, 'protocol' | 'payload'> | null {
    if (fragment === null) return { protocol, payload };
    const { identification, offset, more } = fragment;
    const key = `${ends} ${protocol} ${identification}`;
    const whole = this.#reassembly.add({ key, guest, offset, more, data: payload });
    if (whole === null) return null;
    const found = behindExtensions(protocol, whole);
    return found === null ? null : { protocol: found.protocol, payload: whole.subarray(found.payloadAt) };
  }
}

/** Whether the card says that the checksum of what begins there need not be verified: it is not even there yet. */
function vouches({ flags, checksumStart }: Offload, transportAt: number): boolean {
  if ((flags & OFFLOAD_FLAG.needsChecksum) !== 0) return checksumStart === transportAt;
  return (flags & OFFLOAD_FLAG.checksumIsGood) !== 0;
}

/** RFC 2131 §4.1: who has no address yet asks for one. */
function isForDhcp({ protocol }: IpHeader, payload: Uint8Array): boolean {
  return (
    protocol === PROTOCOL.udp && payload.length >= 4 && ((payload[2] ?? 0) << 8) + (payload[3] ?? 0) === ROUTER_PORT
  );
}
