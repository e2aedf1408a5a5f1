import type { SnapshotView } from '../../contract/snapshots.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { layersOf } from '../layers/layer-owners.ts';
import type { LayerNames, LayerPool } from '../layers/layer-pool.ts';
import type { Snapshot } from './snapshot.ts';

/** What is shown of a machine's snapshots, oldest first. A snapshot's sizes are those of the layers that it alone names. */
export async function viewsOf(
  snapshots: readonly Snapshot[],
  definition: MachineDefinition,
  layers: LayerPool,
): Promise<SnapshotView[]> {
  const named = [
    layersOf(definition, definition.resume?.memory ?? null),
    ...snapshots.map(({ hardware, memory }) => layersOf(hardware, memory)),
  ];
  return Promise.all(snapshots.map((snapshot) => viewOf(snapshot, named, layers)));
}

async function viewOf(snapshot: Snapshot, named: readonly LayerNames[], layers: LayerPool): Promise<SnapshotView> {
  const { id, name, note, createdAt, parent, memory, screen, hardware } = snapshot;
  const own = layersOf(hardware, memory);
  const isOwn = (layer: string, kind: keyof LayerNames): boolean =>
    named.filter((names) => names[kind].includes(layer)).length === 1;
  const { diskBytes, memoryBytes } = await layers.sizeOf({
    disks: own.disks.filter((layer) => isOwn(layer, 'disks')),
    memory: own.memory.filter((layer) => isOwn(layer, 'memory')),
  });
  const { processors, memoryBytes: ramBytes } = hardware;
  return {
    ...{ id, name, note, createdAt, parent, memoryBytes, diskBytes, screen },
    live: memory !== null,
    hardware: { processors, memoryBytes: ramBytes },
  };
}
