import type { CardSpec, NetworkSpec } from '../../../../src-core/network/network-runner.ts';
import { VirtualNetwork } from '../../../../src-core/network/virtual-network.ts';
import { nodeHostNetwork } from '../host-network.ts';
import { LinuxGuest } from './linux-guest.ts';

/** A virtual network that runs in the thread of a test, with this computer's own network around it. */
export class NetworkHere {
  readonly network: VirtualNetwork;
  readonly notices: string[] = [];
  readonly #guests: LinuxGuest[] = [];
  #isAwake = false;
  #isOver = false;

  constructor(spec: NetworkSpec) {
    this.network = new VirtualNetwork(spec, {
      host: nodeHostNetwork((because) => this.notices.push(because)),
      wake: () => this.#wake(),
      time: Date.now,
      subnets: () => [spec.subnet, spec.subnet6],
    });
  }

  async plug(card: CardSpec, folder: string, nameServer: string): Promise<LinuxGuest> {
    const guest = await LinuxGuest.start(card, folder, nameServer, () => this.#wake());
    this.network.attach(guest.port);
    this.#guests.push(guest);
    return guest;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#guests.map((guest) => guest.stop()));
    this.#isOver = true;
    this.network.dispose();
  }

  #wake(): void {
    if (this.#isAwake || this.#isOver) return;
    this.#isAwake = true;
    setImmediate(() => {
      this.#isAwake = false;
      if (!this.#isOver && this.network.service()) this.#wake();
    });
  }
}
