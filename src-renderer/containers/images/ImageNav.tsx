import { PageNav } from '../../parts/PageNav.tsx';
import { useInventory } from '../../state/inventory.ts';

/** What machines are made from, and what containers are. */
export function ImageNav({ page }: { page: 'images' | 'container-images' }) {
  const machineImages = useInventory((inventory) => Object.keys(inventory.images).length);
  const containerImages = useInventory((inventory) => Object.keys(inventory.containerImages).length);
  return (
    <PageNav
      label="Images"
      page={page}
      links={[
        { label: 'Machine images', place: { page: 'images' }, count: machineImages },
        {
          label: 'Container images',
          place: { page: 'container-images', image: null, tab: 'overview' },
          count: containerImages,
        },
      ]}
    />
  );
}
