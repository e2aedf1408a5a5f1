import { AppError } from '../../base/errors.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { inspectDisk } from '../machine-disks/disk-image.ts';
import { locateDisks, ownDisk } from '../machine-disks/machine-disks.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Pin } from './layer-pool.ts';

type Disks = MachineDefinition['disks'];

/** With more layers one above the other a disk becomes slow, and at last cannot be opened. */
export const MOST_LAYERS = 100;

/** Disks that show what those below them show, and are written instead of them. */
export interface NewTops {
  /** All disks, those of the machine's own with a new layer on top. */
  readonly disks: Disks;
  /** For a run that is to go on in them. */
  readonly switches: readonly { readonly disk: number; readonly path: string }[];
}

/**
 * Makes an empty layer over each disk of a machine's own that is written. On disk when this resolves.
 * @param pin keeps the layers until a document names them
 * @throws AppError 'disk-full', 'not-found', 'no-room' when there are too many layers already
 */
export async function coverDisks(
  disks: Disks,
  doing: string,
  around: Pick<Surroundings, 'files' | 'layers'>,
  pin: Pin,
): Promise<NewTops> {
  const located = locateDisks({ disks }, around);
  const covered = await Promise.all(
    disks.map(async (disk, index) => {
      const below = disk.own && !disk.readOnly ? around.layers.layerOf(disk.path) : null;
      const place = located[index];
      if (below === null || !place) return disk;
      const { sizeBytes } = await inspectDisk(around.files, doing, place);
      await refuseTooMany(below, doing, around);
      const layer = pin.add(around.layers.newLayer());
      await around.layers.createDisk(layer, sizeBytes, { layer: below });
      return ownDisk(disk.slot, layer);
    }),
  );
  const switches = covered.flatMap((disk, index) => {
    const layer = disk.path === disks[index]?.path ? null : around.layers.layerOf(disk.path);
    return layer === null ? [] : [{ disk: disk.slot, path: around.layers.diskPath(layer) }];
  });
  return { disks: covered, switches };
}

/** The disks of `now`, where `before` says what they were, as they are in `after`: others came or went meanwhile. */
export function exchanged(now: Disks, after: Disks): Disks {
  return now.map((disk) => after.find(({ slot }) => slot === disk.slot) ?? disk);
}

async function refuseTooMany(layer: string, doing: string, { layers }: Pick<Surroundings, 'layers'>): Promise<void> {
  const { disks } = await layers.reach({ disks: [layer], memory: [] });
  if (disks.length < MOST_LAYERS) return;
  throw new AppError({
    code: 'no-room',
    doing,
    because: `one of its disks consists of ${disks.length} layers, one for each snapshot`,
    hint: 'Delete snapshots that are not needed any more, or make a full clone and go on with that.',
    data: { layers: disks.length },
  });
}

/** Disks that cannot be kept at one moment: files of this computer that were only attached. @returns their paths */
export function foreignDisks(disks: Disks): string[] {
  return disks.filter(({ own, readOnly }) => !own && !readOnly).map(({ path }) => path);
}
