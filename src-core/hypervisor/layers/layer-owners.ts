import type { MachineDefinition } from '../definition.ts';
import type { MachineStore } from '../machine-store.ts';
import type { SnapshotStore } from '../snapshots/snapshot-store.ts';
import type { LayerNames, LayerOwners } from './layer-pool.ts';

/** The layers that a definition, or the hardware of a snapshot, names. */
export function layersOf({ disks }: Pick<MachineDefinition, 'disks'>, memory: string | null): LayerNames {
  const tops = disks.flatMap(({ own, path }) => (own ? [path.slice(0, path.indexOf('.'))] : []));
  return { disks: tops, memory: memory === null ? [] : [memory] };
}

/** Asks the documents themselves, not what is remembered of them. */
export class LayerOwnersOnDisk implements LayerOwners {
  readonly #store: MachineStore;
  readonly #snapshots: SnapshotStore;

  constructor({ store, snapshots }: { readonly store: MachineStore; readonly snapshots: SnapshotStore }) {
    this.#store = store;
    this.#snapshots = snapshots;
  }

  async owned(): Promise<LayerNames> {
    const owned: LayerNames[] = [];
    for (const folder of await this.#store.folders()) {
      const definition = await this.#store.definitionIn(folder);
      owned.push(layersOf(definition, definition.resume?.memory ?? null));
      for (const { hardware, memory } of await this.#snapshots.readAll(folder)) {
        owned.push(layersOf(hardware, memory));
      }
    }
    return {
      disks: owned.flatMap(({ disks }) => disks),
      memory: owned.flatMap(({ memory }) => memory),
    };
  }
}
