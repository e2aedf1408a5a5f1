import type { Card } from '../../contract/networks.ts';
import type { Networks } from '../../network/networks.ts';
import type { MachineDefinition } from '../store/definition.ts';

type Cards = Pick<MachineDefinition, 'id' | 'cards'>;

/** The cards of machines in the bin: their addresses are nobody else's until they are gone for good. */
export class BinnedCards {
  readonly #networks: Networks;
  readonly #cards = new Map<string, readonly Card[]>();

  constructor(networks: Networks) {
    this.#networks = networks;
  }

  adopt(machines: readonly Cards[]): void {
    for (const { id, cards } of machines) this.#cards.set(id, cards);
  }

  /** It is out of the bin again. */
  taken(id: string): void {
    this.#cards.delete(id);
  }

  /** It is gone for good. */
  gone(id: string): void {
    for (const { network, mac } of this.#cards.get(id) ?? []) this.#networks.leases.release(network, mac);
    this.#cards.delete(id);
  }

  /** Lets go of addresses that a crash left without their machine. @param machines all that are not in the bin */
  sweep(machines: readonly Cards[]): void {
    const cards = [...machines.flatMap((machine) => machine.cards), ...[...this.#cards.values()].flat()];
    const used = new Set(cards.map(({ network, mac }) => `${network} ${mac}`));
    this.#networks.leases.sweep((network, mac) => used.has(`${network} ${mac}`));
  }
}
