import type { Endpoint, HostUdp } from '../../host-network.ts';
import { LeastRecent } from '../least-recent.ts';

/** RFC 4787 REQ-5: two minutes without traffic at the least. */
export const EXCHANGE_IDLE_MS = 120_000;
/** Of an endpoint that asks name servers only: REQ-5 a allows well-known ports to be short. */
export const NAME_EXCHANGE_IDLE_MS = 15_000;
/** Addresses that one endpoint is heard from; the one that was least recently sent to gives way. */
export const MOST_PEERS = 256;
const DNS_PORT = 53;

/**
 * What one endpoint of a guest does outside: one socket of this computer for all whom it talks to (endpoint-independent
 * mapping, RFC 4787 REQ-1), heard from by the addresses that it has sent to (address-dependent filtering, REQ-8).
 */
export class UdpExchange {
  readonly guest: Endpoint;
  readonly family: 4 | 6;
  usedAt: number;
  socket: HostUdp | null = null;
  /** What was sent last, and where to: if nobody listens there, the guest is told. */
  last: Endpoint | null = null;
  #onlyNames = true;
  /** By the address here, the one that the guest knows: the gateway's for this computer's loopback. */
  readonly #peers = new LeastRecent<string>();

  constructor(guest: Endpoint, family: 4 | 6, now: number) {
    this.guest = guest;
    this.family = family;
    this.usedAt = now;
  }

  /** @param known the address by which the guest knows `peer` */
  sends(peer: string, known: Endpoint, now: number): void {
    this.usedAt = now;
    this.last = known;
    if (known.port !== DNS_PORT) this.#onlyNames = false;
    const eldest = this.#peers.leastRecent;
    if (eldest !== undefined && this.#peers.size >= MOST_PEERS && !this.#peers.has(peer)) this.#peers.delete(eldest[0]);
    this.#peers.set(peer, known.address);
  }

  /** @returns the address by which the guest knows who sent this; null when it never sent there */
  hears(peer: string, now: number): string | null {
    const known = this.#peers.get(peer) ?? null;
    if (known !== null) this.usedAt = now;
    return known;
  }

  isIdle(now: number): boolean {
    return now - this.usedAt >= (this.#onlyNames ? NAME_EXCHANGE_IDLE_MS : EXCHANGE_IDLE_MS);
  }
}
