import type { HostNetwork } from '../../host-network.ts';
import { formatAddress, parseAddress } from '../address-text.ts';
import type { GuestCards } from '../guest-cards.ts';
import type { Address } from '../guest-link.ts';
import { liesIn, prefixOf } from '../prefix.ts';
import type { GuestDatagram, UdpReply, UdpService } from '../udp/udp-service.ts';
import { AddressPool, POOL_LEASE_SECONDS } from './address-pool.ts';
import { CLIENT_PORT, decodeRequest, DHCP_TYPE, encodeReply, SERVER_PORT, type DhcpRequest } from './message.ts';
import { ascii, leaseTimes, OPTION, parametersFor, requestedOf, type NetworkParameters } from './options.ts';

/** A card keeps its address for as long as it is on its network: renewals only find out whether it still is. */
export const CARD_LEASE_SECONDS = 86_400;
const NOBODY = '0.0.0.0';
const EVERYBODY = '255.255.255.255';
/** RFC 8415 §11.1: a DUID of 130 bytes, with type and IAID before it. */
const LONGEST_CLIENT_ID_BYTES = 135;

export interface DhcpSituation extends NetworkParameters {
  readonly host: Pick<HostNetwork, 'now'>;
  readonly cards: GuestCards;
  /** Whether another card than that with this MAC was seen to use the address. */
  isUsed(address: Address, mac: string): boolean;
}

/**
 * Gives addresses to guests (RFC 2131): to a card the one that the network has for it, known by its MAC alone, because
 * machines that were cloned have the same client identifier; to others behind a card one of a pool.
 */
export class DhcpServer implements UdpService {
  readonly port = SERVER_PORT;
  readonly #situation: DhcpSituation;
  readonly #pool: AddressPool;

  constructor(situation: DhcpSituation) {
    this.#situation = situation;
    const { cards, host, subnet } = situation;
    this.#pool = new AddressPool({
      subnet,
      now: () => host.now(),
      isTaken: (address, mac) => cards.withAddress(address) !== null || situation.isUsed(address, mac),
    });
  }

  receive({ data }: GuestDatagram, reply: UdpReply): void {
    const request = decodeRequest(data);
    // A relay would ask for a subnet that is not ours.
    if (request === null || request.giaddr !== NOBODY) return;
    if ((request.options.get(OPTION.clientId)?.length ?? 0) > LONGEST_CLIENT_ID_BYTES) return;
    switch (request.type) {
      case DHCP_TYPE.discover:
        return this.#discover(request, reply);
      case DHCP_TYPE.request:
        return this.#request(request, reply);
      case DHCP_TYPE.decline:
        return this.#pool.decline(clientOf(request), requestedAddress(request) ?? NOBODY);
      case DHCP_TYPE.release:
        return this.#pool.release(clientOf(request), request.ciaddr);
      case DHCP_TYPE.inform:
        return this.#inform(request, reply);
    }
  }

  /** RFC 2131 §4.3.1. */
  #discover(request: DhcpRequest, reply: UdpReply): void {
    const card = this.#situation.cards.withMac(request.mac);
    const address =
      card === null
        ? this.#pool.offer(clientOf(request), request.mac, requestedAddress(request))
        : this.#pool.isHeld(card.address, '')
          ? null
          : card.address;
    if (address !== null) this.#give(DHCP_TYPE.offer, request, address, reply);
  }

  /** §4.3.2: after an offer, after a restart (both name the address that is wanted), or to have it for longer. */
  #request(request: DhcpRequest, reply: UdpReply): void {
    const { gateway } = this.#situation;
    const server = request.options.get(OPTION.serverId);
    if (server !== undefined && textOf(server) !== gateway) return;
    const wanted = requestedAddress(request) ?? request.ciaddr;
    if (wanted === NOBODY) return;
    if (this.#mayHave(request, wanted)) this.#give(DHCP_TYPE.ack, request, wanted, reply);
    else this.#refuse(request, reply);
  }

  #mayHave(request: DhcpRequest, wanted: Address): boolean {
    const card = this.#situation.cards.withMac(request.mac);
    if (card === null) return this.#pool.bind(clientOf(request), request.mac, wanted);
    return card.address === wanted && !this.#pool.isHeld(wanted, '');
  }

  /** §4.3.5: it has an address, and wants to know the rest. */
  #inform(request: DhcpRequest, reply: UdpReply): void {
    const { subnet } = this.#situation;
    const bytes = parseAddress(request.ciaddr);
    if (bytes === null || !liesIn(bytes, prefixOf(`${subnet.address}/${subnet.length}`))) return;
    const options = [...this.#identity(request), ...this.#parameters(request)];
    reply(encodeReply({ to: request, type: DHCP_TYPE.ack, yiaddr: NOBODY, options }), {
      address: request.ciaddr,
      port: CLIENT_PORT,
      mac: request.mac,
    });
  }

  #give(type: number, request: DhcpRequest, yiaddr: Address, reply: UdpReply): void {
    const isCard = this.#situation.cards.withMac(request.mac) !== null;
    const options = [
      ...this.#identity(request),
      ...leaseTimes(isCard ? CARD_LEASE_SECONDS : POOL_LEASE_SECONDS),
      ...this.#parameters(request),
    ];
    // §4.1: where it can be reached, by what it says of itself.
    const address = request.ciaddr === NOBODY && request.wantsBroadcast ? EVERYBODY : yiaddr;
    const to = { address, port: CLIENT_PORT, ...(address === EVERYBODY ? {} : { mac: request.mac }) };
    reply(encodeReply({ to: request, type, yiaddr, options }), to);
  }

  /** To everybody: it may believe that it has an address on another network. */
  #refuse(request: DhcpRequest, reply: UdpReply): void {
    const because = [OPTION.message, ascii('this address is not yours on this network')] as const;
    const options = [...this.#identity(request), because];
    const message = encodeReply({ to: request, type: DHCP_TYPE.nak, yiaddr: NOBODY, options });
    reply(message, { address: EVERYBODY, port: CLIENT_PORT });
  }

  /** Who answers, and whom (RFC 6842). */
  #identity(request: DhcpRequest): (readonly [number, Uint8Array])[] {
    const client = request.options.get(OPTION.clientId);
    const server = parseAddress(this.#situation.gateway) ?? new Uint8Array(4);
    return [[OPTION.serverId, server], ...(client === undefined ? [] : [[OPTION.clientId, client] as const])];
  }

  #parameters(request: DhcpRequest): (readonly [number, Uint8Array])[] {
    const card = this.#situation.cards.withMac(request.mac);
    const parameters = parametersFor(this.#situation, card?.name ?? null);
    return requestedOf(parameters, request.options.get(OPTION.parameterList));
  }
}

/** Of those behind a card several may share a MAC, and others a client identifier: both together tell them apart. */
function clientOf({ mac, options }: DhcpRequest): string {
  return `${mac} ${[...(options.get(OPTION.clientId) ?? [])].join('.')}`;
}

function requestedAddress({ options }: DhcpRequest): Address | null {
  const bytes = options.get(OPTION.requestedAddress);
  return bytes === undefined ? null : textOf(bytes);
}

function textOf(bytes: Uint8Array): Address | null {
  return bytes.length === 4 ? formatAddress(bytes) : null;
}
