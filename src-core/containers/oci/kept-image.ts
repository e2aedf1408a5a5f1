import { AppError } from '../../base/errors.ts';
import type { BlobStore } from './blob-store.ts';
import type { LocalImage, LocalLayer } from './container-images.ts';
import { checkLayerCount, MOST_CONFIG_BYTES, parseConfig } from './image-config.ts';
import type { LayerStore } from './layer-store.ts';
import { MOST_MANIFEST_BYTES, parseManifest, type Descriptor, type ImageManifest } from './manifest.ts';

/** What is written down about an image. */
export interface ImageEntry {
  /** Digest of its configuration. */
  readonly id: string;
  /** Digest of its manifest. */
  readonly digest: string;
  /** Normalised. */
  readonly names: readonly string[];
  readonly arrivedAt: number;
}

/** An image with what it is made of. */
export interface KeptImage extends LocalImage {
  /** As its manifest names them, lowest first. */
  readonly descriptors: readonly Descriptor[];
}

/** Puts an image together from its parts, which are all here. @throws AppError 'corrupt', 'not-found' */
export async function readImage(entry: ImageEntry, blobs: BlobStore, layers: LayerStore): Promise<KeptImage> {
  const name = entry.names[0] ?? entry.id;
  const doing = `read image ${name}`;
  const manifest = await readManifest(entry.digest, blobs, name, doing);
  const bytes = await blobs.readChecked(entry.id, MOST_CONFIG_BYTES, `the configuration of ${name}`);
  const config = parseConfig(bytes, `the configuration of ${name}`, doing);
  checkLayerCount(manifest.layers.length, config.diffIds, name, doing);
  return {
    ...entry,
    settings: config.settings,
    layers: manifest.layers.map((descriptor, at) => localLayer(descriptor, config.diffIds[at] ?? '', layers, doing)),
    history: config.history,
    createdAt: config.createdAt,
    descriptors: manifest.layers,
  };
}

/** @throws AppError 'corrupt', 'not-found' */
export async function readManifest(
  digest: string,
  blobs: BlobStore,
  name: string,
  doing: string,
): Promise<ImageManifest> {
  const bytes = await blobs.readChecked(digest, MOST_MANIFEST_BYTES, `the manifest of ${name}`);
  const manifest = parseManifest(bytes, null, `the manifest of ${name}`, doing);
  if (manifest.kind === 'image') return manifest;
  throw new AppError({ code: 'corrupt', doing, because: `the manifest of ${name} is an index` });
}

function localLayer(descriptor: Descriptor, diffId: string, layers: LayerStore, doing: string): LocalLayer {
  const kept = layers.get(diffId);
  if (kept === undefined) throw new AppError({ code: 'not-found', doing, because: `layer ${diffId} is not here` });
  const { digest, mediaType, size } = descriptor;
  const packed = digest === diffId ? kept.packed : { digest, mediaType, sizeBytes: size };
  return { diffId, sizeBytes: kept.sizeBytes, packed };
}
