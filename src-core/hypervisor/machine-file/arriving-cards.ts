import type { Card } from '../../contract/networks.ts';
import type { MachineFile } from './manifest.ts';

/** What is decided about network cards where the machine comes to. */
export interface CardPlace {
  /** The machine that it was is here too: it needs an identity of its own. */
  readonly isCopy: boolean;
  /** The network here for a card whose network was called so; null for one that nobody knows the name of. */
  networkFor(name: string | null): string;
  /** Whether a network card here has this address. */
  isMacTaken(mac: string): boolean;
  newMac(): string;
}

/**
 * The network cards of a machine that comes from elsewhere. They keep their addresses, which its guest knows, unless it is a
 * copy or somebody here has them.
 */
export class ArrivingCards {
  readonly areNew: boolean;
  readonly #place: CardPlace;
  readonly #names: ReadonlyMap<string, string>;
  readonly #macs = new Map<string, string>();

  constructor({ definition, snapshots, networks }: MachineFile, place: CardPlace) {
    this.#place = place;
    this.#names = new Map(networks.map(({ id, name }) => [id, name]));
    const all = [definition, ...snapshots.map(({ hardware }) => hardware)].flatMap(({ cards }) => cards);
    this.areNew = place.isCopy || all.some(({ mac }) => place.isMacTaken(mac));
  }

  /** What a card is here. One that is in several moments of the machine is the same in all. */
  here(card: Card): Card {
    const mac = this.#macs.get(card.mac) ?? (this.areNew ? this.#place.newMac() : card.mac);
    this.#macs.set(card.mac, mac);
    return { ...card, mac, network: this.#place.networkFor(this.#names.get(card.network) ?? null) };
  }
}
