import type { GuestLink, PacketToGuest, TransportPacket } from '../guest-link.ts';

/** What the parts of the gateway itself see of a packet. */
export interface ReceivedPacket extends TransportPacket {
  /** Of the frame: "52:54:00:12:34:56". */
  readonly sourceMac: string;
  /** Hops that it has left; as it came, not counted down. */
  readonly hopLimit: number;
  /** It went to a broadcast or multicast address. */
  readonly toEverybody: boolean;
}

export interface DirectedPacket extends PacketToGuest {
  /** The card, where it is not to be found by the address. */
  readonly mac?: string;
  /** 64 unless it says otherwise; neighbour discovery wants 255. */
  readonly hopLimit?: number;
}

/** What the parts of the gateway itself send with. */
export interface IpLink extends GuestLink {
  send(packet: DirectedPacket): boolean;
}
