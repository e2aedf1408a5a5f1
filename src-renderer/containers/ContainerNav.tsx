import { PageNav } from '../parts/PageNav.tsx';
import { useInventory } from '../state/inventory.ts';

/** Containers, what they keep, and what they run on. */
export function ContainerNav({ page }: { page: 'containers' | 'volumes' | 'nodes' }) {
  const containers = useInventory((inventory) => Object.keys(inventory.containers).length);
  const volumes = useInventory((inventory) => Object.keys(inventory.volumes).length);
  const nodes = useInventory((inventory) => Object.keys(inventory.nodes).length);
  return (
    <PageNav
      label="Containers"
      page={page}
      links={[
        { label: 'Containers', place: { page: 'containers', container: null, tab: 'summary' }, count: containers },
        { label: 'Volumes', place: { page: 'volumes' }, count: volumes },
        { label: 'Nodes', place: { page: 'nodes' }, count: nodes },
      ]}
    />
  );
}
