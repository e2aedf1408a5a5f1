import { randomFillSync } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { HostNetwork } from '../../../src-core/network/host-network.ts';
import { withoutScope } from './address-text.ts';
import { Echoes } from './echo.ts';
import { HostResolver } from './host-resolver.ts';
import { connectTcp, listenTcp } from './tcp.ts';
import { bindUdp, openUdp } from './udp.ts';

/** Asked for with every connection of a guest; interfaces come and go more slowly. */
const ADDRESSES_FRESH_MS = 1_000;
/** The longest that Node's timers can be set to. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * This computer's network, by Node: ordinary sockets, no privilege.
 * @param report is told what a person should know, in a sentence, once
 */
export function nodeHostNetwork(report: (because: string) => void): HostNetwork {
  const echoes = new Echoes(report);
  const resolver = new HostResolver();
  let addresses: readonly string[] = [];
  let addressesReadAt = -Infinity;
  return {
    now: () => performance.now(),
    after(milliseconds, then) {
      const timer = setTimeout(then, Math.min(Math.max(milliseconds, 0), LONGEST_TIMER_MS));
      return { dispose: () => clearTimeout(timer) };
    },
    random: (into) => void randomFillSync(into),
    ownAddresses() {
      if (performance.now() - addressesReadAt < ADDRESSES_FRESH_MS) return addresses;
      addressesReadAt = performance.now();
      addresses = Object.values(networkInterfaces()).flatMap((own) =>
        (own ?? []).map((one) => withoutScope(one.address)),
      );
      return addresses;
    },
    connectTcp,
    listenTcp,
    openUdp,
    bindUdp,
    echo: (to, payloadBytes, timeoutMs) => echoes.echo(to, payloadBytes, timeoutMs),
    resolve: (query) => resolver.resolve(query),
  };
}
