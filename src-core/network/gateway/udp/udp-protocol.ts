import type { Disposable } from '../../../base/disposable.ts';
import type { Endpoint, HostNetwork, UdpEvents } from '../../host-network.ts';
import type { ForwardSpec } from '../../network-runner.ts';
import type { Address, GuestProtocol, ReachPolicy, TransportPacket } from '../guest-link.ts';
import { PROTOCOL } from '../../wire-format/ip.ts';
import type { IpLink, ReceivedPacket } from '../ip/ip-link.ts';
import { parseDatagram, sendDatagram, udpHeader } from './datagram.ts';
import { UdpExchange } from './udp-exchange.ts';
import { UdpExchanges } from './udp-exchanges.ts';
import { UdpForward } from './udp-forward.ts';
import type { GuestDatagram, ReplyTo, UdpReply, UdpService } from './udp-service.ts';

export interface UdpSituation {
  readonly host: HostNetwork;
  readonly link: IpLink;
  readonly policy: ReachPolicy;
  /** The gateway's addresses, IPv4 first. */
  readonly gateway: readonly [string, ...string[]];
  readonly services: readonly UdpService[];
}

/** UDP of a gateway (RFC 768): its own services, what guests send outside (RFC 4787), and what is forwarded to them. */
export class UdpProtocol implements GuestProtocol {
  readonly #situation: UdpSituation;
  readonly #services: ReadonlyMap<number, UdpService>;
  readonly #exchanges: UdpExchanges;
  readonly #forwards = new Set<UdpForward>();

  constructor(situation: UdpSituation) {
    this.#situation = situation;
    this.#services = new Map(situation.services.map((service) => [service.port, service]));
    this.#exchanges = new UdpExchanges(situation.host);
  }

  get flows(): number {
    return [...this.#forwards].reduce((sum, forward) => sum + forward.peers, this.#exchanges.size);
  }

  receive(packet: ReceivedPacket): void {
    const datagram = parseDatagram(packet);
    if (datagram === null) return;
    if (packet.toEverybody || this.#situation.gateway.includes(datagram.destination)) {
      const service = this.#services.get(datagram.destinationPort);
      if (service !== undefined) return service.receive(datagram, this.#replyTo(datagram));
    }
    if (packet.toEverybody || datagram.sourcePort === 0 || datagram.destinationPort === 0) return;
    if (this.#answersForward(datagram)) return;
    this.#sendOut(packet, datagram);
  }

  room(): void {
    // What found no room was lost: nothing waits.
  }

  /** Opens a port of this computer that leads to a guest. @throws AppError as `HostNetwork.bindUdp` */
  async forward(spec: ForwardSpec): Promise<Disposable> {
    const { host, link, gateway } = this.#situation;
    const forward = new UdpForward(host, link, gateway[0], spec);
    const events: UdpEvents = {
      received: (bytes, from) => forward.received(bytes, from),
      // Who sent from outside is gone: the guest was answered nothing, and is told nothing.
      refused: () => undefined,
    };
    forward.begin(await host.bindUdp({ address: spec.address, port: spec.port }, events));
    this.#forwards.add(forward);
    return {
      dispose: () => {
        this.#forwards.delete(forward);
        forward.dispose();
      },
    };
  }

  /** A guest is gone: who gets its address next hears nothing that was for it. */
  forget(guest: Address): void {
    this.#exchanges.forget(guest);
  }

  dispose(): void {
    this.#exchanges.dispose();
    for (const forward of this.#forwards) forward.dispose();
    this.#forwards.clear();
  }

  #replyTo({ source, sourcePort, sourceMac, destination, destinationPort }: GuestDatagram): UdpReply {
    const { link, gateway } = this.#situation;
    const own = gateway.find((address) => address.includes(':') === source.includes(':')) ?? gateway[0];
    const from = { address: gateway.includes(destination) ? destination : own, port: destinationPort };
    const asked: ReplyTo = { address: source, port: sourcePort, mac: sourceMac };
    return (data, to = asked) => void sendDatagram(link, from, to, data);
  }

  #answersForward({ source, sourcePort, destination, destinationPort, data }: GuestDatagram): boolean {
    if (!this.#situation.gateway.includes(destination)) return false;
    for (const forward of this.#forwards) {
      if (forward.isFrom(source, sourcePort) && forward.answer(destinationPort, data)) return true;
    }
    return false;
  }

  #sendOut(packet: TransportPacket, { source, sourcePort, destination, destinationPort, data }: GuestDatagram): void {
    const { policy, link, host, gateway } = this.#situation;
    const reach = policy.decide(destination);
    if (reach.kind === 'prohibited') {
      return link.unreachable(packet, gateway.includes(destination) ? 'port' : 'prohibited');
    }
    const family = reach.address.includes(':') ? 6 : 4;
    const exchange = this.#exchanges.find(source, sourcePort, family) ?? this.#open(source, sourcePort, family);
    exchange.sends(reach.address, { address: destination, port: destinationPort }, host.now());
    exchange.socket?.send(data.slice(), { address: reach.address, port: destinationPort });
  }

  #open(address: string, port: number, family: 4 | 6): UdpExchange {
    const { host } = this.#situation;
    const exchange = new UdpExchange({ address, port }, family, host.now());
    this.#exchanges.add(exchange);
    exchange.socket = host.openUdp(family, {
      received: (bytes, from) => this.#comeBack(exchange, bytes, from),
      refused: () => this.#refuse(exchange),
    });
    return exchange;
  }

  #comeBack(exchange: UdpExchange, bytes: Uint8Array, from: Endpoint): void {
    const known = exchange.hears(from.address, this.#situation.host.now());
    if (known === null || exchange.socket === null) return;
    sendDatagram(this.#situation.link, { address: known, port: from.port }, exchange.guest, bytes);
  }

  #refuse({ guest, last }: UdpExchange): void {
    if (last === null) return;
    const payload = udpHeader(guest.port, last.port, 0);
    const packet = { source: guest.address, destination: last.address, protocol: PROTOCOL.udp, payload };
    this.#situation.link.unreachable(packet, 'port');
  }
}
