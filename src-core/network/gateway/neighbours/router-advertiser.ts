import type { Disposable } from '../../../base/disposable.ts';
import type { HostNetwork } from '../../host-network.ts';
import { parseAddress } from '../address-text.ts';
import { ALL_NODES, type GatewayAddresses } from '../gateway-addresses.ts';
import type { Address } from '../guest-link.ts';
import { PROTOCOL } from '../../wire-format/ip.ts';
import type { IpLink } from '../ip/ip-link.ts';
import { liesIn, prefixOf } from '../prefix.ts';
import { NDP_HOP_LIMIT, routerAdvertisement } from './ndp-message.ts';

/** RFC 4861 §6.2.1: between unasked advertisements, at most; and how long they hold. */
export const ADVERTISEMENT_INTERVAL_MS = 200_000;
export const ROUTER_SECONDS = 1_800;
const PREFIX_SECONDS = { valid: 86_400, preferred: 14_400 };
/** Between two advertisements to everybody, at least (§10 MIN_DELAY_BETWEEN_RAS); and of answers to single guests. */
export const LEAST_INTERVAL_MS = 3_000;
export const MOST_ANSWERS_PER_INTERVAL = 64;
/** What guests append to names without a dot: NAME.inn. */
const SEARCH_DOMAIN = 'inn';
const GLOBAL_UNICAST = prefixOf('2000::/3');

export interface AdvertiserSituation {
  readonly host: Pick<HostNetwork, 'now' | 'after' | 'ownAddresses'>;
  readonly addresses: GatewayAddresses;
  readonly link: IpLink;
  /** No way out. */
  readonly internal: boolean;
}

/**
 * Tells guests the network's prefix, name server and router (RFC 4861 §6.2). It says that it is a router only while this
 * computer has a global IPv6 address: without one there is certainly no way out, and guests would wait for it in vain.
 */
export class RouterAdvertiser {
  readonly #situation: AdvertiserSituation;
  #timer: Disposable | null = null;
  #toEverybodyAt = -Infinity;
  #intervalFrom = -Infinity;
  #answers = 0;

  constructor(situation: AdvertiserSituation) {
    this.#situation = situation;
  }

  /** From now on at regular intervals, for as long as there are guests to hear it. */
  begin(): void {
    this.#timer ??= this.#situation.host.after(ADVERTISEMENT_INTERVAL_MS, () => {
      this.#timer = null;
      this.#toEverybody();
      this.begin();
    });
  }

  end(): void {
    this.#timer?.dispose();
    this.#timer = null;
  }

  /** A guest asks. @param by null when it has no address yet */
  solicited(by: Address | null): void {
    const now = this.#situation.host.now();
    if (now - this.#intervalFrom >= LEAST_INTERVAL_MS) {
      this.#intervalFrom = now;
      this.#answers = 0;
    }
    if (this.#answers >= MOST_ANSWERS_PER_INTERVAL) return;
    this.#answers += 1;
    if (by !== null) this.#send(by);
    else if (now - this.#toEverybodyAt >= LEAST_INTERVAL_MS) this.#toEverybody();
  }

  #toEverybody(): void {
    this.#toEverybodyAt = this.#situation.host.now();
    this.#send(ALL_NODES);
  }

  #send(destination: Address): void {
    const { addresses, link } = this.#situation;
    const header = routerAdvertisement({
      mac: addresses.macBytes,
      routerSeconds: this.#hasWayOut() ? ROUTER_SECONDS : 0,
      mtu: link.mtu,
      prefix: addresses.subnet6.bytes,
      prefixSeconds: PREFIX_SECONDS,
      nameServer: parseAddress(addresses.v6) ?? addresses.subnet6.bytes,
      nameServerSeconds: ROUTER_SECONDS,
      searchDomain: SEARCH_DOMAIN,
    });
    const packet = { source: addresses.linkLocal, destination, protocol: PROTOCOL.icmp6, header, data: [] };
    link.send({ ...packet, segmentBytes: 0, hopLimit: NDP_HOP_LIMIT });
  }

  #hasWayOut(): boolean {
    if (this.#situation.internal) return false;
    return this.#situation.host.ownAddresses().some((address) => {
      const bytes = parseAddress(address);
      return bytes !== null && liesIn(bytes, GLOBAL_UNICAST);
    });
  }
}
