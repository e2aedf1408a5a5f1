import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import { AppError, asPartOf } from '../../base/errors.ts';
import type { ChangedFile, ContainerStats, ContainerView, NodeView, VolumeView } from '../../contract/containers.ts';
import type { NetworkView } from '../../contract/networks.ts';
import type { LocalImage } from '../oci/container-images.ts';
import type { NodeRuntime } from '../node/node-runtime.ts';
import { changesOf, pathsOf, writtenEntries } from './changes.ts';
import { Container } from './container/container.ts';
import type { ContainerSurroundings } from './container/container-surroundings.ts';
import { ContainerStore } from './container/container-store.ts';
import { planContainer, portsOf } from './container/creation.ts';
import type { CreateRequest } from './container/creation.ts';
import type { ContainerDefinition } from './container/definition.ts';
import { networkUse } from './container/connection.ts';
import { madeUpName } from './container/made-up-name.ts';
import { ContainerRegistry } from './container/registry.ts';
import { NEVER_RUN, recover } from './container/run-record.ts';
import type { ContainerRecord } from './container/run-record.ts';
import { EngineSettingsFile, presetSettings } from './engine-settings.ts';
import { EngineNodes } from './engine-nodes.ts';
import { Nodes } from './nodes/nodes.ts';
import { StatsMeter } from './stats.ts';
import { Steps } from './steps.ts';
import type { EngineSurroundings } from './surroundings.ts';
import { EngineVolumes } from './volumes/engine-volumes.ts';
import { Volumes } from './volumes/volumes.ts';

/** How long processes have to end when the service ends. */
const FAREWELL_MS = 3000;

/** All containers of a data directory, with their volumes and the nodes that they run on. */
export class ContainerEngine {
  readonly nodes: EngineNodes;
  readonly volumes: EngineVolumes;
  readonly steps: Steps;
  readonly #around: EngineSurroundings;
  readonly #containerAround: ContainerSurroundings<Container>;
  readonly #settings: EngineSettingsFile;
  readonly #store: ContainerStore;
  readonly #registry = new ContainerRegistry();
  readonly #nodes: Nodes;
  readonly #volumeBook: Volumes;
  readonly #pins = new Map<string, Disposable>();
  readonly #changed = new Emitter<ContainerView>();
  readonly #removed = new Emitter<string>();
  readonly #meter = new StatsMeter();
  /** Of containers whose definition cannot be read: what they wrote stays. */
  #damaged: readonly string[] = [];
  #isClosing = false;

  constructor(around: EngineSurroundings) {
    this.#around = around;
    const { files, directory, host } = around;
    const preset = presetSettings(host.memoryBytes);
    this.#settings = new EngineSettingsFile(files, files.join(directory, 'settings.json'), preset);
    this.#store = new ContainerStore(files, files.join(directory, 'instances'));
    this.#volumeBook = new Volumes(files, files.join(directory, 'volumes.json'));
    this.#nodes = new Nodes(around, () => this.#settings.settings, {
      containersOn: (node) => [...this.#on(node).map(({ id }) => id), ...this.steps.ids, ...this.#damaged],
      volumesOn: (node) => this.#volumeBook.on(node).map(({ name }) => name),
      runningOn: (node) => this.#on(node).filter(({ run }) => run !== null).length,
    });
    this.#containerAround = this.#surroundings();
    this.steps = new Steps(this.#nodes, this.#containerAround);
    this.volumes = new EngineVolumes(this.#volumeBook, this.#nodes, this.#registry, around.clock);
    this.nodes = new EngineNodes(this.#nodes, this.#settings, this.#registry, this.volumes);
  }

  /** Reads what there is, and starts what is to be started by itself. Once, after the machines. @throws AppError */
  async open(): Promise<void> {
    const { clock, log } = this.#around;
    await this.#settings.open((error) => log.warn('the preset settings of the engine count', { error }));
    await this.#volumeBook.open();
    const { containers, damaged } = await this.#store.open();
    for (const { id, path, problem } of damaged) {
      log.warn(`container ${id} cannot be used: ${problem.because}`, { path });
    }
    this.#damaged = damaged.map(({ id }) => id);
    this.#nodes.open();
    for (const { definition, record } of containers) {
      const recovered = recover(record, clock.now());
      const container = this.#adopt(definition, recovered);
      if (recovered !== record) await container.documents.note({});
    }
    for (const container of this.#registry.all) this.#takeUp(container);
  }

  onChanged(listener: (view: ContainerView) => void): Disposable {
    return this.#changed.on(listener);
  }

  onRemoved(listener: (id: string) => void): Disposable {
    return this.#removed.on(listener);
  }

  onVolume(listener: (view: VolumeView) => void): Disposable {
    return this.volumes.onChanged(listener);
  }

  onNode(listener: (view: NodeView) => void): Disposable {
    return this.#nodes.onChanged(listener);
  }

  /** Sorted by name. */
  list(): ContainerView[] {
    return this.#registry.all.map((container) => container.view()).sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @param reference name, id, or its beginning @param verb for the failure: "start" @throws AppError 'not-found' */
  get(reference: string, verb: string): Container {
    return this.#registry.get(reference, verb);
  }

  /**
   * Makes a container, having pulled its image where that is not here.
   * @returns it, while it is being written down: see `documents.created` @throws AppError, having left nothing behind
   */
  async create(request: CreateRequest): Promise<Container> {
    if (this.#isClosing) {
      throw new AppError({ code: 'unavailable', doing: 'create a container', because: 'Innkeeper is just ending' });
    }
    const image = await this.#imageFor(request);
    const name =
      request.name ??
      madeUpName(
        () => this.#random(),
        (taken) => this.#registry.isTaken(taken),
      );
    return this.#registry.claim(name, `create container ${name}`, async () => {
      // Nobody removes the image while its container is planned.
      const pin = this.#around.images.pin(image.layers.map(({ diffId }) => diffId));
      try {
        const definition = await planContainer({ ...request, name }, image, this.#newId(), this.#around);
        const container = this.#adopt(definition, NEVER_RUN);
        container.documents.create().catch(() => this.#forget(container));
        this.#changed.fire(container.view());
        return container;
      } finally {
        pin.dispose();
      }
    });
  }

  /** Resolves when it is safely on disk. @throws AppError, having left nothing behind */
  async created(container: Container): Promise<void> {
    await asPartOf(`create container ${container.name}`, container.documents.created());
  }

  async rename(reference: string, name: string): Promise<Container> {
    const container = this.get(reference, 'rename');
    const doing = `rename container ${container.name} to ${name}`;
    if (container.name.toLowerCase() === name.toLowerCase()) await asPartOf(doing, container.rename(name));
    else await this.#registry.claim(name, doing, () => asPartOf(doing, container.rename(name)));
    return container;
  }

  /** What is left out stays as it is. @throws AppError */
  async update(
    reference: string,
    wanted: {
      limits?:
        { [Name in keyof ContainerDefinition['limits']]?: ContainerDefinition['limits'][Name] | undefined } | undefined;
      restart?: ContainerDefinition['restart'] | undefined;
      ports?: CreateRequest['ports'] | undefined;
    },
  ): Promise<Container> {
    const container = this.get(reference, 'change');
    const doing = `change container ${container.name}`;
    const { limits, restart, ports } = wanted;
    const given = Object.entries(limits ?? {}).filter(([, value]) => value !== undefined);
    await container.change({
      ...(limits ? { limits: { ...container.definition.limits, ...Object.fromEntries(given) } } : {}),
      ...(restart ? { restart } : {}),
      ...(ports ? { ports: await portsOf(ports, this.#around, doing) } : {}),
    });
    return container;
  }

  /** Removes all that have ended. @returns their names */
  async prune(): Promise<string[]> {
    const ended = this.#registry.all.filter(({ state }) => state === 'exited' || state === 'created');
    const outcomes = await Promise.allSettled(ended.map((container) => container.remove(false)));
    return ended
      .filter((_, index) => outcomes[index]?.status === 'fulfilled')
      .map(({ name }) => name)
      .sort();
  }

  /** Names of the containers that are made from an image. */
  usersOfImage({ id }: Pick<LocalImage, 'id'>): string[] {
    return this.#registry.all
      .filter(({ definition }) => definition.imageId === id)
      .map(({ name }) => name)
      .sort();
  }

  /** Names of the containers that are on a network, whether they run or not. */
  usersOfNetwork(id: string): string[] {
    return this.#registry.all
      .filter(({ definition }) => definition.network?.id === id)
      .map(({ name }) => name)
      .sort();
  }

  /** A network is about to be removed, and no container is on it: nodes have no cards there any more. */
  async leaveNetwork(id: string): Promise<void> {
    for (const node of this.#nodes.all) if (!node.isHeld(networkUse(id))) await node.machine.dropCard(id);
  }

  /** The containers that are on a network now. */
  onNetwork(id: string): NonNullable<NetworkView['containers']> {
    return this.#registry.all.flatMap((container) => {
      const { network, name, ports, state } = container.view();
      if (network?.id !== id || (container.run === null && state !== 'restarting')) return [];
      const { address, mac } = network;
      return [{ id: container.id, name, address, mac, running: container.run !== null, forwards: ports }];
    });
  }

  /** Measures all nodes that are up, and what runs on them. */
  async sample(): Promise<{ id: string; stats: ContainerStats }[]> {
    const all = await Promise.all(
      this.#nodes.all.map(async (node) => {
        const measured = await node.measure();
        if (!measured) return [];
        this.#nodes.tell(node.id);
        return this.#meter.take(measured, this.#around.clock.now());
      }),
    );
    return all.flat().filter(({ id, stats }) => {
      const container = this.#registry.all.find((each) => each.id === id);
      if (!container?.run) return false;
      container.stats = stats;
      return true;
    });
  }

  /**
   * Carries out what needs a container's node, but not its process: the node is woken up for it.
   * @throws AppError 'wrong-state' when it was never started
   */
  async onItsNode<T>(container: Container, doing: string, work: (runtime: NodeRuntime) => Promise<T>): Promise<T> {
    const node = this.#nodes.find(container.record.node);
    if (!node) {
      const because = 'it has never been started, so nothing of it is on any node';
      throw new AppError({ code: 'wrong-state', doing, because, hint: 'Start the container first.' });
    }
    const use = node.use();
    try {
      return await work(await node.ready(doing));
    } finally {
      use.dispose();
    }
  }

  /** How its files differ from its image. @throws AppError */
  async diff(container: Container): Promise<ChangedFile[]> {
    const { name, id, definition } = container;
    const doing = `list what was changed in container ${name}`;
    if (container.record.node === null) return [];
    const entries = await this.onItsNode(container, doing, async (runtime) =>
      writtenEntries(await runtime.written(id), doing),
    );
    return changesOf(entries, await pathsOf(definition.layers, this.#around.images));
  }

  /** The OCI runtime's configuration that its process was last started with. @throws AppError 'wrong-state' */
  async runtimeConfig(container: Container): Promise<string> {
    const json = await this.#store.readRuntimeConfig(container.id);
    if (json !== null) return json;
    const doing = `read the runtime configuration of container ${container.name}`;
    throw new AppError({ code: 'wrong-state', doing, because: 'it has never been started' });
  }

  /** Ends all processes, and puts the nodes to sleep. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#registry.all.map((container) => container.end(FAREWELL_MS)));
    await this.#nodes.sleepAll();
    this.#nodes.close();
    for (const pin of this.#pins.values()) pin.dispose();
  }

  #takeUp(container: Container): void {
    const { removeAtEnd } = container.definition;
    if (removeAtEnd && container.record.lastEnd) {
      container.remove(false).catch((error: unknown) => {
        this.#around.log.warn(`container ${container.name} could not be removed`, { error });
      });
    } else container.startWithService();
  }

  /** @throws AppError 'not-found', or why it could not be had */
  async #imageFor({ image: reference, pull }: CreateRequest): Promise<LocalImage> {
    const { images } = this.#around;
    const here = pull === 'always' ? undefined : images.find(reference);
    if (here) return here;
    if (pull === 'never') return images.get(reference, `create a container of ${reference}`);
    return this.#around.pull(reference);
  }

  #adopt(definition: ContainerDefinition, record: ContainerRecord): Container {
    const container = new Container(definition, record, this.#containerAround);
    this.#registry.add(container);
    this.#pins.set(container.id, this.#around.images.pin(definition.layers));
    return container;
  }

  /** It is gone, or came to nothing. */
  #forget(container: Container): void {
    const { id, definition, record } = container;
    if (!this.#registry.has(container)) return;
    this.#registry.take(container);
    this.#pins.get(id)?.dispose();
    this.#pins.delete(id);
    this.#meter.forget(id);
    if (definition.network) this.#around.networks.leases.release(definition.network.id, definition.network.mac);
    this.#deleteOn(record.node, id);
    this.#removed.fire(id);
    this.#nodes.tell(record.node);
    this.volumes.tellAbout(definition.mounts);
  }

  /** What it wrote goes too: at once where the node is up, else when it is up the next time. */
  #deleteOn(nodeId: string | null, id: string): void {
    const node = this.#nodes.find(nodeId);
    if (!node?.runtime) return;
    const use = node.use();
    node.runtime
      .remove(id)
      .catch((error: unknown) =>
        this.#around.log.warn('what a container wrote could not be deleted yet', { id, error }),
      )
      .finally(() => use.dispose());
  }

  #surroundings(): ContainerSurroundings<Container> {
    return {
      ...this.#around,
      store: this.#store,
      nodes: this.#nodes,
      isClosing: () => this.#isClosing,
      placeOf: (container, doing) =>
        this.volumes.placeOf(container.definition.mounts, doing) ?? this.#ownPlace(container),
      placed: async ({ id, definition }, node, before) => {
        if (before !== null && before !== node) this.#deleteOn(before, id);
        await this.volumes.need(definition.mounts, node);
      },
      nodeName: (id) => this.#nodes.find(id)?.name ?? id,
      networkName: (id) => this.#around.networks.find(id)?.name ?? id,
      freeAddresses: (network) => {
        const { leases } = this.#around.networks;
        for (const { definition, run, state } of this.#registry.all) {
          const isIdle = run === null && state !== 'starting' && state !== 'restarting';
          if (isIdle && definition.network?.id === network) leases.release(network, definition.network.mac);
        }
      },
      changed: (container) => {
        if (!this.#registry.has(container)) return;
        this.#changed.fire(container.view());
        this.#nodes.tell(container.record.node);
      },
      removed: (container) => this.#forget(container),
    };
  }

  /** Where it wrote before; anywhere, with a fresh root, where that node cannot be had any more. */
  #ownPlace({ record }: Container): string | null {
    const node = this.#nodes.find(record.node);
    return node && !node.isBroken ? node.id : null;
  }

  #on(node: string): Container[] {
    return this.#registry.all.filter(({ record }) => record.node === node);
  }

  #newId(): string {
    const bytes = new Uint8Array(8);
    this.#around.random(bytes);
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  #random(): number {
    const bytes = new Uint8Array(4);
    this.#around.random(bytes);
    return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
  }
}
