import type { Card } from '../../contract/networks.ts';
import type { ImportPlace } from './import-plan.ts';
import type { MachineFile } from './manifest.ts';

/**
 * The network cards of a machine that comes from elsewhere. They keep their addresses, which its guest knows, unless it is a
 * copy or somebody here has them.
 */
export class ArrivingCards {
  readonly areNew: boolean;
  readonly #place: ImportPlace;
  readonly #names: ReadonlyMap<string, string>;
  readonly #macs = new Map<string, string>();

  constructor({ definition, snapshots, networks }: MachineFile, place: ImportPlace) {
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
