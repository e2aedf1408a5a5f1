import { joinBytes } from '../../../base/join-bytes.ts';
import { COMPLETE, OFFLOAD_FLAG, SEGMENTATION, type Offload } from '../../../host/frame-port.ts';
import { parseAddress } from '../address-text.ts';
import { fold, onesSum } from '../../wire-format/checksum.ts';
import { viewOf } from '../../wire-format/fields.ts';
import {
  FRAGMENT_HEADER_BYTES,
  IPV4_HEADER_BYTES,
  IPV6_HEADER_BYTES,
  PROTOCOL,
  type FragmentField,
} from '../../wire-format/ip.ts';
import { writeIpv4, writeIpv6 } from '../../wire-format/ip-writer.ts';
import { checksumOf, checksumOffsetOf, pseudoSumOf } from '../../wire-format/transport-checksum.ts';
import type { DirectedPacket } from './ip-link.ts';

/** Bytes of an IP packet on the wire. */
export const MTU = 1500;
const ETHERNET_BYTES = 14;
const ETHER_TYPE = { 4: 0x0800, 6: 0x86dd } as const;
const HOP_LIMIT = 64;
const LONGEST_PACKET_BYTES = 65_535;

export interface OutputSituation {
  readonly mac: Uint8Array;
  /** Puts one frame onto the switch. */
  transmit(pieces: readonly Uint8Array[], offload: Offload): boolean;
}

interface Route {
  readonly mac: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

/** What goes to guests: one frame that the card may have to cut (TCP), or as many as the MTU wants. */
export class IpOutput {
  readonly #situation: OutputSituation;
  #identification = 0;

  constructor(situation: OutputSituation) {
    this.#situation = situation;
  }

  /** @param mac of the card. @returns false when there was no room: nothing was sent */
  send(packet: DirectedPacket, mac: Uint8Array): boolean {
    const source = parseAddress(packet.source);
    const destination = parseAddress(packet.destination);
    const bytes = packet.data.reduce((sum, piece) => sum + piece.length, packet.header.length);
    if (source?.length !== destination?.length || !source || !destination) return true;
    const ipBytes = headerBytesOf(source);
    if (bytes + (source.length === 4 ? ipBytes : 0) > LONGEST_PACKET_BYTES) return true;
    const route: Route = { mac, source, destination };
    if (packet.protocol === PROTOCOL.tcp) return this.#sendForCard(packet, route, bytes);
    const header = withChecksum(packet, route, bytes);
    if (ipBytes + bytes <= MTU) return this.#transmit(route, packet, bytes, null, [header, ...packet.data], COMPLETE);
    return this.#sendFragments(packet, route, joinBytes([header, ...packet.data]));
  }

  /** The checksum, and the cutting into segments, are the card's; the switch does both for one that cannot. */
  #sendForCard(packet: DirectedPacket, route: Route, bytes: number): boolean {
    const at = ETHERNET_BYTES + headerBytesOf(route.source);
    const header = packet.header.slice();
    viewOf(header).setUint16(16, pseudoSumOf(route.source, route.destination, packet.protocol, bytes));
    const isCut = packet.segmentBytes > 0 && bytes - header.length > packet.segmentBytes;
    const segmentation = route.source.length === 4 ? SEGMENTATION.tcp4 : SEGMENTATION.tcp6;
    const offload: Offload = {
      flags: OFFLOAD_FLAG.needsChecksum,
      segmentation: isCut ? segmentation : SEGMENTATION.none,
      headerBytes: isCut ? at + header.length : 0,
      segmentBytes: isCut ? packet.segmentBytes : 0,
      checksumStart: at,
      checksumOffset: 16,
    };
    return this.#transmit(route, packet, bytes, null, [header, ...packet.data], offload);
  }

  /** Pieces that found no room after the first are lost, and the packet with them, as any may be. */
  #sendFragments(packet: DirectedPacket, route: Route, payload: Uint8Array): boolean {
    const headers = headerBytesOf(route.source) + (route.source.length === 4 ? 0 : FRAGMENT_HEADER_BYTES);
    const most = (MTU - headers) & ~7;
    this.#identification = (this.#identification + 1) & 0xffff;
    const identification = this.#identification;
    for (let offset = 0; offset < payload.length; offset += most) {
      const piece = payload.subarray(offset, offset + most);
      const fragment = { identification, offset, more: offset + piece.length < payload.length };
      if (!this.#transmit(route, packet, piece.length, fragment, [piece], COMPLETE)) return offset > 0;
    }
    return true;
  }

  #transmit(
    route: Route,
    { protocol, hopLimit = HOP_LIMIT }: DirectedPacket,
    payloadBytes: number,
    fragment: FragmentField | null,
    payload: readonly Uint8Array[],
    offload: Offload,
  ): boolean {
    const isIpv4 = route.source.length === 4;
    const extra = isIpv4 || fragment === null ? 0 : FRAGMENT_HEADER_BYTES;
    const head = new Uint8Array(ETHERNET_BYTES + headerBytesOf(route.source) + extra);
    head.set(route.mac, 0);
    head.set(this.#situation.mac, 6);
    viewOf(head).setUint16(12, isIpv4 ? ETHER_TYPE[4] : ETHER_TYPE[6]);
    const { source, destination } = route;
    const fields = { source, destination, protocol, hopLimit, payloadBytes, fragment };
    (isIpv4 ? writeIpv4 : writeIpv6)(head.subarray(ETHERNET_BYTES), fields);
    return this.#situation.transmit([head, ...payload.filter(({ length }) => length > 0)], offload);
  }
}

function headerBytesOf(address: Uint8Array): number {
  return address.length === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
}

/** Of small packets the checksum is finished here: DHCP clients read frames before their kernel looks at any flag. */
function withChecksum(packet: DirectedPacket, { source, destination }: Route, bytes: number): Uint8Array {
  const at = checksumOffsetOf(packet.protocol);
  if (at === null) return packet.header;
  const header = packet.header.slice();
  const pseudoSum = pseudoSumOf(source, destination, packet.protocol, bytes);
  const sum = fold(pseudoSum + onesSum(joinBytes([header, ...packet.data])));
  viewOf(header).setUint16(at, checksumOf(sum, packet.protocol === PROTOCOL.udp));
  return header;
}
