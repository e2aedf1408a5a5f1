import type { VolumeView } from '../../../contract/containers.ts';
import type { Container } from '../container/container.ts';
import type { EngineNode } from '../nodes/node.ts';
import type { Volume } from './volumes.ts';

/** Names of the containers that mount a volume. */
export function usersOfVolume(name: string, containers: readonly Container[]): string[] {
  const mounts = ({ definition }: Container): boolean =>
    definition.mounts.some((mount) => mount.kind === 'volume' && mount.volume.toLowerCase() === name.toLowerCase());
  return containers
    .filter(mounts)
    .map((container) => container.name)
    .sort();
}

/** @param usedBytes null while its node does not run */
export function viewOfVolume(
  { name, node, createdAt }: Volume,
  containers: readonly Container[],
  nodeName: (id: string) => string,
  usedBytes: number | null,
): VolumeView {
  return {
    name,
    createdAt,
    node: { id: node, name: nodeName(node) },
    usedBytes,
    usedBy: usersOfVolume(name, containers),
  };
}

/** What the volumes of a node hold, in bytes, by name; empty while it is not up. */
export async function measureVolumes(node: EngineNode | undefined): Promise<ReadonlyMap<string, number>> {
  const found = (await node?.runtime?.volumes().catch(() => [])) ?? [];
  return new Map(found.map(({ name, usedBytes }) => [name, usedBytes]));
}
