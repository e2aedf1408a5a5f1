import type { Disposable } from '../../../base/disposable.ts';
import type { HostNetwork } from '../../host-network.ts';
import { endpointKey } from './datagram.ts';
import { LeastRecent } from '../least-recent.ts';
import type { UdpExchange } from './udp-exchange.ts';

/** Sockets that one guest may have; its least recently used one gives way. */
export const MOST_EXCHANGES_OF_A_GUEST = 256;
/** And a whole network. Sockets are files of this computer, which often gives a program 1,024. */
export const MOST_EXCHANGES = 512;
const SWEEP_MS = 5_000;

/** All exchanges of a network: bounded, and ended when they are idle. */
export class UdpExchanges {
  readonly #host: Pick<HostNetwork, 'now' | 'after'>;
  readonly #all = new LeastRecent<UdpExchange>();
  readonly #ofGuests = new Map<string, LeastRecent<UdpExchange>>();
  #sweep: Disposable | null = null;

  constructor(host: Pick<HostNetwork, 'now' | 'after'>) {
    this.#host = host;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Uses it: an exchange in use is the last to give way. */
  find(address: string, port: number, family: 4 | 6): UdpExchange | undefined {
    const key = keyFor(address, port, family);
    this.#ofGuests.get(address)?.get(key);
    return this.#all.get(key);
  }

  /** Adds one; what there is no more room for ends. */
  add(exchange: UdpExchange): void {
    const { address, port } = exchange.guest;
    const ofGuest = this.#ofGuests.get(address) ?? new LeastRecent<UdpExchange>();
    this.#end(ofGuest.size >= MOST_EXCHANGES_OF_A_GUEST ? ofGuest.leastRecent?.[1] : undefined);
    this.#end(this.#all.size >= MOST_EXCHANGES ? this.#all.leastRecent?.[1] : undefined);
    const key = keyFor(address, port, exchange.family);
    ofGuest.set(key, exchange);
    this.#ofGuests.set(address, ofGuest);
    this.#all.set(key, exchange);
    this.#sweep ??= this.#host.after(SWEEP_MS, () => this.#sweepIdle());
  }

  /** Ends those of one guest. */
  forget(address: string): void {
    for (const exchange of [...(this.#ofGuests.get(address)?.values() ?? [])]) this.#end(exchange);
  }

  dispose(): void {
    this.#sweep?.dispose();
    this.#sweep = null;
    for (const exchange of [...this.#all.values()]) this.#end(exchange);
  }

  #sweepIdle(): void {
    const now = this.#host.now();
    for (const exchange of [...this.#all.values()]) if (exchange.isIdle(now)) this.#end(exchange);
    this.#sweep = this.#all.size > 0 ? this.#host.after(SWEEP_MS, () => this.#sweepIdle()) : null;
  }

  #end(exchange: UdpExchange | undefined): void {
    if (exchange === undefined) return;
    const { address, port } = exchange.guest;
    const key = keyFor(address, port, exchange.family);
    const ofGuest = this.#ofGuests.get(address);
    ofGuest?.delete(key);
    if (ofGuest?.size === 0) this.#ofGuests.delete(address);
    this.#all.delete(key);
    exchange.socket?.dispose();
    exchange.socket = null;
  }
}

function keyFor(address: string, port: number, family: 4 | 6): string {
  return `${endpointKey(address, port)} ${family}`;
}
