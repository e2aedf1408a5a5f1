import type { Disposable } from '../../../base/disposable.ts';
import { Emitter } from '../../../base/emitter.ts';
import { AppError } from '../../../base/errors.ts';
import { Turns } from '../../../base/turns.ts';
import type { EngineSettings, NodeView } from '../../../contract/containers.ts';
import type { NodeRuntime } from '../../node/node-runtime.ts';
import type { EngineSurroundings } from '../surroundings.ts';
import { EngineNode } from './node.ts';
import type { NodeOwners } from './node.ts';
import { choose, fits, fitsNew, noRoom, promiseOf } from './placement.ts';
import type { PlaceRequest } from './placement.ts';

export interface Place extends PlaceRequest {
  /** Where something of it lies already: it can be nowhere else. */
  readonly on: string | null;
}

/** A place on a node, held until it is disposed of. */
export interface NodeUse extends Disposable {
  readonly node: EngineNode;
  /** @throws AppError when the node cannot be had */
  ready(): Promise<NodeRuntime>;
  /** It is promised other limits from now on. @throws AppError 'no-room' with the figures; then those of before */
  change(limits: PlaceRequest['limits'], doing: string): void;
}

/** All nodes: made, woken up and put to sleep as containers need them. */
export class Nodes {
  readonly #around: EngineSurroundings;
  readonly #settings: () => EngineSettings;
  readonly #owners: NodeOwners;
  readonly #nodes = new Map<string, EngineNode>();
  readonly #changed = new Emitter<EngineNode>();
  readonly #removed = new Emitter<string>();
  /** Of those who need one that is not there yet. */
  readonly #making = new Turns();
  readonly #subscriptions: Disposable[] = [];
  #isClosing = false;

  constructor(around: EngineSurroundings, settings: () => EngineSettings, owners: NodeOwners) {
    this.#around = around;
    this.#settings = settings;
    this.#owners = owners;
  }

  /** Takes up the machines that there are. Once, before anything else. */
  open(): void {
    const { machines } = this.#around;
    for (const machine of machines.all()) this.#adopt(machine);
    this.#subscriptions.push(
      machines.onChanged((id) => {
        const node = this.#nodes.get(id);
        if (node) this.#changed.fire(node);
      }),
      machines.onLost((id, cause) => {
        this.#nodes.get(id)?.lost(cause);
      }),
    );
  }

  onChanged(listener: (view: NodeView) => void): Disposable {
    return this.#changed.on((node) => listener(node.view()));
  }

  onRemoved(listener: (id: string) => void): Disposable {
    return this.#removed.on(listener);
  }

  get all(): readonly EngineNode[] {
    return [...this.#nodes.values()];
  }

  list(): NodeView[] {
    return this.all.map((node) => node.view());
  }

  find(id: string | null): EngineNode | undefined {
    return id === null ? undefined : this.#nodes.get(id);
  }

  /** @param reference name, in any case, or id @throws AppError 'not-found' */
  get(reference: string, doing: string): EngineNode {
    const wanted = reference.toLowerCase();
    const node = this.#nodes.get(reference) ?? this.all.find(({ name }) => name.toLowerCase() === wanted);
    if (node) return node;
    const hint =
      this.all.length === 0 ? 'There are none yet.' : `There are ${this.all.map(({ name }) => name).join(', ')}.`;
    throw new AppError({ code: 'not-found', doing, because: `there is no node ${reference}`, hint });
  }

  /** Something of one has changed that its machine does not know of. */
  tell(id: string | null): void {
    const node = this.find(id);
    if (node) this.#changed.fire(node);
  }

  /** Finds a place, on a node that is made if need be, and holds it. @throws AppError 'no-room' with the figures */
  async take(place: Place): Promise<NodeUse> {
    const found = this.#choose(place);
    if (found) return this.#use(found, place);
    // Those who come meanwhile may fit on the node that is made for the first.
    return this.#making.take(async () => {
      const since = this.#choose(place);
      if (since) return this.#use(since, place);
      const { nodeMemoryBytes, nodeProcessors, mostNodes } = this.#settings();
      if (place.on !== null || this.all.length >= mostNodes || !fitsNew(nodeMemoryBytes, place)) {
        // One that is broken may be mended by now.
        const last = place.on === null ? choose(this.all, place) : null;
        if (last) return this.#use(last, place);
        throw noRoom(place.on === null ? this.all : this.all.filter(({ id }) => id === place.on), place, {
          mostNodes: place.on === null ? mostNodes : 1,
          nodeMemoryBytes,
        });
      }
      const node = await this.add({ memoryBytes: nodeMemoryBytes, processors: nodeProcessors });
      return this.#use(node, place);
    });
  }

  /** One more node; it is safely on disk when this resolves. @throws AppError */
  async add(size: { readonly memoryBytes: number; readonly processors: number }): Promise<EngineNode> {
    if (this.#isClosing) {
      throw new AppError({ code: 'unavailable', doing: 'add a node', because: 'Innkeeper is just ending' });
    }
    const node = this.#adopt(await this.#around.machines.add(size));
    this.#around.log.info(`node ${node.name} was made`, size);
    this.#changed.fire(node);
    return node;
  }

  /** To be called when nothing of it is needed any more. @throws AppError */
  async remove(node: EngineNode): Promise<void> {
    node.dispose();
    await node.machine.kill();
    node.lost('it was removed');
    await this.#around.machines.remove(node.id);
    this.#nodes.delete(node.id);
    this.#around.log.info(`node ${node.name} was removed`);
    this.#removed.fire(node.id);
  }

  /** Puts all to sleep that nobody uses. */
  async sleepAll(): Promise<void> {
    await Promise.all(this.all.map((node) => node.sleep()));
  }

  /** No node is made, woken up or put to sleep by itself any more. */
  close(): void {
    this.#isClosing = true;
    for (const node of this.all) node.dispose();
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
  }

  #choose(place: Place): EngineNode | null {
    if (place.on === null)
      return choose(
        this.all.filter(({ isBroken }) => !isBroken),
        place,
      );
    const node = this.find(place.on);
    return node && fits(node, place) ? node : null;
  }

  #use(node: EngineNode, { doing, limits }: Place): NodeUse {
    let promised = promiseOf(limits);
    const use = node.use(promised);
    return {
      node,
      ready: () => node.ready(doing),
      change: (next, changing) => {
        use.promise(0);
        const { mostNodes, nodeMemoryBytes } = this.#settings();
        const request = { doing: changing, limits: next };
        const isFine = fits(node, request);
        if (isFine) promised = promiseOf(next);
        use.promise(promised);
        if (!isFine) throw noRoom([node], request, { mostNodes: Math.min(1, mostNodes), nodeMemoryBytes });
      },
      dispose: () => use.dispose(),
    };
  }

  #adopt(machine: ConstructorParameters<typeof EngineNode>[0]): EngineNode {
    const { clock, log } = this.#around;
    const node = new EngineNode(machine, {
      ...{ clock, log, owners: this.#owners },
      idleMs: () => this.#settings().idleMs,
      changed: () => this.#changed.fire(node),
    });
    this.#nodes.set(node.id, node);
    return node;
  }
}
