import { useMemo } from 'react';
import { useInventory } from '../../state/inventory.ts';
import { imageEntries } from './image-entries.ts';
import { useCatalog } from './useCatalog.ts';

/** The catalogue with what else is here; `data` is undefined until the catalogue is known. */
export function useImageEntries() {
  const { data: catalog, error, isPending, refetch } = useCatalog();
  const images = useInventory((inventory) => inventory.images);
  const data = useMemo(() => (catalog === undefined ? undefined : imageEntries(catalog, images)), [catalog, images]);
  return { data, error, isPending, refetch };
}
