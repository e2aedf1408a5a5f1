import type { CatalogEntry, ImageView } from '../../../src-core/contract/images.ts';
import { MIN_MEMORY_BYTES } from '../../../src-core/contract/machines.ts';

/** What a system nobody has described to us is given: enough for most that boot from a disk. */
const DEFAULTS = { processors: 1, memoryBytes: 512 * 1024 * 1024 };

const ORIGINS: Record<ImageView['origin'], string> = {
  built: 'Built here.',
  imported: 'Imported from a file.',
  saved: 'Saved from a machine.',
};

/** An image that is here and in no catalogue, as if it were in one. */
function entryOf({ name, title, contents, origin }: ImageView): CatalogEntry {
  return {
    name,
    title,
    description: `${ORIGINS[origin]} ${contents}`,
    downloadBytes: 0,
    defaults: DEFAULTS,
    minimumMemoryBytes: MIN_MEMORY_BYTES,
    present: true,
  };
}

/** Everything that a machine can be made from: the catalogue, and the images that were imported or saved. */
export function imageEntries(
  catalog: readonly CatalogEntry[],
  images: Readonly<Record<string, ImageView>>,
): readonly CatalogEntry[] {
  const own = Object.values(images).filter(({ name }) => catalog.every((entry) => entry.name !== name));
  return [...catalog, ...own.map(entryOf)];
}
