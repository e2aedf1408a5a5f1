import type { HostNetwork } from '../../host-network.ts';
import { formatAddress, formatMac, parseAddress, parseMac } from '../address-text.ts';
import type { GatewayAddresses } from '../gateway-addresses.ts';
import { UNSPECIFIED } from '../gateway-addresses.ts';
import type { Address } from '../guest-link.ts';
import { viewOf } from '../../wire-format/fields.ts';
import type { Neighbours } from './neighbours.ts';

/** RFC 826, for Ethernet and IPv4. */
const PACKET_BYTES = 28;
const OPERATION = { request: 1, reply: 2 } as const;
const KIND = 0x0001_0800;
const LENGTHS = 0x0604;
export const ETHER_TYPE_ARP = 0x0806;
const EVERYBODY = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
const NOBODY = new Uint8Array(6);
/** How often the gateway says again whose its address is, to a guest that claims it (RFC 5227 §2.4). */
export const DEFEND_INTERVAL_MS = 10_000;

export interface ArpSituation {
  readonly host: Pick<HostNetwork, 'now'>;
  readonly addresses: GatewayAddresses;
  readonly neighbours: Pick<Neighbours, 'learn'>;
  /** Puts one frame onto the switch; what finds no room is lost. */
  transmit(frame: Uint8Array): void;
}

/** Answers for the gateway, and learns who has which address. */
export class Arp {
  readonly #situation: ArpSituation;
  #defendedAt = -Infinity;

  constructor(situation: ArpSituation) {
    this.#situation = situation;
  }

  /** @param packet what follows the Ethernet header. @param sourceMac of the frame */
  receive(packet: Uint8Array, sourceMac: string): void {
    if (packet.length < PACKET_BYTES) return;
    const view = viewOf(packet);
    if (view.getUint32(0) !== KIND || view.getUint16(4) !== LENGTHS) return;
    // Who speaks for another card's MAC is not believed, whatever it says.
    if (formatMac(packet.subarray(8, 14)) !== sourceMac) return;
    const sender = packet.slice(14, 18);
    const target = formatAddress(packet.subarray(24, 28));
    if (!this.#hear(sender, sourceMac)) return;
    const { addresses } = this.#situation;
    if (view.getUint16(6) !== OPERATION.request || target !== addresses.v4) return;
    this.#send(OPERATION.reply, packet.slice(8, 14), packet.slice(8, 14), sender);
  }

  /** Asks everybody, or one card, who has the address. */
  ask(address: Address, mac: string | null): void {
    const target = parseAddress(address);
    if (target?.length !== 4) return;
    this.#send(OPERATION.request, mac === null ? EVERYBODY : (parseMac(mac) ?? EVERYBODY), NOBODY, target);
  }

  /** Tells everybody the gateway's address, unasked (RFC 5227 §2.3). */
  announce(): void {
    const own = parseAddress(this.#situation.addresses.v4);
    if (own !== null) this.#send(OPERATION.request, EVERYBODY, NOBODY, own);
  }

  /** @returns whether the sender is to be answered */
  #hear(sender: Uint8Array, mac: string): boolean {
    const { addresses, neighbours } = this.#situation;
    const address = formatAddress(sender);
    if (addresses.isOwn(address)) this.#defend();
    // RFC 5227 §2.1.1: a probe comes from nobody, and is answered where it asks for what is taken.
    if (address === UNSPECIFIED) return true;
    return addresses.isGuests(sender) && neighbours.learn(address, mac);
  }

  #defend(): void {
    const now = this.#situation.host.now();
    if (now - this.#defendedAt < DEFEND_INTERVAL_MS) return;
    this.#defendedAt = now;
    this.announce();
  }

  #send(operation: number, to: Uint8Array, targetMac: Uint8Array, target: Uint8Array): void {
    const { addresses, transmit } = this.#situation;
    const frame = new Uint8Array(14 + PACKET_BYTES);
    const view = viewOf(frame);
    frame.set(to, 0);
    frame.set(addresses.macBytes, 6);
    view.setUint16(12, ETHER_TYPE_ARP);
    view.setUint32(14, KIND);
    view.setUint16(18, LENGTHS);
    view.setUint16(20, operation);
    frame.set(addresses.macBytes, 22);
    frame.set(parseAddress(addresses.v4) ?? NOBODY.subarray(0, 4), 28);
    frame.set(targetMac, 32);
    frame.set(target, 38);
    transmit(frame);
  }
}
