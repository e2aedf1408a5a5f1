import type { Disposable } from '../../base/disposable.ts';
import { Turns } from '../../base/turns.ts';
import type { Card, Traffic } from '../../contract/networks.ts';
import type { AttachedCard } from '../../network/network-runner.ts';
import type { LiveRun } from '../life/live-run.ts';
import type { MachineDefinition } from '../store/definition.ts';
import type { Surroundings } from '../surroundings.ts';
import { pciAddressOf } from './cards.ts';

const NO_TRAFFIC: Traffic = { sentBytes: 0, sentFrames: 0, receivedBytes: 0, receivedFrames: 0, droppedFrames: 0 };

interface Cable {
  readonly mac: string;
  readonly network: string;
  readonly attached: AttachedCard;
  readonly replaced: Disposable;
}

interface Owner {
  readonly id: string;
  readonly name: string;
  readonly definition: MachineDefinition;
  readonly around: Pick<Surroundings, 'networks' | 'log'>;
}

/**
 * The cables of one run's network cards. They are out until `putIn`; from then on they are what the definition says,
 * whenever `follow` is called. Nothing here fails: a card whose network cannot be had has no carrier.
 */
export class Cables {
  readonly #owner: Owner;
  readonly #live: LiveRun;
  readonly #changed: () => void;
  readonly #cables = new Map<number, Cable>();
  /** Of cables that are out again. */
  readonly #past = new Map<number, Traffic>();
  readonly #turns = new Turns();
  #areIn = false;
  #isOver = false;

  /** @param changed called whenever a cable was put in or pulled */
  constructor(owner: Owner, live: LiveRun, changed: () => void) {
    this.#owner = owner;
    this.#live = live;
    this.#changed = changed;
  }

  get areIn(): boolean {
    return this.#areIn;
  }

  /** The guest is who it is to be: its cards are connected. */
  putIn(): Promise<void> {
    this.#areIn = true;
    return this.follow();
  }

  /** Brings the cables to what the definition says. */
  follow(): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#areIn || this.#isOver) return;
      const { cards } = this.#owner.definition;
      let changes = false;
      for (const [slot, cable] of this.#cables) {
        const card = cards.find((each) => each.slot === slot);
        if (card && fits(card, cable)) continue;
        await this.#pull(slot, cable, card !== undefined);
        changes = true;
      }
      const put: Card[] = [];
      for (const card of cards) {
        if (card.connected && !this.#cables.has(card.slot) && (await this.#put(card))) put.push(card);
      }
      if (put.length > 0) this.#tellGuest(put);
      if (changes || put.length > 0) this.#changed();
    });
  }

  /** Whether a card's cable is in, at a network that is there. */
  isIn(slot: number): boolean {
    return this.#cables.has(slot);
  }

  rename(name: string): void {
    for (const { attached } of this.#cables.values()) attached.rename(name);
  }

  /** What a card sent and received in this run. */
  traffic(slot: number): Traffic {
    return sum(this.#past.get(slot) ?? NO_TRAFFIC, this.#cables.get(slot)?.attached.traffic ?? NO_TRAFFIC);
  }

  /** The run is over. */
  end(): void {
    this.#isOver = true;
    for (const [slot, cable] of this.#cables) this.#drop(slot, cable);
  }

  async #put(card: Card): Promise<boolean> {
    const { id, name, around } = this.#owner;
    const { slot, mac, network } = card;
    try {
      const doing = `connect machine ${name}`;
      const address = around.networks.leases.give(network, mac, doing);
      const key = `${id}:${slot}`;
      const attached =
        address === null
          ? null
          : await around.networks.open.attach(network, { key, name, mac, address }, this.#live.run.bell);
      if (!attached) {
        around.log.warn(id, `network card ${slot} has no carrier: its network ${network} is not there`);
        return false;
      }
      const replaced = attached.onReplaced(() => void this.#replace(card, attached));
      this.#cables.set(slot, { mac, network, attached, replaced });
      // Its run may have ended meanwhile.
      if (this.#hasEnded()) this.end();
      else await this.#live.run.change({ kind: 'connect-card', slot, cable: attached.cable });
      return true;
    } catch (error) {
      const cable = this.#cables.get(slot);
      if (cable) this.#drop(slot, cable);
      if (!this.#hasEnded()) around.log.warn(id, `network card ${slot} has no carrier`, { error });
      return false;
    }
  }

  async #pull(slot: number, cable: Cable, isThere: boolean): Promise<void> {
    if (isThere) await this.#connect(slot, null);
    this.#drop(slot, cable);
  }

  /** Its network began anew: the guest sees the cable pulled and put back, so that it asks for everything anew. */
  #replace(card: Card, attached: AttachedCard): Promise<void> {
    const { slot } = card;
    return this.#turns.take(async () => {
      if (this.#cables.get(slot)?.attached !== attached) return;
      await this.#connect(slot, null);
      await this.#connect(slot, attached.cable);
      this.#tellGuest([card]);
    });
  }

  async #connect(slot: number, cable: AttachedCard['cable'] | null): Promise<void> {
    const { id, around } = this.#owner;
    try {
      await this.#live.run.change({ kind: 'connect-card', slot, cable });
    } catch (error) {
      if (!this.#hasEnded()) around.log.warn(id, `the cable of network card ${slot} could not be changed`, { error });
    }
  }

  #drop(slot: number, cable: Cable): void {
    this.#cables.delete(slot);
    this.#past.set(slot, sum(this.#past.get(slot) ?? NO_TRAFFIC, cable.attached.traffic));
    cable.replaced.dispose();
    cable.attached.dispose();
  }

  /** A guest that watches its cards has seen it; others are told. */
  #tellGuest(cards: readonly Card[]): void {
    const { agent } = this.#live;
    // A node's card has no address of its own: its containers have.
    if (agent.state !== 'ready' || this.#owner.definition.purpose === 'node') return;
    agent.bringUpCards(cards.map(pciAddressOf)).catch((error: unknown) => {
      const { id, around } = this.#owner;
      if (!this.#hasEnded()) around.log.info(id, 'its guest did not bring up its network cards', { error });
    });
  }

  #hasEnded(): boolean {
    return this.#isOver;
  }
}

/** A cable that is in stays in. */
function fits(card: Card, { mac, network }: Cable): boolean {
  return card.connected && card.mac === mac && card.network === network;
}

function sum(one: Traffic, other: Traffic): Traffic {
  return {
    sentBytes: one.sentBytes + other.sentBytes,
    sentFrames: one.sentFrames + other.sentFrames,
    receivedBytes: one.receivedBytes + other.receivedBytes,
    receivedFrames: one.receivedFrames + other.receivedFrames,
    droppedFrames: one.droppedFrames + other.droppedFrames,
  };
}
