import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import { Turns } from '../../base/turns.ts';
import { toFailure } from '../../contract/failures.ts';
import type { Failure } from '../../contract/failures.ts';
import type { Card, Forward, ForwardView } from '../../contract/networks.ts';
import type { MachineDefinition } from '../store/definition.ts';
import type { Surroundings } from '../surroundings.ts';
import { forwardKey } from './forwards.ts';

interface Owner {
  readonly name: string;
  readonly definition: MachineDefinition;
  readonly around: Pick<Surroundings, 'networks' | 'host' | 'log'>;
  tell(): void;
}

/** Where a port leads to; null where it does not lead anywhere now. */
type Target = { readonly network: string; readonly address: string; readonly mac: string } | null;

interface Active {
  readonly target: Target;
  readonly guestPort: number;
  readonly held: Disposable | null;
  readonly failure: Failure | null;
}

/** The ports of this computer that lead to a machine that runs. One that cannot be had is told, and keeps nobody up. */
export class ForwardsInRun {
  readonly #owner: Owner;
  readonly #isIn: (slot: number) => boolean;
  readonly #active = new Map<string, Active>();
  readonly #turns = new Turns();
  #run = 0;

  /** @param isIn whether the cable of the card in a slot is in */
  constructor(owner: Owner, isIn: (slot: number) => boolean) {
    this.#owner = owner;
    this.#isIn = isIn;
  }

  view(forward: Forward): ForwardView {
    const active = this.#active.get(forwardKey(forward));
    const state = !active ? 'waiting' : active.failure ? 'failed' : 'active';
    return { ...forward, state, failure: active?.failure ?? null };
  }

  /** Brings them to what the definition says. */
  follow(): Promise<void> {
    const run = this.#run;
    return this.#turns.take(async () => {
      if (run !== this.#run) return;
      const { forwards } = this.#owner.definition;
      const target = this.#target();
      const wanted = new Set(forwards.map(forwardKey));
      let changes = false;
      for (const [key, active] of this.#active) {
        const forward = forwards.find((each) => forwardKey(each) === key);
        if (wanted.has(key) && forward?.guestPort === active.guestPort && same(active.target, target)) continue;
        active.held?.dispose();
        this.#active.delete(key);
        changes = true;
      }
      for (const forward of forwards) {
        const key = forwardKey(forward);
        if (this.#active.has(key)) continue;
        const active = await this.#activate(forward, target);
        if (run !== this.#run) {
          active.held?.dispose();
          return;
        }
        this.#active.set(key, active);
        changes = true;
      }
      if (changes) this.#owner.tell();
    });
  }

  /** The run is over: the ports are others' to have. */
  end(): void {
    this.#run++;
    for (const { held } of this.#active.values()) held?.dispose();
    this.#active.clear();
  }

  /** The first card whose cable is in: what a person would take for the machine's address. */
  #target(): Target {
    const { definition, around } = this.#owner;
    const card = [...definition.cards].sort(bySlot).find(({ slot }) => this.#isIn(slot));
    const address = card && around.networks.leases.addressOf(card.network, card.mac);
    return card && typeof address === 'string' ? { network: card.network, address, mac: card.mac } : null;
  }

  async #activate(forward: Forward, target: Target): Promise<Active> {
    const { name, around } = this.#owner;
    const { protocol, address, port, guestPort } = forward;
    const doing = `forward ${protocol} port ${port} to machine ${name}`;
    let lease: Disposable | undefined;
    try {
      if (!target)
        throw new AppError({ code: 'wrong-state', doing, because: 'none of its network cards is connected' });
      lease = around.host.ports.lease({ address, port, protocol, owner: name });
      const held = lease;
      const way = await around.networks.open.forward(target.network, {
        ...{ protocol, address, port, guestPort, owner: name },
        guestAddress: target.address,
      });
      const dispose = (): void => {
        way.dispose();
        held.dispose();
      };
      return { target, guestPort, held: { dispose }, failure: null };
    } catch (error) {
      lease?.dispose();
      around.log.warn(this.#owner.definition.id, `${doing}: it failed`, { error });
      return { target, guestPort, held: null, failure: toFailure(error, doing) };
    }
  }
}

function same(one: Target, other: Target): boolean {
  return one?.network === other?.network && one?.address === other?.address && one?.mac === other?.mac;
}

function bySlot(one: Card, other: Card): number {
  return one.slot - other.slot;
}
