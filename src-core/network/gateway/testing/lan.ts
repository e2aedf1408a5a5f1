import { COMPLETE, type Offload } from '../../../host/frame-port.ts';
import type { CardSpec, NetworkSpec } from '../../network-runner.ts';
import { PERFECT_LINK } from '../../network-runner.ts';
import { FakeHostNetwork } from '../../testing/fake-host-network.ts';
import { formatAddress, formatMac, parseAddress, parseMac } from '../address-text.ts';
import { Gateway, type ProtocolParts, type TcpOfGateway } from '../gateway.ts';
import type { TransportPacket } from '../guest-link.ts';
import { fold, onesSum } from '../../wire-format/checksum.ts';
import { writeIpv4, writeIpv6 } from '../../wire-format/ip-writer.ts';
import { checksumOffsetOf, isChecksumGood, pseudoSumOf } from '../../wire-format/transport-checksum.ts';
import { soundIp } from '../ip/sound-ip.ts';
import type { UdpService } from '../udp/udp-service.ts';

export const NETWORK: NetworkSpec = {
  id: '00112233aabbccdd',
  name: 'default',
  subnet: { address: '10.86.0.0', length: 24 },
  subnet6: { address: 'fd12:3456:789a::', length: 64 },
  internal: false,
  reachesHost: false,
  conditions: PERFECT_LINK,
};
export const GATEWAY = '10.86.0.1';
export const GATEWAY6 = 'fd12:3456:789a::1';
export const WEB: CardSpec = { key: 'web/0', name: 'web', mac: '52:54:00:00:00:02', address: '10.86.0.2' };
export const DB: CardSpec = { key: 'db/0', name: 'db', mac: '52:54:00:00:00:03', address: '10.86.0.3' };
/** Of WEB, by SLAAC. */
export const WEB6 = 'fd12:3456:789a:0:5054:ff:fe00:2';
export const WEB_LINK_LOCAL = 'fe80::5054:ff:fe00:2';
export const OUTSIDE = '9.9.9.9';
export const OUTSIDE6 = '2620:fe::fe';

export interface SentPacket {
  readonly source: string;
  readonly destination: string;
  readonly protocol?: number;
  readonly payload?: Uint8Array;
  readonly mac?: string;
  readonly toMac?: string;
  readonly hopLimit?: number;
  readonly offload?: Offload;
  readonly fragment?: { readonly identification: number; readonly offset: number; readonly more: boolean };
  /** The checksum is as it stands in the payload. */
  readonly isRaw?: boolean;
}

/** What the gateway sent, as somebody reads it who trusts nothing. */
export interface HeardPacket {
  readonly toMac: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly hopLimit: number;
  readonly payload: Uint8Array;
  readonly fragment: { readonly identification: number; readonly offset: number; readonly more: boolean } | null;
  readonly offload: Offload;
  /** Of the transport header; meaningless where it is left to the card. */
  readonly isChecksumGood: boolean;
}

/** A TCP that writes down what reaches it. */
export class NotedTcp implements TcpOfGateway {
  readonly received: TransportPacket[] = [];
  readonly roomFor: string[] = [];
  readonly forgotten: string[] = [];
  flows = 0;
  receive(packet: TransportPacket): void {
    this.received.push({ ...packet, payload: packet.payload.slice() });
  }
  room(guest: string): void {
    this.roomFor.push(guest);
  }
  forget(guest: string): void {
    this.forgotten.push(guest);
  }
  dispose(): void {
    this.flows = 0;
  }
  async forward(): Promise<never> {
    throw new Error('no test forwards TCP here');
  }
}

/** A gateway on a wire that a test holds. */
export class Lan {
  readonly host = new FakeHostNetwork();
  readonly tcp = new NotedTcp();
  readonly frames: { readonly bytes: Uint8Array; readonly offload: Offload }[] = [];
  readonly gateway: Gateway;
  isFull = false;
  can = 0;
  parts!: ProtocolParts;

  constructor(network: Partial<NetworkSpec> = {}, services: readonly UdpService[] = []) {
    const port = {
      send: (pieces: readonly Uint8Array[], offload: Offload): boolean => {
        if (!this.isFull) this.frames.push({ bytes: Uint8Array.from(pieces.flatMap((piece) => [...piece])), offload });
        return !this.isFull;
      },
      canOf: () => this.can,
    };
    this.gateway = new Gateway(
      { ...NETWORK, ...network },
      {
        host: this.host,
        port,
        subnets: () => [NETWORK.subnet, NETWORK.subnet6, { address: '10.87.0.0', length: 24 }],
        services: () => services,
        tcp: (parts) => {
          this.parts = parts;
          return this.tcp;
        },
      },
    );
    this.gateway.join(WEB);
    this.gateway.join(DB);
  }

  /** A guest puts a frame onto the wire. */
  frame(bytes: Uint8Array, offload: Offload = COMPLETE): void {
    this.gateway.receive({ bytes, offload });
  }

  /** A guest sends a packet, with everything right that is not said otherwise. */
  send(packet: SentPacket): void {
    this.frame(frameOf(packet, this.gateway.addresses.mac), packet.offload);
  }

  udp(
    from: string,
    sourcePort: number,
    to: string,
    destinationPort: number,
    data: string,
    more: Partial<SentPacket> = {},
  ): void {
    this.send({
      source: from,
      destination: to,
      protocol: 17,
      payload: datagram(sourcePort, destinationPort, data),
      ...more,
    });
  }

  /** The IP packets that the gateway sent since the last time. */
  heard(): HeardPacket[] {
    return this.frames
      .splice(0)
      .filter(({ bytes }) => bytes[12] !== 0x08 || bytes[13] !== 0x06)
      .map(({ bytes, offload }) => hear(bytes, offload));
  }

  /** The ARP packets that it sent since the last time; IP packets are thrown away. */
  heardArp(): { toMac: string; operation: number; sender: string; target: string; targetMac: string }[] {
    return this.frames
      .splice(0)
      .filter(({ bytes }) => bytes[12] === 0x08 && bytes[13] === 0x06)
      .map(({ bytes }) => ({
        toMac: formatMac(bytes),
        operation: bytes[21] ?? 0,
        sender: formatAddress(bytes.slice(28, 32)),
        target: formatAddress(bytes.slice(38, 42)),
        targetMac: formatMac(bytes.slice(32, 38)),
      }));
  }
}

export function frameOf(packet: SentPacket, gatewayMac: string): Uint8Array {
  const source = parseAddress(packet.source)!;
  const destination = parseAddress(packet.destination)!;
  const protocol = packet.protocol ?? 17;
  const payload = (packet.payload ?? new Uint8Array(8)).slice();
  const at = checksumOffsetOf(protocol);
  if (at !== null && packet.isRaw !== true && packet.fragment === undefined) {
    payload.fill(0, at, at + 2);
    const sum = ~fold(pseudoSumOf(source, destination, protocol, payload.length) + onesSum(payload)) & 0xffff;
    payload.set([sum >> 8, sum & 0xff], at);
  }
  const isIpv4 = source.length === 4;
  const head = new Uint8Array(14 + (isIpv4 ? 20 : 40) + (!isIpv4 && packet.fragment ? 8 : 0));
  head.set(parseMac(packet.toMac ?? gatewayMac)!, 0);
  head.set(parseMac(packet.mac ?? WEB.mac)!, 6);
  head.set(isIpv4 ? [0x08, 0x00] : [0x86, 0xdd], 12);
  const fields = {
    source,
    destination,
    protocol,
    hopLimit: packet.hopLimit ?? 64,
    payloadBytes: payload.length,
    fragment: packet.fragment ?? null,
  };
  (isIpv4 ? writeIpv4 : writeIpv6)(head.subarray(14), fields);
  return Uint8Array.from([...head, ...payload]);
}

export function hear(bytes: Uint8Array, offload: Offload): HeardPacket {
  const isIpv4 = bytes[12] === 0x08;
  const packet = bytes.subarray(14);
  const header = soundIp(isIpv4 ? 4 : 6, packet);
  if (header === null) throw new Error('the gateway sent what is no packet');
  const payload = packet.subarray(header.payloadAt, header.end);
  return {
    toMac: formatMac(bytes),
    source: formatAddress(header.source),
    destination: formatAddress(header.destination),
    protocol: header.protocol,
    hopLimit: header.hopLimit,
    payload,
    fragment: header.fragment,
    offload,
    isChecksumGood: isChecksumGood(header.source, header.destination, header.protocol, payload),
  };
}

export function datagram(sourcePort: number, destinationPort: number, data: string | Uint8Array): Uint8Array {
  const bytes = typeof data === 'string' ? Uint8Array.from(data, (char) => char.charCodeAt(0)) : data;
  const length = 8 + bytes.length;
  const ports = [sourcePort >> 8, sourcePort & 0xff, destinationPort >> 8, destinationPort & 0xff];
  return Uint8Array.from([...ports, length >> 8, length & 0xff, 0, 0, ...bytes]);
}

/** Ports and text of a datagram. */
export function readDatagram(payload: Uint8Array): { from: number; to: number; text: string } {
  const [a = 0, b = 0, c = 0, d = 0] = payload;
  return { from: (a << 8) | b, to: (c << 8) | d, text: String.fromCharCode(...payload.subarray(8)) };
}

/** Header and data of an echo request. */
export function echoRequest(version: 4 | 6, identifier: number, sequence: number, data: string): Uint8Array {
  const words = [identifier >> 8, identifier & 0xff, sequence >> 8, sequence & 0xff];
  return Uint8Array.from([
    version === 4 ? 8 : 128,
    0,
    0,
    0,
    ...words,
    ...Array.from(data, (char) => char.charCodeAt(0)),
  ]);
}

export function arpPacket(operation: number, mac: string, sender: string, target: string): Uint8Array {
  const bytes = new Uint8Array(42);
  bytes.fill(0xff, 0, 6);
  bytes.set(parseMac(mac)!, 6);
  bytes.set([0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, operation], 12);
  bytes.set(parseMac(mac)!, 22);
  bytes.set(parseAddress(sender)!, 28);
  bytes.set(parseAddress(target)!, 38);
  return bytes;
}
