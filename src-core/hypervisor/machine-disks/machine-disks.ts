import { AppError, asPartOf } from '../../base/errors.ts';
import type { CreateMachine, MachineDiskView } from '../../contract/machines.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { inspectDisk } from './disk-image.ts';
import type { Pin } from '../layers/layer-pool.ts';
import type { Surroundings } from '../surroundings.ts';

type DefinedDisk = MachineDefinition['disks'][number];
type DiskForMachine = NonNullable<CreateMachine['disks']>[number];

const MOST_DISKS = 16;
const MIN_BYTES = 1024 * 1024;
const MAX_BYTES = 16 * 1024 ** 4;
const STEP_BYTES = 512;

/**
 * Looks at the files that are to be disks, and makes new ones: empty layers in the pool.
 * @param taken slots that have a disk already @param pin keeps the new layers
 * @throws AppError 'invalid-input', 'not-found', 'denied', 'corrupt', 'not-supported', 'disk-full'
 */
export async function planDisks(
  { files, layers }: Pick<Surroundings, 'files' | 'layers'>,
  doing: string,
  wanted: readonly DiskForMachine[],
  taken: readonly number[],
  pin: Pin,
): Promise<readonly DefinedDisk[]> {
  const planned: DefinedDisk[] = [];
  for (const disk of wanted) {
    const slot = freeSlot(doing, [...taken, ...planned.map((other) => other.slot)]);
    if ('path' in disk) {
      const { path, readOnly = false } = disk;
      const { format } = await inspectDisk(files, doing, { path, readOnly });
      planned.push({ slot, path, readOnly, format, own: false });
    } else {
      checkSize(doing, disk.sizeBytes);
      planned.push(ownDisk(slot, pin.add(layers.newLayer())));
    }
  }
  // Nothing is made before all of it is known to be possible.
  for (const [index, disk] of wanted.entries()) {
    const layer = layers.layerOf(planned[index]?.path ?? '');
    if ('sizeBytes' in disk && layer !== null) await asPartOf(doing, layers.createDisk(layer, disk.sizeBytes, null));
  }
  return planned;
}

/** A disk of a machine's own. @param layer its top */
export function ownDisk(slot: number, layer: string): DefinedDisk {
  return { slot, path: `${layer}.qcow2`, readOnly: false, format: 'qcow2', own: true };
}

function freeSlot(doing: string, taken: readonly number[]): number {
  for (let slot = 0; slot < MOST_DISKS; slot++) if (!taken.includes(slot)) return slot;
  throw new AppError({ code: 'invalid-input', doing, because: `a machine can have ${MOST_DISKS} disks` });
}

/** Disks with their whole paths: those of its own lie in the pool, wherever the data directory is. */
export function locateDisks(
  { disks }: Pick<MachineDefinition, 'disks'>,
  { layers }: Pick<Surroundings, 'layers'>,
): readonly DefinedDisk[] {
  return disks.map((disk) => {
    const layer = disk.own ? layers.layerOf(disk.path) : null;
    return layer === null ? disk : { ...disk, path: layers.diskPath(layer) };
  });
}

/** How large its disks are and what they take; null where a file cannot be read now. */
export async function measureDisks(
  definition: Pick<MachineDefinition, 'disks'>,
  around: Pick<Surroundings, 'files' | 'layers'>,
): Promise<readonly MachineDiskView[]> {
  return Promise.all(
    locateDisks(definition, around).map(async (disk) => {
      const facts = await inspectDisk(around.files, 'measure a disk', { ...disk, readOnly: true }).catch(() => null);
      return { ...disk, sizeBytes: facts?.sizeBytes ?? null, usedBytes: facts?.usedBytes ?? null };
    }),
  );
}

/** @throws AppError 'invalid-input' when no disk can have this size */
export function checkSize(doing: string, sizeBytes: number): void {
  if (sizeBytes >= MIN_BYTES && sizeBytes <= MAX_BYTES && sizeBytes % STEP_BYTES === 0) return;
  throw new AppError({
    code: 'invalid-input',
    doing,
    because: `${sizeBytes} bytes is no possible size of a disk`,
    hint: 'Give a size from 1 MiB to 16 TiB, in whole sectors of 512 bytes.',
    data: { sizeBytes },
  });
}
