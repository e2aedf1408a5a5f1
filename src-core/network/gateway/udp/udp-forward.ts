import type { Disposable } from '../../../base/disposable.ts';
import type { Endpoint, HostNetwork, HostUdp } from '../../host-network.ts';
import type { ForwardSpec } from '../../network-runner.ts';
import type { IpLink } from '../ip/ip-link.ts';
import { endpointKey, sendDatagram } from './datagram.ts';
import { LeastRecent } from '../least-recent.ts';
import { EXCHANGE_IDLE_MS } from './udp-exchange.ts';

/** Outside peers of one forward at a time; the least recently heard one gives way. Each has a port at the gateway. */
export const MOST_FORWARD_PEERS = 1024;
const FIRST_PEER_PORT = 49_152;

interface Peer {
  readonly outside: Endpoint;
  readonly port: number;
  usedAt: number;
}

/**
 * A UDP port of this computer that leads to a guest. The guest sees the gateway as the source, with a port of its own
 * for each outside peer, so that its answers find back.
 */
export class UdpForward implements Disposable {
  readonly #host: Pick<HostNetwork, 'now'>;
  readonly #link: IpLink;
  readonly #gateway: string;
  readonly #guest: Endpoint;
  #socket: HostUdp | null = null;
  readonly #peers = new LeastRecent<Peer>();
  readonly #byPort = new Map<number, Peer>();
  #nextPort = FIRST_PEER_PORT;

  constructor(host: Pick<HostNetwork, 'now'>, link: IpLink, gateway: string, spec: ForwardSpec) {
    this.#host = host;
    this.#link = link;
    this.#gateway = gateway;
    this.#guest = { address: spec.guestAddress, port: spec.guestPort };
  }

  /** What comes in at this port of this computer is for `received`. */
  begin(socket: HostUdp): void {
    this.#socket = socket;
  }

  get peers(): number {
    return this.#peers.size;
  }

  /** Whether this is what the guest answers with. */
  isFrom(address: string, port: number): boolean {
    return address === this.#guest.address && port === this.#guest.port;
  }

  /** From outside. */
  received(bytes: Uint8Array, from: Endpoint): void {
    const key = endpointKey(from.address, from.port);
    const peer = this.#peers.get(key) ?? this.#meet(key, from);
    peer.usedAt = this.#host.now();
    sendDatagram(this.#link, { address: this.#gateway, port: peer.port }, this.#guest, bytes);
  }

  /** The guest answers one of the gateway's ports. @returns whether that was one of an outside peer */
  answer(gatewayPort: number, data: Uint8Array): boolean {
    const peer = this.#byPort.get(gatewayPort);
    if (peer === undefined || this.#socket === null) return false;
    peer.usedAt = this.#host.now();
    this.#socket.send(data.slice(), peer.outside);
    return true;
  }

  dispose(): void {
    this.#socket?.dispose();
    this.#socket = null;
    this.#peers.clear();
    this.#byPort.clear();
  }

  #meet(key: string, outside: Endpoint): Peer {
    this.#forgetIdle();
    const eldest = this.#peers.leastRecent;
    if (eldest !== undefined && this.#peers.size >= MOST_FORWARD_PEERS) this.#forget(...eldest);
    while (this.#byPort.has(this.#nextPort)) this.#advance();
    const peer = { outside, port: this.#nextPort, usedAt: this.#host.now() };
    // A port is not used again at once: a late answer to who had it would reach another.
    this.#advance();
    this.#peers.set(key, peer);
    this.#byPort.set(peer.port, peer);
    return peer;
  }

  #advance(): void {
    this.#nextPort = this.#nextPort === 65_535 ? FIRST_PEER_PORT : this.#nextPort + 1;
  }

  #forgetIdle(): void {
    const now = this.#host.now();
    for (let eldest = this.#peers.leastRecent; eldest !== undefined; eldest = this.#peers.leastRecent) {
      if (now - eldest[1].usedAt < EXCHANGE_IDLE_MS) return;
      this.#forget(...eldest);
    }
  }

  #forget(key: string, peer: Peer): void {
    this.#peers.delete(key);
    this.#byPort.delete(peer.port);
  }
}
