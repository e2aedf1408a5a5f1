import type { Subnet } from '../../network-runner.ts';
import { addressIn, guestNumbers } from '../../subnet.ts';
import type { Address } from '../guest-link.ts';

/** Addresses for machines behind a card that nobody announced: bridges, containers with a card of their own. */
export const MOST_POOL_ADDRESSES = 64;
/** What a client was offered is kept for it until it asks for it. */
export const OFFER_MS = 30_000;
export const POOL_LEASE_SECONDS = 600;
/** How long an address is left alone that a client found in use. */
export const DECLINED_MS = 600_000;

interface PoolLease {
  readonly client: string;
  until: number;
}

export interface PoolSituation {
  readonly subnet: Subnet;
  now(): number;
  /** Whether somebody else than this card has the address, or is to have it. */
  isTaken(address: Address, mac: string): boolean;
}

/**
 * The upper end of a subnet, from the last address downwards: cards are given theirs from the first one on. Bounded by its
 * addresses, each of which has at most one lease.
 */
export class AddressPool {
  readonly #situation: PoolSituation;
  readonly #addresses: readonly Address[];
  /** In the order in which they were last used. */
  readonly #leases = new Map<Address, PoolLease>();
  readonly #declined = new Map<Address, number>();

  constructor(situation: PoolSituation) {
    this.#situation = situation;
    const { first, last } = guestNumbers(situation.subnet);
    const count = Math.min(MOST_POOL_ADDRESSES, Math.floor((last - first + 1) / 4));
    this.#addresses = Array.from({ length: count }, (_, at) => addressIn(situation.subnet, last - at));
  }

  /** The address that a client holds now. */
  held(client: string): Address | null {
    const now = this.#situation.now();
    for (const [address, lease] of this.#leases) if (lease.client === client && lease.until > now) return address;
    return null;
  }

  /** Whether somebody else than the client may use this address of the pool. */
  isHeld(address: Address, client: string): boolean {
    const lease = this.#leases.get(address);
    return lease !== undefined && lease.client !== client && lease.until > this.#situation.now();
  }

  /** The address that the client can have: its own, the one it wants, or any. Kept for it for a short time. */
  offer(client: string, mac: string, wanted: Address | null): Address | null {
    const held = this.held(client);
    if (held !== null && !this.#situation.isTaken(held, mac)) return held;
    if (held !== null) this.#leases.delete(held);
    const address = this.#choose(client, mac, wanted);
    if (address !== null) this.#set(address, { client, until: this.#situation.now() + OFFER_MS });
    return address;
  }

  /** The client takes what it was offered, or has it for longer. @returns whether it may */
  bind(client: string, mac: string, address: Address): boolean {
    if (!this.#isFree(address, client, mac)) {
      this.release(client, address);
      return false;
    }
    const before = this.held(client);
    if (before !== null && before !== address) this.#leases.delete(before);
    this.#set(address, { client, until: this.#situation.now() + POOL_LEASE_SECONDS * 1000 });
    return true;
  }

  release(client: string, address: Address): void {
    if (this.#leases.get(address)?.client === client) this.#leases.delete(address);
  }

  /** The client found that somebody uses its address. */
  decline(client: string, address: Address): void {
    if (this.#leases.get(address)?.client !== client) return;
    this.#leases.delete(address);
    this.#declined.set(address, this.#situation.now() + DECLINED_MS);
  }

  #choose(client: string, mac: string, wanted: Address | null): Address | null {
    if (wanted !== null && this.#isFree(wanted, client, mac)) return wanted;
    // What it had before, then what nobody had, then what was given back or ran out longest ago.
    const before = [...this.#leases].find(([, lease]) => lease.client === client)?.[0];
    const fresh = this.#addresses.filter((address) => !this.#leases.has(address));
    const candidates = [...(before === undefined ? [] : [before]), ...fresh, ...this.#leases.keys()];
    return candidates.find((address) => this.#isFree(address, client, mac)) ?? null;
  }

  #isFree(address: Address, client: string, mac: string): boolean {
    if (!this.#addresses.includes(address) || this.isHeld(address, client)) return false;
    if ((this.#declined.get(address) ?? 0) > this.#situation.now()) return false;
    return !this.#situation.isTaken(address, mac);
  }

  #set(address: Address, lease: PoolLease): void {
    this.#leases.delete(address);
    this.#leases.set(address, lease);
    this.#declined.delete(address);
  }
}
