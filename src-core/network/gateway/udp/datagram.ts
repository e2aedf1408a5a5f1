import type { Address } from '../guest-link.ts';
import type { IpLink, ReceivedPacket } from '../ip/ip-link.ts';
import { PROTOCOL } from '../../wire-format/ip.ts';
import type { Endpoint } from '../../host-network.ts';
import type { GuestDatagram } from './udp-service.ts';

/** RFC 768: ports, length, checksum. */
export const UDP_HEADER_BYTES = 8;

/** @returns null when the length is none that the packet can have */
export function parseDatagram(packet: ReceivedPacket): GuestDatagram | null {
  const { payload, source, destination, sourceMac } = packet;
  if (payload.length < UDP_HEADER_BYTES) return null;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const length = view.getUint16(4);
  if (length < UDP_HEADER_BYTES || length > payload.length) return null;
  const data = payload.subarray(UDP_HEADER_BYTES, length);
  return { source, sourcePort: view.getUint16(0), destination, destinationPort: view.getUint16(2), sourceMac, data };
}

/** The checksum is zero. @param length of the data */
export function udpHeader(sourcePort: number, destinationPort: number, length: number): Uint8Array {
  const header = new Uint8Array(UDP_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint16(0, sourcePort);
  view.setUint16(2, destinationPort);
  view.setUint16(4, UDP_HEADER_BYTES + length);
  return header;
}

/** One datagram to a guest. @returns false when there was no room: it is lost */
export function sendDatagram(
  link: IpLink,
  from: Endpoint,
  to: Endpoint & { readonly mac?: string },
  data: Uint8Array,
): boolean {
  return link.send({
    source: from.address,
    destination: to.address,
    protocol: PROTOCOL.udp,
    header: udpHeader(from.port, to.port, data.length),
    data: [data],
    segmentBytes: 0,
    ...(to.mac === undefined ? {} : { mac: to.mac }),
  });
}

/** "10.86.0.2 53". */
export function endpointKey(address: Address, port: number): string {
  return `${address} ${port}`;
}
