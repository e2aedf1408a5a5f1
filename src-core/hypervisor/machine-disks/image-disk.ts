import { emptyQcow2 } from '../../disks/qcow2/create.ts';
import type { ImageRecord } from '../../images/image.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { backingOf } from '../layers/layer-pool.ts';
import type { Pin } from '../layers/layer-pool.ts';
import type { MachineBody } from '../life/machine-body.ts';
import { ownDisk } from './machine-disks.ts';
import type { Surroundings } from '../surroundings.ts';

/** The disk that a machine has of its image comes first. */
export const IMAGE_DISK_SLOT = 0;

/**
 * A machine's own layer over the disk of its image: thin, and gone with the machine.
 * @returns null for an image without a disk @throws AppError 'disk-full'
 */
export async function layerOverImage(
  { document: { name, disk } }: ImageRecord,
  { layers }: Pick<Surroundings, 'layers'>,
  pin: Pin,
): Promise<MachineDefinition['disks'][number] | null> {
  if (disk === null) return null;
  const layer = pin.add(layers.newLayer());
  await layers.createDisk(layer, disk.virtualBytes, { image: name, file: disk.file });
  return ownDisk(IMAGE_DISK_SLOT, layer);
}

/**
 * Whether all of a machine's disks are what it was given of its image, with nothing written to it and of the same size: one
 * that was brought from elsewhere, attached or grown is not. @throws AppError when it cannot be read
 */
export async function isPristine(
  { disks }: Pick<MachineDefinition, 'disks'>,
  { document: { name, disk: ofImage } }: ImageRecord,
  { files, layers }: Pick<Surroundings, 'files' | 'layers'>,
): Promise<boolean> {
  if (ofImage === null) return disks.length === 0;
  const [disk, ...others] = disks;
  const layer = disk?.own === true ? layers.layerOf(disk.path) : null;
  if (layer === null || others.length > 0) return false;
  const path = layers.diskPath(layer);
  const empty = emptyQcow2({ sizeBytes: ofImage.virtualBytes, backing: backingOf(name, ofImage.file) }, path);
  const facts = await files.inspect(path);
  if (facts?.sizeBytes !== empty.length) return false;
  const found = await files.read(path);
  return found.every((byte, at) => byte === empty[at]);
}

/** Gives a machine the disk of its image, when that was not here yet as the machine was made. @throws AppError */
export async function takeImageDisk(body: MachineBody): Promise<void> {
  const { definition, around } = body;
  if (!definition.awaitsImageDisk || definition.source.kind !== 'image') return;
  const image = await around.images.find(definition.source.image);
  if (image === null) return;
  const pin = around.layers.pin();
  try {
    const disk = await layerOverImage(image, around, pin);
    await body.documents.change((now) => ({
      ...now,
      disks: disk === null ? now.disks : [disk, ...now.disks],
      awaitsImageDisk: false,
    }));
  } finally {
    pin.dispose();
  }
}
