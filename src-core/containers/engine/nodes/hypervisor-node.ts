import { AppError } from '../../../base/errors.ts';
import type { Failure } from '../../../contract/failures.ts';
import type { MachineState } from '../../../contract/machines.ts';
import { MOST_CARDS } from '../../../contract/networks.ts';
import { pciAddressOf } from '../../../hypervisor/connections/cards.ts';
import type { LiveRun } from '../../../hypervisor/life/live-run.ts';
import type { Machine } from '../../../hypervisor/life/machine.ts';
import { MOST_SHARES_OF_NODE, tagOf } from '../../../hypervisor/shares/shares.ts';
import { Turns } from '../../../base/turns.ts';
import type { NodeRuntime } from '../../node/node-runtime.ts';
import type { NodeHost } from './node-host.ts';
import type { NodeMachine } from './node-machine.ts';

/** A node that has not come up by then does not. */
const LONGEST_BOOT_MS = 180_000;
/** A cable that is not in by then will not be. */
const LONGEST_CABLE_MS = 10_000;
/** An agent that ends with its machine is no loss of its own. */
const AGENT_GRACE_MS = 200;

const STATES: Readonly<Record<MachineState, NodeMachine['state']>> = {
  preparing: 'starting',
  stopped: 'off',
  starting: 'starting',
  running: 'on',
  paused: 'on',
  stopping: 'off',
  suspending: 'asleep',
  suspended: 'asleep',
  failed: 'failed',
};

/** One machine of the hypervisor's as a node. */
export class HypervisorNode implements NodeMachine {
  readonly #machine: Machine;
  readonly #host: NodeHost;
  /** Its hardware is changed by one at a time. */
  readonly #hardware = new Turns();

  constructor(machine: Machine, host: NodeHost) {
    this.#machine = machine;
    this.#host = host;
  }

  get id(): string {
    return this.#machine.id;
  }

  get name(): string {
    return this.#machine.name;
  }

  get processors(): number {
    return this.#machine.definition.processors;
  }

  get memoryBytes(): number {
    return this.#machine.definition.memoryBytes;
  }

  get diskBytes(): number {
    return this.#machine.view().disks[0]?.sizeBytes ?? 0;
  }

  get state(): NodeMachine['state'] {
    return STATES[this.#machine.state];
  }

  get failure(): Failure | null {
    return this.#machine.view().failure;
  }

  async wake(doing: string): Promise<NodeRuntime> {
    await this.#untilRunning(doing);
    const { live } = this.#machine;
    if (!live) throw new AppError({ code: 'unavailable', doing, because: `node ${this.name} has just ended` });
    await live.agent.whenReady(LONGEST_BOOT_MS, doing);
    this.#watch(live);
    return this.#host.runtimeOf(live.agent);
  }

  async sleep(): Promise<void> {
    await this.#machine.suspend();
  }

  async kill(): Promise<void> {
    if (this.#machine.state !== 'stopped' && this.#machine.state !== 'failed') await this.#machine.kill();
  }

  card(network: string, isUsed: (network: string) => boolean, doing: string): Promise<string> {
    return this.#hardware.take(async () => {
      const { connections } = this.#machine;
      const has = (): ReturnType<typeof connections.views>['cards'][number] | undefined =>
        connections.views().cards.find((card) => card.network === network);
      if (!has()) {
        await this.#makeRoomForCard(isUsed, doing);
        await connections.addCard({ network });
      }
      const card = has();
      if (!card) throw new AppError({ code: 'not-found', doing, because: 'its network is not there any more' });
      await this.#until(() => connections.isIn(card.slot), LONGEST_CABLE_MS, doing);
      return pciAddressOf(card);
    });
  }

  dropCard(network: string): Promise<void> {
    return this.#hardware.take(async () => {
      const { connections } = this.#machine;
      const card = connections.views().cards.find((each) => each.network === network);
      if (!card) return;
      if (this.state === 'asleep') {
        // A card cannot be taken from one that sleeps; its cable can.
        await connections.changeCard(card.slot, { connected: false });
      } else await connections.removeCard(card.slot);
    });
  }

  share(directory: string, readOnly: boolean, isUsed: (tag: string) => boolean, doing: string): Promise<string> {
    return this.#hardware.take(async () => {
      const { shares } = this.#machine;
      const resolved = await this.#host.folders.resolve(directory);
      const has = (): ReturnType<typeof shares.views>[number] | undefined =>
        shares.views().find((share) => share.hostDirectory === resolved && share.readOnly === readOnly);
      if (!has()) {
        await this.#makeRoomForShare(isUsed, doing);
        const guestDirectory = freePlace(shares.views().map((share) => share.guestDirectory));
        await shares.add({ hostDirectory: directory, guestDirectory, readOnly }, this.#host.folders);
      }
      const share = has();
      if (!share) throw new AppError({ code: 'not-found', doing, because: `there is no folder ${directory}` });
      return tagOf(share);
    });
  }

  async #makeRoomForCard(isUsed: (network: string) => boolean, doing: string): Promise<void> {
    const { connections } = this.#machine;
    const { cards } = connections.views();
    if (cards.length < MOST_CARDS) return;
    const unused = cards.find((card) => !isUsed(card.network));
    if (unused) return connections.removeCard(unused.slot);
    const because = `the containers on node ${this.name} are on ${MOST_CARDS} networks, which is the most`;
    const hint = 'Stop one of those containers, or add a node.';
    throw new AppError({
      code: 'no-room',
      doing,
      because,
      hint,
      data: { networks: cards.map(({ network }) => network) },
    });
  }

  async #makeRoomForShare(isUsed: (tag: string) => boolean, doing: string): Promise<void> {
    const { shares } = this.#machine;
    const all = shares.views();
    if (all.length < MOST_SHARES_OF_NODE) return;
    const unused = all.find((share) => !isUsed(tagOf(share)));
    if (unused) return shares.remove(unused.guestDirectory);
    const because = `the containers on node ${this.name} mount ${MOST_SHARES_OF_NODE} folders of this computer, which is the most`;
    const hint = 'Stop one of those containers, mount one folder that holds several, or use volumes.';
    throw new AppError({ code: 'no-room', doing, because, hint });
  }

  async #untilRunning(doing: string): Promise<void> {
    let isTried = false;
    for (;;) {
      const { state, failure } = this.#machine.view();
      if (state === 'running') return;
      if (state === 'paused') await this.#machine.resume();
      else if (state === 'suspended') await this.#resume();
      else if (state === 'stopped' || state === 'failed' || state === 'preparing') {
        // Its image was being prepared, and could not be.
        if (isTried && state !== 'preparing') throw failed(failure, doing, this.name);
        if (state !== 'preparing') await this.#forgetFolders();
        await this.#machine.start();
        isTried = true;
      }
      const { state: now } = this.#machine;
      if (now === state || now === 'starting' || now === 'preparing') await this.#change(now);
    }
  }

  /**
   * Nothing runs on one that sleeps, and its disk is whole: where its state is of no use any more (a folder that it saw is
   * gone, for one), it boots.
   */
  async #resume(): Promise<void> {
    try {
      await this.#machine.resume();
    } catch (error) {
      const isForNow = error instanceof AppError && (error.code === 'no-room' || error.code === 'cancelled');
      if (isForNow || this.#machine.state !== 'suspended') throw error;
      this.#host.log.warn(`node ${this.name} cannot go on from where it slept, so it boots`, { error });
      await this.#machine.discard();
    }
  }

  /** No container uses them yet: those that will are shared anew. */
  async #forgetFolders(): Promise<void> {
    const { shares } = this.#machine;
    for (const { guestDirectory } of shares.views()) await shares.remove(guestDirectory);
  }

  /** Resolves when it is in another state. */
  #change(state: MachineState): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#machine.state === state) return;
        subscription.dispose();
        resolve();
      };
      const subscription = this.#host.hypervisor.onChanged(look);
      look();
    });
  }

  #until(isSo: () => boolean, withinMs: number, doing: string): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (): void => {
        subscription.dispose();
        timer.dispose();
      };
      const subscription = this.#host.hypervisor.onChanged(({ id }) => {
        if (id !== this.id || !isSo()) return;
        end();
        resolve();
      });
      const timer = this.#host.clock.after(withinMs, () => {
        end();
        const because = `node ${this.name} could not be connected to its network`;
        reject(new AppError({ code: 'timeout', doing, because, hint: 'Look at the log of the service.' }));
      });
    });
  }

  /** Without its agent nothing is known of what runs on it, and nothing can be ended: the machine ends with it. */
  #watch(live: LiveRun): void {
    const watch = live.agent.onStateChange((state) => {
      if (state === 'ready') return;
      watch.dispose();
      this.#host.clock.after(AGENT_GRACE_MS, () => {
        if (this.#machine.live !== live || this.#machine.state !== 'running') return;
        this.#host.log.warn(`the agent of node ${this.name} was lost, so the node is switched off`);
        void this.#machine.kill().catch(() => undefined);
      });
    });
  }
}

/** Where the guest would mount it, were it no node: only the name of a share. */
function freePlace(taken: readonly string[]): string {
  for (let n = 0; ; n++) {
    const place = `/run/innkeeper/folders/${n}`;
    if (!taken.includes(place)) return place;
  }
}

function failed(failure: Failure | null, doing: string, name: string): AppError {
  const because = failure?.because ?? `node ${name} did not start`;
  const hint = failure?.hint;
  return new AppError({ code: failure?.code ?? 'unavailable', doing, because, ...(hint ? { hint } : {}) });
}
