import type { Disposable } from '../../../base/disposable.ts';
import { Emitter } from '../../../base/emitter.ts';
import { AppError } from '../../../base/errors.ts';
import type { ContainerMount, VolumeView } from '../../../contract/containers.ts';
import type { Clock } from '../../../host/clock.ts';
import type { ContainerRegistry } from '../container/registry.ts';
import type { Nodes } from '../nodes/nodes.ts';
import { measureVolumes, usersOfVolume, viewOfVolume } from './volume-views.ts';
import type { Volume, Volumes } from './volumes.ts';

/** Of a volume itself: it takes no memory. */
const NO_LIMITS = { memoryBytes: 0, diskBytes: null };

/** Volumes as people see and use them. Each lies on one node, and its containers run there. */
export class EngineVolumes {
  readonly #book: Volumes;
  readonly #nodes: Nodes;
  readonly #registry: ContainerRegistry;
  readonly #clock: Clock;
  readonly #changed = new Emitter<VolumeView>();

  constructor(book: Volumes, nodes: Nodes, registry: ContainerRegistry, clock: Clock) {
    this.#book = book;
    this.#nodes = nodes;
    this.#registry = registry;
    this.#clock = clock;
    book.onChanged((volume) => this.#tell(volume));
  }

  onChanged(listener: (view: VolumeView) => void): Disposable {
    return this.#changed.on(listener);
  }

  onRemoved(listener: (name: string) => void): Disposable {
    return this.#book.onRemoved(listener);
  }

  /** Sorted by name. */
  async list(): Promise<VolumeView[]> {
    const volumes = this.#book.list();
    const nodes = [...new Set(volumes.map(({ node }) => node))];
    const used = new Map(
      await Promise.all(nodes.map(async (id) => [id, await measureVolumes(this.#nodes.find(id))] as const)),
    );
    return volumes.map((volume) => this.#view(volume, used.get(volume.node)?.get(volume.name) ?? null));
  }

  /** @throws AppError 'not-found' */
  async view(name: string, doing: string): Promise<VolumeView> {
    const volume = this.#book.get(name, doing);
    const used = await measureVolumes(this.#nodes.find(volume.node));
    return this.#view(volume, used.get(volume.name) ?? null);
  }

  /** On the node with the most room. Safely written down when this resolves. @throws AppError 'already-exists' */
  async create(name: string): Promise<VolumeView> {
    const doing = `create volume ${name}`;
    if (this.#book.find(name)) {
      throw new AppError({ code: 'already-exists', doing, because: `there is already a volume ${name}` });
    }
    const use = await this.#nodes.take({ doing, limits: NO_LIMITS, on: null });
    try {
      await this.#book.add([name], use.node.id, this.#clock.now());
    } finally {
      use.dispose();
    }
    return this.view(name, doing);
  }

  /** With what is in it. @throws AppError 'wrong-state' while a container mounts it */
  async remove(name: string): Promise<void> {
    const doing = `delete volume ${name}`;
    const volume = this.#book.get(name, doing);
    const users = usersOfVolume(volume.name, this.#registry.all);
    if (users.length > 0) {
      const because = `${users.join(', ')} ${users.length === 1 ? 'mounts' : 'mount'} it`;
      throw new AppError({
        code: 'wrong-state',
        doing,
        because,
        hint: 'Delete those containers first.',
        data: { users },
      });
    }
    const node = this.#nodes.find(volume.node);
    const use = node?.use();
    try {
      // Its node is woken up for it: what a person wants gone is to be gone.
      const runtime = await node?.ready(doing);
      await runtime?.removeVolume(volume.name);
      node?.forgetVolume(volume.name);
      await this.#book.remove([volume.name]);
    } finally {
      use?.dispose();
    }
  }

  /** Removes those that no container mounts. @returns their names */
  async prune(): Promise<string[]> {
    const unused = this.#book.list().filter(({ name }) => usersOfVolume(name, this.#registry.all).length === 0);
    for (const { name } of unused) await this.remove(name);
    return unused.map(({ name }) => name);
  }

  on(node: string): Volume[] {
    return this.#book.on(node);
  }

  /** Their node is gone for good, and they with it. @throws AppError */
  async lost(names: readonly string[]): Promise<void> {
    await this.#book.remove(names);
  }

  /** Node that the volumes lie on that are to be mounted; null where there are none yet. @throws AppError 'wrong-state' */
  placeOf(mounts: readonly ContainerMount[], doing: string): string | null {
    const volumes = mounts.flatMap((mount) => (mount.kind === 'volume' ? (this.#book.find(mount.volume) ?? []) : []));
    const [first, ...others] = volumes;
    const elsewhere = others.find(({ node }) => node !== first?.node);
    if (!first || !elsewhere) return first?.node ?? null;
    const because = `its volumes ${first.name} and ${elsewhere.name} are on different nodes`;
    throw new AppError({ code: 'wrong-state', doing, because, hint: 'Mount volumes of one node.' });
  }

  /** Volumes that are to be mounted on a node are written down. @throws AppError */
  async need(mounts: readonly ContainerMount[], node: string): Promise<void> {
    const names = mounts.flatMap((mount) => (mount.kind === 'volume' ? [mount.volume] : []));
    if (names.some((name) => !this.#book.find(name))) await this.#book.add(names, node, this.#clock.now());
    this.tellAbout(mounts);
  }

  /** Who uses them has changed. */
  tellAbout(mounts: readonly ContainerMount[]): void {
    for (const mount of mounts) {
      const volume = mount.kind === 'volume' ? this.#book.find(mount.volume) : undefined;
      if (volume) this.#tell(volume);
    }
  }

  #tell(volume: Volume): void {
    this.#changed.fire(this.#view(volume, null));
  }

  #view(volume: Volume, usedBytes: number | null): VolumeView {
    return viewOfVolume(volume, this.#registry.all, (id) => this.#nodes.find(id)?.name ?? id, usedBytes);
  }
}
