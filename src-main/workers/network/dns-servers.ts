import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import type { Endpoint } from '../../../src-core/network/host-network.ts';

const DNS_PORT = 53;
/** The C library does not ask more of them either. */
const MOST_SERVERS = 3;
/** People change networks: what was read is good for so long. */
const FRESH_MS = 5_000;

/** The name servers that this computer is configured to ask, in their order. */
export class DnsServers {
  #servers: readonly Endpoint[] = [];
  #readAt = -Infinity;

  get(now: number): readonly Endpoint[] {
    if (now - this.#readAt < FRESH_MS) return this.#servers;
    this.#readAt = now;
    // A new resolver reads the system's configuration; the one that is always there did so when the app began.
    this.#servers = new Resolver().getServers().flatMap(endpointOf).slice(0, MOST_SERVERS);
    return this.#servers;
  }
}

/** As Node writes servers: "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353". */
export function endpointOf(text: string): Endpoint[] {
  const [, bracketed, plain, port] =
    /^(?:\[(.+)\]|([^[\]]+?))(?::(\d+))?$/.exec(isIP(text) === 6 ? `[${text}]` : text) ?? [];
  const address = bracketed ?? plain ?? '';
  return isIP(address) === 0 ? [] : [{ address, port: port === undefined ? DNS_PORT : Number(port) }];
}
