import type { Disposable } from '../../../base/disposable.ts';
import type { HostNetwork } from '../../host-network.ts';
import type { Address } from '../guest-link.ts';
import { LeastRecent } from '../least-recent.ts';

/** Addresses of one card: an IPv4 address, and of IPv6 a link-local, a stable and some temporary ones (RFC 8981). */
export const MOST_ADDRESSES_OF_A_CARD = 32;
export const MOST_NEIGHBOURS = 2048;
/** Addresses that are looked for at the same time, and packets that wait for each. */
export const MOST_SEARCHES = 64;
export const MOST_WAITING_PACKETS = 4;
/** Times that somebody is asked for, and how long apart (RFC 4861 §10). */
const MOST_PROBES = 3;
const PROBE_MS = 1_000;
/** An address that was not heard from for so long is asked for again while it is used. */
export const REACHABLE_MS = 60_000;

export interface NeighbourSituation {
  readonly host: Pick<HostNetwork, 'now' | 'after'>;
  /** MAC of the card that the network gave this address, if it gave it to one. */
  assignedTo(address: Address): string | null;
  /** Asks for the address: everybody, or only who is believed to have it. */
  probe(address: Address, mac: string | null): void;
}

interface Neighbour {
  readonly mac: string;
  confirmedAt: number;
}

interface Search {
  probes: number;
  readonly believed: string | null;
  readonly timer: { current: Disposable | null };
  readonly waiting: ((mac: string) => void)[];
}

/**
 * Which card has which address: what the network gave, and what was learned of ARP and neighbour discovery. An address
 * that was given to a card is that card's, whatever others say.
 */
export class Neighbours {
  readonly #situation: NeighbourSituation;
  readonly #learned = new LeastRecent<Neighbour>();
  /** Of each MAC, what was learned first comes first. */
  readonly #ofCards = new Map<string, Set<Address>>();
  readonly #searches = new Map<Address, Search>();

  constructor(situation: NeighbourSituation) {
    this.#situation = situation;
  }

  /** Whether a card with this MAC may say that it has the address. */
  mayHave(address: Address, mac: string): boolean {
    const assigned = this.#situation.assignedTo(address);
    return assigned === null || assigned === mac;
  }

  /** A card says that it has the address. @returns false when it is another's */
  learn(address: Address, mac: string): boolean {
    if (!this.mayHave(address, mac)) return false;
    if (this.#learned.peek(address)?.mac !== mac) {
      this.#drop(address);
      this.#makeRoom(mac);
      this.#ofCards.set(mac, (this.#ofCards.get(mac) ?? new Set()).add(address));
    }
    this.#learned.set(address, { mac, confirmedAt: this.#situation.host.now() });
    this.#found(address, mac);
    return true;
  }

  /** @returns the MAC, as far as it is known; what was not heard from for long is asked for again */
  find(address: Address): string | null {
    const assigned = this.#situation.assignedTo(address);
    if (assigned !== null) return assigned;
    const neighbour = this.#learned.get(address);
    if (neighbour === undefined) return null;
    const isStale = this.#situation.host.now() - neighbour.confirmedAt >= REACHABLE_MS;
    if (isStale && !this.#searches.has(address)) this.#search(address, neighbour.mac);
    return neighbour.mac;
  }

  /** @returns the MAC, as far as it is known; nobody is asked */
  macOf(address: Address): string | null {
    return this.#situation.assignedTo(address) ?? this.#learned.peek(address)?.mac ?? null;
  }

  /** Asks for an address that is not known. `then` is called once it is, or never. */
  seek(address: Address, then: (mac: string) => void): void {
    const search = this.#searches.get(address) ?? this.#search(address, null);
    if (search !== null && search.waiting.length < MOST_WAITING_PACKETS) search.waiting.push(then);
  }

  /** Whether somebody has it, as far as is known. */
  knows(address: Address): boolean {
    return this.macOf(address) !== null;
  }

  /** What a card was seen to use. */
  addressesOf(mac: string): readonly Address[] {
    return [...(this.#ofCards.get(mac) ?? [])];
  }

  /** A card is gone. */
  forget(mac: string): void {
    for (const address of this.addressesOf(mac)) this.#drop(address);
  }

  get size(): number {
    return this.#learned.size + this.#searches.size;
  }

  dispose(): void {
    for (const search of this.#searches.values()) search.timer.current?.dispose();
    this.#searches.clear();
    this.#learned.clear();
    this.#ofCards.clear();
  }

  #makeRoom(mac: string): void {
    const ofCard = this.#ofCards.get(mac);
    if (ofCard !== undefined && ofCard.size >= MOST_ADDRESSES_OF_A_CARD) this.#drop(ofCard.values().next().value);
    else if (this.#learned.size >= MOST_NEIGHBOURS) this.#drop(this.#learned.leastRecent?.[0]);
  }

  #drop(address: Address | undefined): void {
    const neighbour = address === undefined ? undefined : this.#learned.peek(address);
    if (address === undefined || neighbour === undefined) return;
    this.#learned.delete(address);
    const ofCard = this.#ofCards.get(neighbour.mac);
    ofCard?.delete(address);
    if (ofCard?.size === 0) this.#ofCards.delete(neighbour.mac);
  }

  #search(address: Address, believed: string | null): Search | null {
    if (this.#searches.size >= MOST_SEARCHES) return null;
    const search: Search = { probes: 0, believed, timer: { current: null }, waiting: [] };
    this.#searches.set(address, search);
    this.#ask(address, search);
    return search;
  }

  #ask(address: Address, search: Search): void {
    if (search.probes === MOST_PROBES) {
      this.#searches.delete(address);
      if (search.believed !== null) this.#drop(address);
      return;
    }
    search.probes += 1;
    search.timer.current = this.#situation.host.after(PROBE_MS, () => this.#ask(address, search));
    this.#situation.probe(address, search.believed);
  }

  #found(address: Address, mac: string): void {
    const search = this.#searches.get(address);
    if (search === undefined) return;
    search.timer.current?.dispose();
    this.#searches.delete(address);
    for (const then of search.waiting) then(mac);
  }
}
