import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import type { EngineSettings, NodeView } from '../../contract/containers.ts';
import type { ContainerRegistry } from './container/registry.ts';
import type { EngineSettingsFile } from './engine-settings.ts';
import type { Nodes } from './nodes/nodes.ts';
import type { EngineVolumes } from './volumes/engine-volumes.ts';

/** Nodes as people see and use them. */
export class EngineNodes {
  readonly #nodes: Nodes;
  readonly #settings: EngineSettingsFile;
  readonly #registry: ContainerRegistry;
  readonly #volumes: EngineVolumes;

  constructor(nodes: Nodes, settings: EngineSettingsFile, registry: ContainerRegistry, volumes: EngineVolumes) {
    this.#nodes = nodes;
    this.#settings = settings;
    this.#registry = registry;
    this.#volumes = volumes;
  }

  onRemoved(listener: (id: string) => void): Disposable {
    return this.#nodes.onRemoved(listener);
  }

  list(): NodeView[] {
    return this.#nodes.list();
  }

  /** One more, of the preset size unless told. Resolves when it is up. @throws AppError */
  async add(size: { memoryBytes?: number | undefined; processors?: number | undefined }): Promise<NodeView> {
    const { nodeMemoryBytes, nodeProcessors } = this.#settings.settings;
    const memoryBytes = size.memoryBytes ?? nodeMemoryBytes;
    const node = await this.#nodes.add({ memoryBytes, processors: size.processors ?? nodeProcessors });
    const use = node.use();
    try {
      await node.ready(`start node ${node.name}`);
    } finally {
      use.dispose();
    }
    return node.view();
  }

  /** @param force with the containers and volumes on it @throws AppError 'wrong-state' */
  async remove(reference: string, force: boolean): Promise<void> {
    const doing = `delete node ${reference}`;
    const node = this.#nodes.get(reference, doing);
    const containers = this.#registry.all.filter(({ record }) => record.node === node.id);
    const volumes = this.#volumes.on(node.id);
    const names = [...containers, ...volumes].map(({ name }) => name);
    if (names.length > 0 && !force) {
      const because = `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} on it`;
      const hint = 'Delete those first, or use force, which deletes all that is on it.';
      throw new AppError({ code: 'wrong-state', doing, because, hint, data: { names } });
    }
    for (const container of containers) await container.remove(true);
    await this.#volumes.lost(volumes.map(({ name }) => name));
    await this.#nodes.remove(node);
  }

  get settings(): EngineSettings {
    return this.#settings.settings;
  }

  change(part: Parameters<EngineSettingsFile['change']>[0]): Promise<EngineSettings> {
    return this.#settings.change(part);
  }
}
