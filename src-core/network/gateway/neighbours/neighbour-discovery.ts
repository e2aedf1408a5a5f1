import type { HostNetwork } from '../../host-network.ts';
import { formatAddress, formatMac, parseAddress } from '../address-text.ts';
import { ALL_NODES, isGroup, UNSPECIFIED6, type GatewayAddresses } from '../gateway-addresses.ts';
import type { Address } from '../guest-link.ts';
import { PROTOCOL } from '../../wire-format/ip.ts';
import type { IpLink, ReceivedPacket } from '../ip/ip-link.ts';
import { ADVERTISES, NDP, NDP_HOP_LIMIT, neighbourMessage, parseNdp, type NdpMessage } from './ndp-message.ts';
import type { Neighbours } from './neighbours.ts';

export interface DiscoverySituation {
  readonly host: Pick<HostNetwork, 'now'>;
  readonly addresses: GatewayAddresses;
  readonly neighbours: Pick<Neighbours, 'learn' | 'knows'>;
  readonly link: IpLink;
  /** Somebody looks for routers: null when it has no address yet. */
  solicited(by: Address | null): void;
}

/** Neighbour discovery (RFC 4861): answers for the gateway, and learns who has which address. */
export class NeighbourDiscovery {
  readonly #situation: DiscoverySituation;

  constructor(situation: DiscoverySituation) {
    this.#situation = situation;
  }

  receive(packet: ReceivedPacket): void {
    const message = parseNdp(packet.payload, packet.hopLimit);
    if (message === null) return;
    if (message.mac !== null && formatMac(message.mac) !== packet.sourceMac) return;
    if (message.type === NDP.routerSolicitation) return this.#routerWanted(packet, message);
    if (message.target === null || isGroup(message.target)) return;
    if (message.type === NDP.solicitation) this.#solicited(packet, message.target);
    else this.#learn(message.target, packet.sourceMac);
  }

  /** Asks everybody who could have it, or one card. */
  ask(address: Address, mac: string | null): void {
    const target = parseAddress(address);
    if (target?.length !== 16) return;
    const { addresses } = this.#situation;
    const group = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...target.subarray(13));
    const message = neighbourMessage(NDP.solicitation, 0, target, addresses.macBytes);
    this.#send(addresses.facing(address), mac === null ? formatAddress(group) : address, message, mac ?? undefined);
  }

  #routerWanted({ source, sourceMac }: ReceivedPacket, { mac }: NdpMessage): void {
    // RFC 4861 §6.1.1: who has no address tells no MAC either.
    if (source === UNSPECIFIED6) return mac === null ? this.#situation.solicited(null) : undefined;
    this.#learn(parseAddress(source), sourceMac);
    this.#situation.solicited(source);
  }

  #solicited({ source, sourceMac }: ReceivedPacket, target: Uint8Array): void {
    const { addresses, neighbours } = this.#situation;
    const wanted = formatAddress(target);
    const isProbe = source === UNSPECIFIED6;
    if (!isProbe) this.#learn(parseAddress(source), sourceMac);
    if (addresses.isOwn(wanted)) return this.#advertise(wanted, target, isProbe ? null : source, sourceMac);
    // RFC 4862 §5.4: it is about to use it, unless somebody else already does.
    if (isProbe && !neighbours.knows(wanted)) this.#learn(target, sourceMac);
  }

  #advertise(own: Address, target: Uint8Array, to: Address | null, mac: string): void {
    const flags = ADVERTISES.router | ADVERTISES.override | (to === null ? 0 : ADVERTISES.solicited);
    const message = neighbourMessage(NDP.advertisement, flags, target, this.#situation.addresses.macBytes);
    this.#send(own, to ?? ALL_NODES, message, to === null ? undefined : mac);
  }

  #learn(bytes: Uint8Array | null, mac: string): void {
    const { addresses, neighbours } = this.#situation;
    if (bytes !== null && addresses.isGuests(bytes)) neighbours.learn(formatAddress(bytes), mac);
  }

  #send(source: Address, destination: Address, header: Uint8Array, mac?: string): void {
    const packet = { source, destination, protocol: PROTOCOL.icmp6, header, data: [], segmentBytes: 0 };
    this.#situation.link.send({ ...packet, hopLimit: NDP_HOP_LIMIT, ...(mac === undefined ? {} : { mac }) });
  }
}
