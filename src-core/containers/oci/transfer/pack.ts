import { watched } from '../../../images/cancellation.ts';
import type { AbortSignalLike } from '../../../images/image.ts';
import type { LocalLayer } from '../container-images.ts';
import type { KeptImage } from '../kept-image.ts';
import { readManifest } from '../kept-image.ts';
import type { LocalImages } from '../local-images.ts';
import { configDescriptor, writeManifest } from '../made-image.ts';
import type { Descriptor, ImageManifest } from '../manifest.ts';
import { layerCompression, OCI_LAYER, OCI_LAYER_GZIP } from '../media-types.ts';

/** How an image is packed. */
export interface Packing {
  readonly doing: string;
  readonly signal: AbortSignalLike;
  /** Bytes of the layer with that place, from 0, that are packed. */
  packed(layer: number, bytes: number): void;
  /** Whether a blob need not be here, since where it goes has it. */
  isThere(descriptor: Descriptor): Promise<boolean>;
}

/**
 * Makes sure that an image can move: a layer that was made here is packed, once. Its manifest is another one after
 * that; the image stays what it is.
 * @throws AppError
 */
export async function packImage(local: LocalImages, image: KeptImage, packing: Packing): Promise<ImageManifest> {
  const name = image.names[0] ?? image.id;
  const manifest = await readManifest(image.digest, local.blobs, name, packing.doing);
  const layers: Descriptor[] = [];
  for (const [at, layer] of image.layers.entries()) {
    const descriptor = manifest.layers[at];
    const isMovable = descriptor !== undefined && descriptor.digest !== layer.diffId;
    const isHere = isMovable && ((await isWhole(local, descriptor)) || (await packing.isThere(descriptor)));
    layers.push(isHere ? descriptor : await packLayer(local, layer, at, packing));
  }
  if (layers.every(({ digest }, at) => digest === manifest.layers[at]?.digest)) return manifest;
  const config = configDescriptor(manifest.config.digest, manifest.config.size);
  const bytes = writeManifest(config, layers.map(ociLayer));
  const digest = await local.blobs.put(bytes);
  const next = await local.read({ ...image, digest });
  await local.catalog.update(image.id, ({ names, arrivedAt }) => ({ ...next, names, arrivedAt }));
  return readManifest(digest, local.blobs, name, packing.doing);
}

async function isWhole(local: LocalImages, { digest, size }: Descriptor): Promise<boolean> {
  return (await local.blobs.size(digest)) === size;
}

async function packLayer(local: LocalImages, layer: LocalLayer, at: number, packing: Packing): Promise<Descriptor> {
  const kept = local.layers.get(layer.diffId)?.packed;
  if (kept) {
    const descriptor = { mediaType: kept.mediaType, digest: kept.digest, size: kept.sizeBytes };
    if (await isWhole(local, descriptor)) return descriptor;
  }
  const { signal, doing } = packing;
  const archive = watched(local.layers.archive(layer.diffId), signal, doing, (bytes) => packing.packed(at, bytes));
  const { digest, sizeBytes } = await local.blobs.keep(local.outside.gzip(archive));
  await local.layers.notePacked(layer.diffId, { digest, mediaType: OCI_LAYER_GZIP, sizeBytes });
  return { mediaType: OCI_LAYER_GZIP, digest, size: sizeBytes };
}

/** docker's kinds of layers have no place in a manifest of OCI's. */
function ociLayer(descriptor: Descriptor): Descriptor {
  const compression = layerCompression(descriptor.mediaType);
  return { ...descriptor, mediaType: compression === 'none' ? OCI_LAYER : `${OCI_LAYER}+${compression ?? 'gzip'}` };
}
