import type { Disposable } from '../../base/disposable.ts';
import type { CardView, ForwardView, Traffic } from '../../contract/networks.ts';
import type { LiveRun } from '../life/live-run.ts';
import type { MachineDefinition } from '../store/definition.ts';
import type { Surroundings } from '../surroundings.ts';
import { Cables } from './cables.ts';
import { ForwardsInRun } from './forwards-in-run.ts';

/** Whose connections they are. */
interface Owner {
  readonly id: string;
  readonly name: string;
  readonly definition: MachineDefinition;
  readonly around: Pick<Surroundings, 'networks' | 'host' | 'log'>;
  tell(): void;
}

/** How a machine is connected while it runs: cables, and ports of this computer that lead to it. */
export class ConnectionsInRun {
  readonly #body: Owner;
  readonly #forwards: ForwardsInRun;
  #cables: Cables | null = null;
  #waiting: Disposable | undefined;

  constructor(body: Owner) {
    this.#body = body;
    this.#forwards = new ForwardsInRun(body, (slot) => this.#cables?.isIn(slot) ?? false);
  }

  /** A new run: its cables are out. */
  begin(live: LiveRun): void {
    this.end();
    this.#cables = new Cables(this.#body, live, () => this.#body.tell());
  }

  /** Its guest is switched on, or goes on as who it was. Never fails. */
  async putIn(): Promise<void> {
    await this.#cables?.putIn();
    await this.follow();
  }

  /**
   * Its guest goes on as another: cables are put in once that knows its addresses, or it is known that nobody can tell it.
   * To be called after it was told, or is to be told as soon as its agent answers.
   */
  putInOnceRenewed({ agent }: LiveRun): void {
    const cables = this.#cables;
    const look = (): void => {
      if (agent.state === 'waiting') return;
      this.#waiting?.dispose();
      void agent.identified().then(() => {
        if (cables === this.#cables) void this.putIn();
      });
    };
    this.#waiting?.dispose();
    this.#waiting = agent.onStateChange(look);
    look();
  }

  /** Brings cables and ports to what the definition says. */
  async follow(): Promise<void> {
    const cables = this.#cables;
    if (cables?.areIn !== true) return;
    await cables.follow();
    if (cables === this.#cables) await this.#forwards.follow();
  }

  /** Whether the cable of the card in a slot is in. */
  isIn(slot: number): boolean {
    return this.#cables?.isIn(slot) ?? false;
  }

  rename(name: string): void {
    this.#cables?.rename(name);
  }

  /** The run is over. */
  end(): void {
    this.#waiting?.dispose();
    this.#cables?.end();
    this.#cables = null;
    this.#forwards.end();
  }

  cardViews(): CardView[] {
    const { definition, around } = this.#body;
    return definition.cards.map((card) => ({
      ...card,
      networkName: around.networks.find(card.network)?.name ?? card.network,
      address: around.networks.leases.addressOf(card.network, card.mac),
      traffic: this.#cables?.traffic(card.slot) ?? null,
    }));
  }

  forwardViews(): ForwardView[] {
    return this.#body.definition.forwards.map((forward) => this.#forwards.view(forward));
  }

  /** Of all cards in this run; null where there are none. */
  traffic(): Pick<Traffic, 'sentBytes' | 'receivedBytes'> | null {
    const { cards } = this.#body.definition;
    const cables = this.#cables;
    if (!cables || cards.length === 0) return null;
    const each = cards.map(({ slot }) => cables.traffic(slot));
    return {
      sentBytes: each.reduce((total, { sentBytes }) => total + sentBytes, 0),
      receivedBytes: each.reduce((total, { receivedBytes }) => total + receivedBytes, 0),
    };
  }
}
