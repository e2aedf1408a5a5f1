import { useQuery } from '@tanstack/react-query';
import { useInventory } from '../../state/inventory.ts';
import { service, useSession } from '../../state/session.ts';

/** The images that can be had without any registry. Asked again when an image comes or goes. */
export function useBaseImages() {
  const generation = useSession((session) => session.generation);
  const present = useInventory(({ containerImages }) => Object.keys(containerImages).sort().join());
  return useQuery({
    queryKey: ['base-images', generation, present],
    queryFn: () => service().containerImages.catalog({}),
    enabled: generation > 0,
    placeholderData: (before) => before,
  });
}
