import type { Offload } from '../../../host/frame-port.ts';
import { COMPLETE, OFFLOAD_FLAG, SEGMENTATION } from '../../../host/frame-port.ts';
import { parseAddress, parseMac } from '../../gateway/address-text.ts';
import { fold, internetChecksum, onesSum, pseudoHeaderSum } from '../checksum.ts';
import { ETHER_TYPE } from '../ethernet.ts';
import { write16, write32 } from '../fields.ts';
import { PROTOCOL } from '../ip.ts';

/** Frames that tests make up, by hand and from the specifications. */
export interface MadeUpPacket {
  readonly from?: string;
  readonly to?: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  /** Header and data. */
  readonly payload: Uint8Array;
  /** Where the checksum is in the payload; as it stands there when it is left out. */
  readonly checksumAt?: number;
  /** The checksum is that of the pseudo header only: somebody else completes it. */
  readonly isPartial?: boolean;
}

export const MAC_A = '52:54:00:00:00:0a';
export const MAC_B = '52:54:00:00:00:0b';

export function ethernetFrame(to: string, from: string, type: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(14 + payload.length);
  frame.set(parseMac(to) ?? [], 0);
  frame.set(parseMac(from) ?? [], 6);
  write16(frame, 12, type);
  frame.set(payload, 14);
  return frame;
}

export function ipFrame(packet: MadeUpPacket): Uint8Array {
  const { from = MAC_A, to = MAC_B, protocol, checksumAt, isPartial = false } = packet;
  const source = parseAddress(packet.source) ?? new Uint8Array();
  const destination = parseAddress(packet.destination) ?? new Uint8Array();
  const payload = packet.payload.slice();
  if (checksumAt !== undefined) {
    const hasPseudo = protocol !== PROTOCOL.icmp;
    const pseudo = hasPseudo ? pseudoHeaderSum(source, destination, protocol, payload.length) : 0;
    write16(payload, checksumAt, isPartial ? pseudo : ~fold(pseudo + onesSum(payload)) & 0xffff);
  }
  const is4 = source.length === 4;
  const header = is4 ? header4(protocol, payload.length) : header6(protocol, payload.length);
  header.set(source, is4 ? 12 : 8);
  header.set(destination, is4 ? 16 : 24);
  if (is4) write16(header, 10, internetChecksum(header));
  const whole = new Uint8Array(header.length + payload.length);
  whole.set(header);
  whole.set(payload, header.length);
  return ethernetFrame(to, from, is4 ? ETHER_TYPE.ipv4 : ETHER_TYPE.ipv6, whole);
}

function header4(protocol: number, bytes: number): Uint8Array {
  const header = new Uint8Array(20);
  write16(header, 0, 0x4500);
  write16(header, 2, 20 + bytes);
  write16(header, 4, 0xfffe);
  write16(header, 6, 0x4000);
  header[8] = 64;
  header[9] = protocol;
  return header;
}

function header6(protocol: number, bytes: number): Uint8Array {
  const header = new Uint8Array(40);
  header[0] = 0x60;
  write16(header, 4, bytes);
  header[6] = protocol;
  header[7] = 64;
  return header;
}

export interface MadeUpTcp {
  readonly ports?: readonly [number, number];
  readonly sequence?: number;
  readonly flags?: number;
  readonly options?: readonly number[];
  readonly data?: Uint8Array;
}

export function tcpPayload({
  ports = [49_152, 80],
  sequence = 1,
  flags = 16,
  options = [],
  data,
}: MadeUpTcp): Uint8Array {
  const bytes = data ?? new Uint8Array();
  const headerBytes = 20 + options.length;
  const payload = new Uint8Array(headerBytes + bytes.length);
  write16(payload, 0, ports[0]);
  write16(payload, 2, ports[1]);
  write32(payload, 4, sequence);
  write32(payload, 8, 7);
  payload[12] = (headerBytes / 4) << 4;
  payload[13] = flags;
  write16(payload, 14, 64_240);
  payload.set(options, 20);
  payload.set(bytes, headerBytes);
  return payload;
}

export function udpPayload(sourcePort: number, destinationPort: number, data: Uint8Array): Uint8Array {
  const payload = new Uint8Array(8 + data.length);
  write16(payload, 0, sourcePort);
  write16(payload, 2, destinationPort);
  write16(payload, 4, payload.length);
  payload.set(data, 8);
  return payload;
}

/** A frame longer than an MTU, that somebody is to cut. */
export function uncutTcp(
  tcp: MadeUpTcp,
  segmentBytes: number,
  version: 4 | 6 = 4,
): { frame: Uint8Array; offload: Offload } {
  const [source, destination] = version === 4 ? ['10.86.0.2', '10.86.0.3'] : ['fd12::2', 'fd12::3'];
  const payload = tcpPayload(tcp);
  const frame = ipFrame({ source, destination, protocol: 6, payload, checksumAt: 16, isPartial: true });
  const checksumStart = version === 4 ? 34 : 54;
  const offload: Offload = {
    flags: OFFLOAD_FLAG.needsChecksum,
    segmentation: version === 4 ? SEGMENTATION.tcp4 : SEGMENTATION.tcp6,
    headerBytes: checksumStart + 20 + (tcp.options?.length ?? 0),
    segmentBytes,
    checksumStart,
    checksumOffset: 16,
  };
  return { frame, offload };
}

export function uncheckedTcp(tcp: MadeUpTcp): { frame: Uint8Array; offload: Offload } {
  const { frame, offload } = uncutTcp(tcp, 0);
  return { frame, offload: { ...COMPLETE, flags: offload.flags, checksumStart: 34, checksumOffset: 16 } };
}

export function numbered(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
}
