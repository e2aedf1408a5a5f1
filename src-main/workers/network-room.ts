import { AppError } from '../../src-core/base/errors.ts';
import type { NetworkSpec, Subnet } from '../../src-core/network/network-runner.ts';
import type { NetworkAnswer, NetworkCommand, NetworkReport } from './network-protocol.ts';
import { RunningNetwork } from './running-network.ts';
import type { SwitchedNetwork } from './running-network.ts';

/** All networks that run, in their thread. A defect in one of them ends that one. */
export class NetworkRoom {
  readonly #networks = new Map<string, RunningNetwork>();
  readonly #make: (spec: NetworkSpec, subnets: () => readonly Subnet[]) => SwitchedNetwork;
  readonly #report: (report: NetworkReport) => void;

  /** @param make told how to see the subnets of all networks */
  constructor(
    make: (spec: NetworkSpec, subnets: () => readonly Subnet[]) => SwitchedNetwork,
    report: (report: NetworkReport) => void,
  ) {
    this.#make = make;
    this.#report = report;
  }

  /** Every network has one turn. @returns whether one of them has more to do at once */
  service(): boolean {
    let goesOn = false;
    for (const [id, network] of this.#networks) {
      try {
        if (network.service()) goesOn = true;
      } catch (error) {
        this.#broken(id, network, error);
      }
    }
    return goesOn;
  }

  /** @throws AppError */
  async carryOut(command: NetworkCommand): Promise<NetworkAnswer> {
    if (command.kind === 'open') {
      this.#open(command.network.id, command);
      return null;
    }
    const network = this.#networks.get(command.network);
    if (!network) throw notOpen(command);
    if (command.kind === 'close') {
      this.#networks.delete(command.network);
      network.dispose();
      return null;
    }
    return network.carryOut(command);
  }

  readonly #subnets = (): readonly Subnet[] => [...this.#networks.values()].map(({ subnet }) => subnet);

  #open(id: string, { network }: NetworkCommand & { readonly kind: 'open' }): void {
    if (this.#networks.has(id)) {
      const because = 'it runs already';
      throw new AppError({ code: 'already-exists', doing: `open network ${network.name}`, because });
    }
    this.#networks.set(id, new RunningNetwork(network, this.#make(network, this.#subnets), this.#report));
  }

  #broken(id: string, network: RunningNetwork, error: unknown): void {
    this.#networks.delete(id);
    try {
      network.dispose();
    } catch {
      // It is told below what was wrong first.
    }
    const because = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#report({ kind: 'broken', network: id, because });
  }
}

function notOpen({ kind }: NetworkCommand): AppError {
  return new AppError({ code: 'unavailable', doing: `${kind} at a network`, because: 'the network does not run' });
}
