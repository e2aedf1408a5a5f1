import type { Disposable } from '../../base/disposable.ts';
import type { Frame, Offload } from '../../host/frame-port.ts';
import { CAN, COMPLETE } from '../../host/frame-port.ts';
import type { HostNetwork } from '../host-network.ts';
import type { CardSpec, ForwardSpec, NetworkChange, NetworkSpec, NetworkState, Subnet } from '../network-runner.ts';
import { formatMac } from './address-text.ts';
import { GatewayAddresses, type Place } from './gateway-addresses.ts';
import { GuestCards } from './guest-cards.ts';
import type { Address, GuestLink, GuestProtocol, ReachPolicy } from './guest-link.ts';
import { Echo } from './icmp/echo.ts';
import { viewOf } from '../wire-format/fields.ts';
import { IpLayer } from './ip/ip-layer.ts';
import { PROTOCOL } from '../wire-format/ip.ts';
import type { ReceivedPacket } from './ip/ip-link.ts';
import { Arp, ETHER_TYPE_ARP } from './neighbours/arp.ts';
import { NeighbourDiscovery } from './neighbours/neighbour-discovery.ts';
import { Neighbours } from './neighbours/neighbours.ts';
import { RouterAdvertiser } from './neighbours/router-advertiser.ts';
import { GatewayPolicy } from './policy.ts';
import { UdpProtocol } from './udp/udp-protocol.ts';
import type { UdpService } from './udp/udp-service.ts';

const ETHERNET_BYTES = 14;
const ETHER_TYPE = { ipv4: 0x0800, ipv6: 0x86dd } as const;

/** The gateway's place at the switch. */
export interface GatewayPort {
  /** @returns false when there is no room at the card that the frame is for; `Gateway.room` is called once there is */
  send(pieces: readonly Uint8Array[], offload: Offload): boolean;
  /** Bits of `CAN` of the card that has this MAC. */
  canOf(mac: string): number;
}

/** TCP of a gateway. */
export interface TcpOfGateway extends GuestProtocol {
  /** A guest is gone. */
  forget(guest: Address): void;
  /** @throws AppError as `HostNetwork.listenTcp` */
  forward(spec: ForwardSpec): Promise<Disposable>;
}

export interface ProtocolParts {
  readonly host: HostNetwork;
  readonly link: GuestLink;
  readonly policy: ReachPolicy;
  readonly addresses: GatewayAddresses;
  readonly cards: GuestCards;
  /** That a card was seen to use, IPv4 and IPv6. */
  addressesOf(card: CardSpec): readonly Address[];
  /** MAC of the card that an address belongs to, as far as is known. */
  macOf(address: Address): string | null;
  /** As it is now. */
  reachesHost(): boolean;
}

export interface GatewaySituation {
  readonly host: HostNetwork;
  readonly port: GatewayPort;
  /** Of all virtual networks, this one too. */
  subnets(): readonly Subnet[];
  /** What the gateway serves over UDP. */
  services(parts: ProtocolParts): readonly UdpService[];
  tcp(parts: ProtocolParts): TcpOfGateway;
}

/**
 * The gateway of one network: a station at its switch that gives addresses and names, and carries what guests send
 * outside by this computer's ordinary sockets.
 */
export class Gateway {
  readonly addresses: GatewayAddresses;
  readonly #situation: GatewaySituation;
  readonly #cards = new GuestCards();
  readonly #neighbours: Neighbours;
  readonly #arp: Arp;
  readonly #discovery: NeighbourDiscovery;
  readonly #advertiser: RouterAdvertiser;
  readonly #ip: IpLayer;
  readonly #udp: UdpProtocol;
  readonly #tcp: TcpOfGateway;
  readonly #echo: Echo;
  #reachesHost: boolean;

  constructor(network: NetworkSpec, situation: GatewaySituation) {
    const { host, port } = situation;
    this.#situation = situation;
    this.#reachesHost = network.reachesHost;
    const addresses = new GatewayAddresses(network);
    this.addresses = addresses;
    this.#neighbours = new Neighbours({
      host,
      assignedTo: (address) => this.#cards.withAddress(address)?.mac ?? null,
      probe: (address, mac) => (address.includes(':') ? this.#discovery : this.#arp).ask(address, mac),
    });
    const neighbours = this.#neighbours;
    this.#ip = new IpLayer({
      host,
      addresses,
      neighbours,
      transmit: (pieces, offload) => port.send(pieces, offload),
      canCut: (mac, family) => (port.canOf(mac) & (family === 4 ? CAN.tcp4 : CAN.tcp6)) !== 0,
      deliver: (packet, place) => this.#deliver(packet, place),
    });
    const link = this.#ip;
    this.#arp = new Arp({ host, addresses, neighbours, transmit: (frame) => void port.send([frame], COMPLETE) });
    this.#advertiser = new RouterAdvertiser({ host, addresses, link, internal: network.internal });
    const solicited = (by: Address | null): void => this.#advertiser.solicited(by);
    this.#discovery = new NeighbourDiscovery({ host, addresses, neighbours, link, solicited });
    const policy = this.#policy(network);
    const parts = this.#parts(policy);
    const services = situation.services(parts);
    this.#udp = new UdpProtocol({ host, link, policy, gateway: addresses.own, services });
    this.#tcp = situation.tcp(parts);
    this.#echo = new Echo({ host, addresses, link, policy });
  }

  /** A card's cable is in. */
  join(card: CardSpec): void {
    this.#cards.plug(card);
    this.#advertiser.begin();
  }

  /** A card has another name for other guests. */
  rename(key: string, name: string): void {
    this.#cards.rename(key, name);
  }

  leave(key: string): void {
    const card = this.#cards.withKey(key);
    if (card === null) return;
    for (const address of [card.address, ...this.#seenOf(card)]) {
      this.#tcp.forget(address);
      this.#udp.forget(address);
    }
    this.#cards.unplug(key);
    this.#neighbours.forget(card.mac);
    if (this.#cards.all.length === 0) this.#advertiser.end();
  }

  change({ reachesHost }: NetworkChange): void {
    this.#reachesHost = reachesHost ?? this.#reachesHost;
  }

  /** @throws AppError 'already-exists' when the port is taken, 'denied' when this person may not have it */
  forward(spec: ForwardSpec): Promise<Disposable> {
    return spec.protocol === 'udp' ? this.#udp.forward(spec) : this.#tcp.forward(spec);
  }

  /** A frame for the gateway, or for everybody. Its bytes are read now; nothing keeps them. */
  receive({ bytes, offload }: Frame): void {
    if (bytes.length < ETHERNET_BYTES) return;
    const { addresses } = this;
    const isForEverybody = ((bytes[0] ?? 0) & 1) !== 0;
    if (!isForEverybody && formatMac(bytes) !== addresses.mac) return;
    const sourceMac = formatMac(bytes.subarray(6, 12));
    // No card has a group's address, or the gateway's: who sends with one is not to be answered.
    if (((bytes[6] ?? 0) & 1) !== 0 || sourceMac === addresses.mac) return;
    const etherType = viewOf(bytes).getUint16(12);
    const packet = bytes.subarray(ETHERNET_BYTES);
    if (etherType === ETHER_TYPE.ipv4) this.#ip.receive(4, packet, sourceMac, offload);
    else if (etherType === ETHER_TYPE.ipv6) this.#ip.receive(6, packet, sourceMac, offload);
    else if (etherType === ETHER_TYPE_ARP) this.#arp.receive(packet, sourceMac);
  }

  /** There is room on the way to the cards again, as far as there was none. */
  room(): void {
    for (const guest of this.#ip.takeRefused()) this.#tcp.room(guest);
  }

  get state(): NetworkState {
    const addresses = this.#cards.all.map((card) => ({ card: card.key, addresses: this.#seenOf(card) }));
    return { addresses, flows: { tcp: this.#tcp.flows, udp: this.#udp.flows, echo: this.#echo.flows } };
  }

  dispose(): void {
    this.#advertiser.end();
    this.#tcp.dispose();
    this.#udp.dispose();
    this.#echo.dispose();
    this.#ip.dispose();
    this.#neighbours.dispose();
  }

  /** What the bounded tables hold now: entries, and bytes of fragments. */
  get load(): { readonly neighbours: number; readonly fragmentBytes: number } {
    return { neighbours: this.#neighbours.size, fragmentBytes: this.#ip.waitingBytes };
  }

  #policy({ internal }: NetworkSpec): ReachPolicy {
    const { host, subnets } = this.#situation;
    const reachesHost = (): boolean => this.#reachesHost;
    return new GatewayPolicy({ host, gateway: this.addresses.own, internal, reachesHost, subnets });
  }

  #parts(policy: ReachPolicy): ProtocolParts {
    return {
      host: this.#situation.host,
      link: this.#ip,
      policy,
      addresses: this.addresses,
      cards: this.#cards,
      addressesOf: (card) => this.#seenOf(card),
      macOf: (address) => this.#neighbours.macOf(address),
      reachesHost: () => this.#reachesHost,
    };
  }

  #seenOf({ mac }: CardSpec): readonly Address[] {
    return this.#neighbours.addressesOf(mac);
  }

  #deliver(packet: ReceivedPacket, place: Place): boolean {
    const { protocol } = packet;
    if (protocol === PROTOCOL.udp) this.#udp.receive(packet);
    else if (protocol === PROTOCOL.tcp) this.#receiveTcp(packet, place);
    else if (protocol === PROTOCOL.icmp && packet.source.includes('.')) this.#echo.receive(packet);
    else if (protocol === PROTOCOL.icmp6 && packet.source.includes(':')) this.#receiveIcmp6(packet, place);
    else return place === 'everybody';
    return true;
  }

  #receiveTcp(packet: ReceivedPacket, place: Place): void {
    if (place !== 'everybody') this.#tcp.receive(packet);
  }

  #receiveIcmp6(packet: ReceivedPacket, place: Place): void {
    if (place === 'gateway' || place === 'everybody') this.#discovery.receive(packet);
    this.#echo.receive(packet);
  }
}
