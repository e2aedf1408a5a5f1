import { AppError } from '../../base/errors.ts';
import type { BootedStore } from '../booted/booted-store.ts';
import type { MachineDefinition } from '../store/definition.ts';
import type { MachineStore } from '../store/machine-store.ts';
import type { SnapshotStore } from '../snapshots/snapshot-store.ts';
import type { LayerNames, LayerOwners } from './layer-pool.ts';

const MOST_ATTEMPTS = 10;

/** The layers that a definition, or the hardware of a snapshot, names. */
export function layersOf({ disks }: Pick<MachineDefinition, 'disks'>, memory: string | null): LayerNames {
  const tops = disks.flatMap(({ own, path }) => (own ? [path.slice(0, path.indexOf('.'))] : []));
  return { disks: tops, memory: memory === null ? [] : [memory] };
}

interface Documents {
  readonly store: MachineStore;
  readonly snapshots: SnapshotStore;
  readonly booted: BootedStore;
}

/** Asks the documents themselves, not what is remembered of them. */
export class LayerOwnersOnDisk implements LayerOwners {
  readonly #store: MachineStore;
  readonly #snapshots: SnapshotStore;
  readonly #booted: BootedStore;

  constructor({ store, snapshots, booted }: Documents) {
    this.#store = store;
    this.#snapshots = snapshots;
    this.#booted = booted;
  }

  async owned(): Promise<LayerNames> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const before = await this.#store.folders();
      const owned = await this.#ownedBy(before).catch(movedAway);
      // One that went to the bin or came back meanwhile may have been seen at neither place.
      const after = await this.#store.folders();
      if (owned && before.join('\n') === after.join('\n')) return owned;
    }
    const because = 'machines come and go all the time';
    throw new AppError({ code: 'unavailable', doing: 'look which layers are needed', because });
  }

  async #ownedBy(folders: readonly string[]): Promise<LayerNames> {
    const owned = (await this.#booted.readAll()).map((booted) => layersOf(booted, booted.memory));
    for (const folder of folders) {
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

function movedAway(error: unknown): null {
  if (error instanceof AppError && error.code === 'not-found') return null;
  throw error;
}
