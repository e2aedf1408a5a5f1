/**
 * Between the IP layer of a gateway and the protocols above it (TCP, UDP, ICMP): what comes from guests, and what goes to
 * them. Addresses are canonical text: "10.86.0.2", "fd12::2" (RFC 5952).
 */
export type Address = string;

/** What a guest sent, checked and put together by the IP layer. */
export interface TransportPacket {
  readonly source: Address;
  readonly destination: Address;
  /** IANA protocol number: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6. */
  readonly protocol: number;
  /** Header and data, valid until the receiver returns. Its checksum is good: verified, or vouched for by the card. */
  readonly payload: Uint8Array;
}

export interface PacketToGuest {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  /** The header, its checksum field zero: it is filled in on the way. */
  readonly header: Uint8Array;
  readonly data: readonly Uint8Array[];
  /** Of TCP, payload bytes of each segment that it may be cut into; 0 when it goes as one packet. */
  readonly segmentBytes: number;
}

/** Why a packet of a guest went nowhere: ICMP says it (RFC 792, RFC 4443). */
export type Unreachable = 'network' | 'host' | 'port' | 'prohibited';

/** What a protocol of the gateway sends with. */
export interface GuestLink {
  /** Bytes of the longest IP packet on the wire. */
  readonly mtu: number;
  /** Whether the address is one of a guest on this network, as far as is known. */
  isGuest(address: Address): boolean;
  /** The most TCP payload that one `send` to there takes: more than one segment where the card can be given that. */
  mostPayload(destination: Address): number;
  /** @returns false when there is no room now: nothing was sent, and `room` is called once there is */
  send(packet: PacketToGuest): boolean;
  /** Answers a packet with an ICMP error, at a bounded rate. */
  unreachable(packet: TransportPacket, reason: Unreachable): void;
}

/** A protocol above the IP layer of a gateway. */
export interface GuestProtocol {
  receive(packet: TransportPacket): void;
  /** There is room on the way to this guest again. */
  room(guest: Address): void;
  /** Connections and exchanges that go on. */
  readonly flows: number;
  /** Ends everything. */
  dispose(): void;
}

/** Where what a guest sends out of its network may go. */
export type Reach =
  | { readonly kind: 'outside'; readonly address: Address }
  /** A person allowed it: this computer itself, at its loopback. */
  | { readonly kind: 'this-computer'; readonly address: Address }
  | { readonly kind: 'prohibited' };

export interface ReachPolicy {
  decide(destination: Address): Reach;
}
