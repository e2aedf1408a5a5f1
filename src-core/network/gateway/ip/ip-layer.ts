import type { Offload } from '../../../host/frame-port.ts';
import type { HostNetwork } from '../../host-network.ts';
import { parseAddress, parseMac } from '../address-text.ts';
import { isGroup, LIMITED_BROADCAST, macOfGroup, type GatewayAddresses, type Place } from '../gateway-addresses.ts';
import type { Address, TransportPacket, Unreachable } from '../guest-link.ts';
import type { Neighbours } from '../neighbours/neighbours.ts';
import { IcmpErrors } from './icmp-errors.ts';
import { IPV4_HEADER_BYTES, IPV6_HEADER_BYTES } from '../../wire-format/ip.ts';
import { IpInput } from './ip-input.ts';
import type { DirectedPacket, IpLink, ReceivedPacket } from './ip-link.ts';
import { IpOutput, MTU } from './ip-output.ts';

const EVERYBODY = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
/** TCP may have this much before its data (RFC 9293 §3.1). */
const LONGEST_TCP_HEADER_BYTES = 60;
const LONGEST_PACKET_BYTES = 65_535;
/** Guests that wait to be told of room; every one of them was refused a packet that somebody keeps. */
const MOST_REFUSED = 4096;

export interface IpSituation {
  readonly host: Pick<HostNetwork, 'now' | 'after'>;
  readonly addresses: GatewayAddresses;
  readonly neighbours: Neighbours;
  /** Puts one frame onto the switch. @returns false when there is no room */
  transmit(pieces: readonly Uint8Array[], offload: Offload): boolean;
  /** Whether the card with this MAC takes TCP that it has to cut itself. */
  canCut(mac: string, family: 4 | 6): boolean;
  /** A packet of a guest, whole and sound. @returns false when nobody here speaks its protocol */
  deliver(packet: ReceivedPacket, place: Place): boolean;
}

/** IP between a network's guests and the protocols of its gateway. */
export class IpLayer implements IpLink {
  readonly mtu = MTU;
  readonly #situation: IpSituation;
  readonly #input: IpInput;
  readonly #output: IpOutput;
  readonly #errors: IcmpErrors;
  readonly #refused = new Set<Address>();

  constructor(situation: IpSituation) {
    const { host, addresses, neighbours } = situation;
    this.#situation = situation;
    this.#output = new IpOutput({ mac: addresses.macBytes, transmit: situation.transmit });
    this.#errors = new IcmpErrors({ host, addresses, send: (packet) => this.send(packet) });
    this.#input = new IpInput({
      host,
      addresses,
      mayHave: (address, mac) => neighbours.mayHave(address, mac),
      deliver: (packet, place) => this.#deliver(packet, place),
      expired: (packet) => this.#errors.answer(packet, 'expired'),
      beyondScope: (packet) => this.#errors.answer(packet, 'beyond-scope'),
    });
  }

  receive(version: 4 | 6, packet: Uint8Array, sourceMac: string, offload: Offload): void {
    this.#input.receive(version, packet, sourceMac, offload);
  }

  isGuest(address: Address): boolean {
    const bytes = parseAddress(address);
    return bytes !== null && this.#situation.addresses.isGuests(bytes) && this.#situation.neighbours.knows(address);
  }

  mostPayload(destination: Address): number {
    const family = destination.includes(':') ? 6 : 4;
    const ipBytes = family === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
    const mac = this.#situation.neighbours.find(destination);
    const canCut = mac !== null && this.#situation.canCut(mac, family);
    return (canCut ? LONGEST_PACKET_BYTES : MTU) - ipBytes - LONGEST_TCP_HEADER_BYTES;
  }

  send(packet: DirectedPacket): boolean {
    const mac = this.#macOf(packet);
    if (mac !== null) return this.#transmit(packet, mac);
    const { header, data } = packet;
    const kept = { ...packet, header: header.slice(), data: data.map((piece) => piece.slice()) };
    this.#situation.neighbours.seek(packet.destination, (found) => {
      const bytes = parseMac(found);
      if (bytes !== null) this.#output.send(kept, bytes);
    });
    return true;
  }

  unreachable(packet: TransportPacket, reason: Unreachable): void {
    this.#errors.answer(packet, reason);
  }

  /** The guests that were refused packets since the last time: there may be room now. */
  takeRefused(): readonly Address[] {
    const refused = [...this.#refused];
    this.#refused.clear();
    return refused;
  }

  /** Bytes of fragments that wait for others. */
  get waitingBytes(): number {
    return this.#input.waitingBytes;
  }

  dispose(): void {
    this.#input.dispose();
    this.#refused.clear();
  }

  #deliver(packet: ReceivedPacket, place: Place): void {
    if (!this.#situation.deliver(packet, place)) this.#errors.answer(packet, 'protocol');
  }

  #transmit(packet: DirectedPacket, mac: Uint8Array): boolean {
    if (this.#output.send(packet, mac)) return true;
    if (this.#refused.size < MOST_REFUSED) this.#refused.add(packet.destination);
    return false;
  }

  #macOf({ mac, destination }: DirectedPacket): Uint8Array | null {
    if (destination === LIMITED_BROADCAST || destination === this.#situation.addresses.broadcast) return EVERYBODY;
    if (mac !== undefined) return parseMac(mac);
    const bytes = parseAddress(destination);
    if (bytes !== null && isGroup(bytes)) return macOfGroup(bytes);
    const found = this.#situation.neighbours.find(destination);
    return found === null ? null : parseMac(found);
  }
}
