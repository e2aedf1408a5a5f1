import type { Address } from '../guest-link.ts';

/** What the gateway itself serves over UDP: DHCP, DNS. Datagrams to any of its addresses, and broadcasts, arrive here. */
export interface UdpService {
  readonly port: number;
  /** A datagram with a good checksum. What a guest does wrong is to be ignored: nothing is thrown. */
  receive(datagram: GuestDatagram, reply: UdpReply): void;
}

export interface GuestDatagram {
  /** "0.0.0.0" from a guest that has no address yet. */
  readonly source: Address;
  readonly sourcePort: number;
  /** One of the gateway's addresses, or a broadcast or multicast address. */
  readonly destination: Address;
  readonly destinationPort: number;
  /** Of the frame that it came in: "52:54:00:12:34:56". */
  readonly sourceMac: string;
  /** Valid until `receive` returns. */
  readonly data: Uint8Array;
}

/**
 * Sends from the service's port of the gateway; may be called later, and more than once. A datagram that finds no room is
 * lost, as any may be.
 * @param data at most what fits into one IP packet; fragmented where it does not fit the MTU
 * @param to where it goes instead of back to who asked
 */
export type UdpReply = (data: Uint8Array, to?: ReplyTo) => void;

export interface ReplyTo {
  readonly address: Address;
  readonly port: number;
  /** The card, where its address cannot be asked for: it has none yet (RFC 2131 §4.1). Left out: ARP, or broadcast. */
  readonly mac?: string;
}
