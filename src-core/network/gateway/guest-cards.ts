import type { CardSpec } from '../network-runner.ts';
import type { Address } from './guest-link.ts';

/** The cards that are plugged into a network now: what their addresses and names are. */
export class GuestCards {
  readonly #byKey = new Map<string, CardSpec>();
  readonly #byMac = new Map<string, CardSpec>();
  readonly #byAddress = new Map<Address, CardSpec>();
  /** In small letters: names do not differ by case (RFC 4343). One guest can have several cards on a network. */
  readonly #byName = new Map<string, Set<CardSpec>>();

  /** A card of the same key takes the place of the one before. */
  plug(card: CardSpec): void {
    this.unplug(card.key);
    this.#byKey.set(card.key, card);
    this.#byMac.set(card.mac, card);
    this.#byAddress.set(card.address, card);
    const name = card.name.toLowerCase();
    const named = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, named.add(card));
  }

  unplug(key: string): void {
    const card = this.#byKey.get(key);
    if (card === undefined) return;
    this.#byKey.delete(key);
    if (this.#byMac.get(card.mac) === card) this.#byMac.delete(card.mac);
    if (this.#byAddress.get(card.address) === card) this.#byAddress.delete(card.address);
    const name = card.name.toLowerCase();
    const named = this.#byName.get(name);
    named?.delete(card);
    if (named?.size === 0) this.#byName.delete(name);
  }

  rename(key: string, name: string): void {
    const card = this.#byKey.get(key);
    if (card !== undefined) this.plug({ ...card, name });
  }

  get all(): readonly CardSpec[] {
    return [...this.#byKey.values()];
  }

  withKey(key: string): CardSpec | null {
    return this.#byKey.get(key) ?? null;
  }

  withMac(mac: string): CardSpec | null {
    return this.#byMac.get(mac) ?? null;
  }

  withAddress(address: Address): CardSpec | null {
    return this.#byAddress.get(address) ?? null;
  }

  /** @param name in any case */
  withName(name: string): readonly CardSpec[] {
    return [...(this.#byName.get(name.toLowerCase()) ?? [])];
  }
}
