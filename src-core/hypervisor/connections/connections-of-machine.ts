import type { Card, Connections, Forward } from '../../contract/networks.ts';
import { AppError } from '../../base/errors.ts';
import type { AgentClient } from '../../guest/agent-client.ts';
import { afterRequest } from '../life/life-cycle.ts';
import type { LiveRun } from '../life/live-run.ts';
import type { MachineBody } from '../life/machine-body.ts';
import { cardIn, oneMoreCard, pciAddressOf, runCardOf } from './cards.ts';
import { checkPort, forwardKey, withForward, withoutForward } from './forwards.ts';
import type { ForwardedPort } from './forwards.ts';

const CARDS = 'change the network cards of';
const CONNECTIONS = 'change the connections of';
const STOP_INSTEAD = 'Stop the machine, take the card from it, and start it again.';

/** How one machine is connected, while it is off and while it runs: its network cards and forwarded ports. */
export class ConnectionsOfMachine {
  readonly #body: MachineBody;

  constructor(body: MachineBody) {
    this.#body = body;
  }

  views(): Connections {
    const { connections } = this.#body;
    return { cards: connections.cardViews(), forwards: connections.forwardViews() };
  }

  /** Whether the cable of the card in a slot is in, at a network that runs. */
  isIn(slot: number): boolean {
    return this.#body.connections.isIn(slot);
  }

  /** Its cards have addresses from now on, not only once it is started. */
  takeAddresses(): void {
    const { definition, around, id, name } = this.#body;
    for (const { network, mac } of definition.cards) {
      try {
        around.networks.leases.give(network, mac, `connect machine ${name}`);
      } catch (error) {
        around.log.warn(id, 'one of its network cards has no address', { error });
      }
    }
  }

  /** Gives it a card; one that runs, at once. @throws AppError, having changed nothing */
  async addCard(request: { readonly network: string; readonly mac?: string | undefined }): Promise<void> {
    const body = this.#body;
    const { networks } = body.around;
    const doing = `give a network card to machine ${body.name}`;
    await this.#inTurn(CARDS, async (live) => {
      const network = networks.get(request.network, doing).id;
      const card = oneMoreCard(body.definition.cards, { ...request, network }, networks, doing);
      try {
        await this.#plugIn(live, card);
      } catch (error) {
        networks.leases.release(card.network, card.mac);
        throw error;
      }
      if (!live) return;
      // Its cable first: the guest brings a card up when it finds it, and would do so again for a cable that comes later.
      await body.connections.follow();
      await this.#lookForCards(live.agent);
    });
  }

  /** Takes a card from it; from one that runs, when its guest lets go of it. @throws AppError, having changed nothing */
  async removeCard(slot: number): Promise<void> {
    const body = this.#body;
    const doing = `take network card ${slot} from machine ${body.name}`;
    await this.#inTurn(CARDS, async (live) => {
      const card = cardIn(body.definition.cards, slot, doing);
      if (live) await this.#letGo(live, card, doing);
      await body.documents.change((now) => ({ ...now, cards: now.cards.filter((each) => each.slot !== slot) }));
      body.around.networks.leases.release(card.network, card.mac);
    });
  }

  /** Moves a card's cable to another network, pulls it or puts it back. @throws AppError, having changed nothing */
  async changeCard(
    slot: number,
    {
      network: reference,
      connected,
    }: { readonly network?: string | undefined; readonly connected?: boolean | undefined },
  ): Promise<void> {
    const body = this.#body;
    const { networks } = body.around;
    const doing = `change network card ${slot} of machine ${body.name}`;
    await this.#inTurn(CONNECTIONS, async () => {
      const before = cardIn(body.definition.cards, slot, doing);
      const network = reference === undefined ? before.network : networks.get(reference, doing).id;
      const card: Card = { ...before, network, connected: connected ?? before.connected };
      networks.leases.give(network, card.mac, doing);
      const cards = (now: readonly Card[]): Card[] => now.map((each) => (each.slot === slot ? card : each));
      try {
        await body.documents.change((now) => ({ ...now, cards: cards(now.cards) }));
      } catch (error) {
        if (network !== before.network) networks.leases.release(network, card.mac);
        throw error;
      }
      if (network !== before.network) networks.leases.release(before.network, before.mac);
    });
  }

  /** @throws AppError 'already-exists' with who has the port, and in `data.free` the next free one */
  async addForward(forward: Forward): Promise<void> {
    const body = this.#body;
    const doing = `forward ${forward.protocol} port ${forward.port} to machine ${body.name}`;
    await this.#inTurn(CONNECTIONS, async () => {
      const forwards = withForward(body.definition.forwards, forward, doing);
      await checkPort(forward, body.around, doing);
      await body.documents.change((now) => ({ ...now, forwards }));
    });
  }

  /** @throws AppError 'not-found' */
  async removeForward(port: ForwardedPort): Promise<void> {
    const body = this.#body;
    const doing = `end the forward ${forwardKey(port)} to machine ${body.name}`;
    await this.#inTurn(CONNECTIONS, async () => {
      const forwards = withoutForward(body.definition.forwards, port, doing);
      await body.documents.change((now) => ({ ...now, forwards }));
    });
  }

  /** Carries `work` out, then brings cables and ports to what the definition says. */
  async #inTurn(
    request: typeof CARDS | typeof CONNECTIONS,
    work: (live: LiveRun | null) => Promise<void>,
  ): Promise<void> {
    const body = this.#body;
    await body.turns.take(async () => {
      const { state, name } = body;
      afterRequest(state, request, name);
      await work(state === 'running' ? body.alive(request) : null);
      await body.connections.follow();
    });
    body.tell();
  }

  async #plugIn(live: LiveRun | null, card: Card): Promise<void> {
    const body = this.#body;
    if (live) await live.run.change({ kind: 'attach-card', card: runCardOf(card) });
    try {
      await body.documents.change((now) => ({ ...now, cards: [...now.cards, card] }));
    } catch (error) {
      if (live) await live.run.change({ kind: 'detach-card', slot: card.slot });
      throw error;
    }
  }

  async #lookForCards(agent: AgentClient): Promise<void> {
    if (agent.state !== 'ready') return;
    await agent.rescanPci().catch((error: unknown) => {
      const { around, id } = this.#body;
      around.log.warn(id, 'the guest did not look for new devices', { error });
    });
  }

  async #letGo({ agent, run }: LiveRun, card: Card, doing: string): Promise<void> {
    if (agent.state !== 'ready') {
      const because = 'its guest cannot be asked to let go of it';
      throw new AppError({ code: 'wrong-state', doing, because, hint: STOP_INSTEAD });
    }
    try {
      await agent.removePci(pciAddressOf(card));
    } catch (cause) {
      const because = cause instanceof AppError ? cause.because : String(cause);
      throw new AppError({ code: 'wrong-state', doing, because, hint: STOP_INSTEAD, cause });
    }
    await run.change({ kind: 'detach-card', slot: card.slot });
  }
}
