import type { Disposable } from '../../../base/disposable.ts';
import { Emitter } from '../../../base/emitter.ts';
import type { MachineState } from '../../../contract/machines.ts';
import type { Machine } from '../../../hypervisor/life/machine.ts';
import { HypervisorNode } from './hypervisor-node.ts';
import type { NodeHost } from './node-host.ts';
import type { NodeMachine, NodeMachines } from './node-machine.ts';

/** The image that nodes are made of. */
export const NODE_IMAGE = 'container-node';
const NAME = 'node';
/** A run has ended that nobody had asked to end; what is suspended goes on. */
const ENDED: ReadonlySet<MachineState> = new Set(['stopped', 'failed', 'starting', 'stopping']);

/** Nodes as machines of the hypervisor's. */
export class HypervisorNodes implements NodeMachines {
  readonly #host: NodeHost;
  readonly #nodes = new Map<string, HypervisorNode>();
  readonly #states = new Map<string, MachineState>();
  readonly #changed = new Emitter<string>();
  readonly #lost = new Emitter<{ id: string; cause: string }>();

  constructor(host: NodeHost) {
    this.#host = host;
    host.hypervisor.onChanged((view) => {
      if (view.purpose !== 'node') return;
      const before = this.#states.get(view.id);
      this.#states.set(view.id, view.state);
      if ((before === 'running' || before === 'paused') && ENDED.has(view.state)) {
        this.#lost.fire({ id: view.id, cause: view.lastEnd?.cause ?? 'it has ended' });
      }
      this.#changed.fire(view.id);
    });
  }

  all(): readonly NodeMachine[] {
    const machines = [...this.#host.hypervisor.nodes()].sort((a, b) => a.definition.createdAt - b.definition.createdAt);
    return machines.map((machine) => this.#of(machine));
  }

  async add({ processors, memoryBytes }: { processors: number; memoryBytes: number }): Promise<NodeMachine> {
    const { hypervisor } = this.#host;
    const source = { kind: 'image', image: this.#host.image ?? NODE_IMAGE } as const;
    // With a card on the default network, as every machine has that goes on from where its image had come up.
    const { id } = await hypervisor.createNode({
      name: NAME,
      source,
      processors,
      memoryBytes,
      disks: [],
      start: false,
    });
    return this.#of(hypervisor.find(id, 'find'));
  }

  async remove(id: string): Promise<void> {
    await this.#host.hypervisor.removeNode(id);
    this.#nodes.delete(id);
    this.#states.delete(id);
  }

  onChanged(listener: (id: string) => void): Disposable {
    return this.#changed.on(listener);
  }

  onLost(listener: (id: string, cause: string) => void): Disposable {
    return this.#lost.on(({ id, cause }) => listener(id, cause));
  }

  #of(machine: Machine): HypervisorNode {
    const known = this.#nodes.get(machine.id);
    if (known) return known;
    const node = new HypervisorNode(machine, this.#host);
    this.#nodes.set(machine.id, node);
    this.#states.set(machine.id, machine.state);
    return node;
  }
}
