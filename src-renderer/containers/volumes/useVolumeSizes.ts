import { useQuery } from '@tanstack/react-query';
import { useInventory } from '../../state/inventory.ts';
import { service, useSession } from '../../state/session.ts';

const EVERY_MS = 5000;

/** Bytes that volumes hold, by name: measured while somebody looks, for only a node that is up can tell. */
export function useVolumeSizes(): ReadonlyMap<string, number> {
  const generation = useSession((session) => session.generation);
  const names = useInventory(({ volumes }) => Object.keys(volumes).sort().join());
  const nodes = useInventory((inventory) =>
    Object.values(inventory.nodes)
      .map(({ state }) => state)
      .join(),
  );
  const { data } = useQuery({
    queryKey: ['volume-sizes', generation, names, nodes],
    queryFn: () => service().volumes.list({}),
    enabled: generation > 0 && names !== '',
    refetchInterval: EVERY_MS,
    placeholderData: (before) => before,
  });
  return new Map(data?.flatMap(({ name, usedBytes }) => (usedBytes === null ? [] : [[name, usedBytes] as const])));
}
