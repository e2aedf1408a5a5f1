import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import type { NetworkView } from '../../contract/networks.ts';
import type { NetworkDocument } from '../../network/network-document.ts';
import type { Networks } from '../../network/networks.ts';
import type { Machine } from '../life/machine.ts';
import { viewOfNetwork } from './network-views.ts';

/** Networks as people see them, and what of that changes. */
export class NetworkFeed {
  readonly #networks: Networks;
  readonly #machines: () => readonly Machine[];
  readonly #changed = new Emitter<NetworkView>();
  /** As they were told last: a view that is the same is not told again. */
  readonly #told = new Map<string, string>();
  /** What else than machines is on a network. */
  containers: (network: string) => NonNullable<NetworkView['containers']> = () => [];
  #telling: Promise<unknown> = Promise.resolve();
  #isDue = false;

  constructor(networks: Networks, machines: () => readonly Machine[]) {
    this.#networks = networks;
    this.#machines = machines;
    networks.onChanged(() => this.lookSoon());
    networks.onRemoved((id) => void this.#told.delete(id));
  }

  onChanged(listener: (view: NetworkView) => void): Disposable {
    return this.#changed.on(listener);
  }

  onRemoved(listener: (id: string) => void): Disposable {
    return this.#networks.onRemoved(listener);
  }

  list(): Promise<NetworkView[]> {
    return Promise.all(this.#networks.list().map((network) => this.view(network)));
  }

  async view(network: NetworkDocument): Promise<NetworkView> {
    // What cannot be had now is not there: its thread may just begin anew.
    const state = await this.#networks.open.inspect(network.id).catch(() => null);
    return viewOfNetwork(
      this.#networks.find(network.id) ?? network,
      this.#machines(),
      state,
      this.containers(network.id),
    );
  }

  /** Something of a machine or a network has changed. */
  lookSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#telling = this.#telling.then(() => {
      this.#isDue = false;
      return this.look();
    });
  }

  /** Tells of every network that is not as it was told last. */
  async look(): Promise<void> {
    for (const view of await this.list()) {
      const text = JSON.stringify(view);
      if (this.#told.get(view.id) === text || !this.#networks.find(view.id)) continue;
      this.#told.set(view.id, text);
      this.#changed.fire(view);
    }
  }
}
