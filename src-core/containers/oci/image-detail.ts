import type { ContainerImageDetail, ContainerImageView, LayerView } from '../../contract/container-images.ts';
import { MOST_CONFIG_BYTES } from './image-config.ts';
import type { BlobStore } from './blob-store.ts';
import type { LocalImage } from './container-images.ts';
import type { KeptImage } from './kept-image.ts';
import type { LayerStore } from './layer-store.ts';
import { MOST_MANIFEST_BYTES } from './manifest.ts';
import { PLATFORM } from './platform.ts';
import { shortName } from './reference.ts';

/** @param all every image that is here: what of it is its own depends on them */
export function viewOf(image: LocalImage, usedBy: readonly string[], all: readonly LocalImage[]): ContainerImageView {
  const others = new Set(all.flatMap(({ id, layers }) => (id === image.id ? [] : layers.map(({ diffId }) => diffId))));
  // The same layer twice takes room once.
  const layers = [...new Map(image.layers.map((layer) => [layer.diffId, layer])).values()];
  const sum = (of: typeof layers): number => of.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  return {
    id: image.id,
    digest: image.digest,
    names: image.names.map(shortName),
    platform: PLATFORM,
    createdAt: image.createdAt,
    arrivedAt: image.arrivedAt,
    sizeBytes: sum(layers),
    ownBytes: sum(layers.filter(({ diffId }) => !others.has(diffId))),
    layers: image.layers.length,
    usedBy: [...usedBy],
  };
}

/** @throws AppError 'corrupt' */
export async function detailOf(
  image: LocalImage,
  usedBy: readonly string[],
  all: readonly KeptImage[],
  from: { readonly blobs: BlobStore; readonly layers: LayerStore },
): Promise<ContainerImageDetail> {
  const text = async (digest: string, limit: number, what: string): Promise<string> =>
    new TextDecoder().decode(await from.blobs.readChecked(digest, limit, what));
  const steps = stepsOf(image);
  return {
    ...viewOf(image, usedBy, all),
    settings: image.settings,
    layerList: image.layers.map((layer, at): LayerView => ({
      diffId: layer.diffId,
      digest: layer.packed?.digest ?? null,
      packedBytes: layer.packed?.sizeBytes ?? null,
      unpackedBytes: layer.sizeBytes,
      files: from.layers.get(layer.diffId)?.files ?? 0,
      createdBy: steps.find((step) => step.layer === at)?.createdBy ?? '',
      sharedWith: sharers(layer.diffId, image, all),
    })),
    history: steps
      .map(({ createdAt, createdBy, comment, layer }) => {
        const sizeBytes = layer === null ? 0 : (image.layers[layer]?.sizeBytes ?? 0);
        return { createdAt, createdBy, comment, sizeBytes };
      })
      .reverse(),
    manifest: await text(image.digest, MOST_MANIFEST_BYTES, 'its manifest'),
    config: await text(image.id, MOST_CONFIG_BYTES, 'its configuration'),
  };
}

/** Each step of an image's history with the layer that it made. */
function stepsOf({ history, layers }: LocalImage): (LocalImage['history'][number] & { layer: number | null })[] {
  let next = 0;
  return history.map((entry) => {
    const layer = entry.emptyLayer || next >= layers.length ? null : next++;
    return { ...entry, layer };
  });
}

function sharers(diffId: string, image: LocalImage, all: readonly LocalImage[]): string[] {
  return all
    .filter(({ id, layers }) => id !== image.id && layers.some((layer) => layer.diffId === diffId))
    .map(({ id, names }) => (names[0] === undefined ? id.slice(0, 19) : shortName(names[0])));
}
