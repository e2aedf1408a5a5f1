import { collect, sourceOf } from '../../../images/formats/byte-source.ts';
import { hexOf } from '../blob-store.ts';
import { MOST_CONFIG_BYTES } from '../image-config.ts';
import type { LocalImages } from '../local-images.ts';
import type { ExchangeFile } from '../outside.ts';
import { shortName } from '../reference.ts';
import { textFile, uniqueFile, type SavedImage } from './saved-files.ts';

/** As `docker save` writes and every engine reads: layers unpacked, and one document that tells what belongs together. */
export async function* dockerFiles(
  local: LocalImages,
  images: readonly SavedImage[],
): AsyncGenerator<ExchangeFile, void, void> {
  const manifest = images.map(({ image, names }) => ({
    Config: configPath(image.id),
    RepoTags: names.filter((name) => !name.includes('@')).map(shortName),
    Layers: image.layers.map(({ diffId }) => layerPath(diffId)),
  }));
  yield textFile('manifest.json', manifest);
  const seen = new Set<string>();
  for (const { image } of images) {
    for (const { diffId, sizeBytes } of image.layers) {
      if (!uniqueFile(seen, layerPath(diffId))) continue;
      yield { path: layerPath(diffId), sizeBytes, bytes: local.layers.archive(diffId) };
    }
    if (!uniqueFile(seen, configPath(image.id))) continue;
    const config = await collect(local.blobs.read(image.id), MOST_CONFIG_BYTES, 'the configuration');
    yield { path: configPath(image.id), sizeBytes: config.length, bytes: sourceOf(config) };
  }
}

function configPath(id: string): string {
  return `${hexOf(id)}.json`;
}

function layerPath(diffId: string): string {
  return `${hexOf(diffId)}/layer.tar`;
}
