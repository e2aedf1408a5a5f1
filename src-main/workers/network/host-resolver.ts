import { randomInt } from 'node:crypto';
import type { Endpoint } from '../../../src-core/network/host-network.ts';
import { askByTcp, askByUdp } from './dns-exchange.ts';
import { DnsServers } from './dns-servers.ts';
import { HostsFile } from './hosts-file.ts';

/** Questions that wait at once, of all guests together. */
const MOST_AT_ONCE = 256;
/** How long a server has; guests' own resolvers begin anew after five seconds. */
const TRY_MS = 2_000;
const ALL_TRIES_MS = 6_000;
const ROUNDS = 2;
const LONGEST_QUERY_BYTES = 65_535;
const HEADER_BYTES = 12;
const TRUNCATED = 0x02;
/** RCODEs after which the C library asks the next server too: SERVFAIL, NOTIMP, REFUSED. */
const ASK_ANOTHER = new Set([2, 4, 5]);

/** Asks the name servers of this computer, as its C library would. */
export class HostResolver {
  readonly #servers: (now: number) => readonly Endpoint[];
  readonly #hosts: Pick<HostsFile, 'answer'>;
  #waiting = 0;

  /** @param servers in the order in which they are asked. Left out: what this computer has */
  constructor(servers?: () => readonly Endpoint[], hosts: Pick<HostsFile, 'answer'> = new HostsFile()) {
    this.#hosts = hosts;
    const configured = new DnsServers();
    this.#servers = servers ?? ((now) => configured.get(now));
  }

  /** `HostNetwork.resolve`. The answer has the query's id. */
  async resolve(query: Uint8Array): Promise<Uint8Array | null> {
    if (query.length < HEADER_BYTES || query.length > LONGEST_QUERY_BYTES) return null;
    const known = this.#hosts.answer(query);
    if (known !== null) return known;
    if (this.#waiting >= MOST_AT_ONCE) return null;
    this.#waiting++;
    try {
      const answer = await this.#ask(query);
      answer?.set(query.subarray(0, 2));
      return answer;
    } finally {
      this.#waiting--;
    }
  }

  async #ask(query: Uint8Array): Promise<Uint8Array | null> {
    const end = performance.now() + ALL_TRIES_MS;
    const servers = this.#servers(performance.now());
    let refusal: Uint8Array | null = null;
    for (let round = 0; round < ROUNDS; round++) {
      for (const server of servers) {
        const timeoutMs = Math.min(TRY_MS, end - performance.now());
        if (timeoutMs <= 0) return refusal;
        const answer = await askOne(server, query, timeoutMs);
        if (answer === null) continue;
        if (!ASK_ANOTHER.has((answer[3] ?? 0) & 0x0f)) return answer;
        refusal = answer;
      }
      if (refusal !== null) break;
    }
    return refusal;
  }
}

/** Each try with an id of its own: half of what nobody else can guess, the port being the other half (RFC 5452). */
async function askOne(server: Endpoint, query: Uint8Array, timeoutMs: number): Promise<Uint8Array | null> {
  const mine = query.slice();
  const id = randomInt(0x1_0000);
  mine[0] = id >> 8;
  mine[1] = id & 0xff;
  const answer = await askByUdp(server, mine, timeoutMs);
  if (answer === null || ((answer[2] ?? 0) & TRUNCATED) === 0) return answer;
  return (await askByTcp(server, mine, timeoutMs)) ?? answer;
}
