import { useQuery } from '@tanstack/react-query';
import { useInventory } from '../../state/inventory.ts';
import { service, useSession } from '../../state/session.ts';

/** The images that can be had, present or not. Asked again when an image comes or goes. */
export function useCatalog() {
  const generation = useSession((session) => session.generation);
  const present = useInventory(({ images }) => Object.keys(images).sort().join());
  return useQuery({
    queryKey: ['catalog', generation, present],
    queryFn: () => service().images.catalog({}),
    enabled: generation > 0,
    placeholderData: (before) => before,
  });
}
