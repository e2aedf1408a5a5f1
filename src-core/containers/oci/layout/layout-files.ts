import { AppError } from '../../../base/errors.ts';
import { readManifest } from '../kept-image.ts';
import type { LocalImages } from '../local-images.ts';
import type { ExchangeFile } from '../outside.ts';
import { ARCHITECTURE, OS } from '../platform.ts';
import { annotationsFor } from './annotations.ts';
import { blobPath, textFile, uniqueFile, type SavedImage } from './saved-files.ts';

/** OCI image-spec, image-layout.md. All that the images are of is here. */
export async function* layoutFiles(
  local: LocalImages,
  images: readonly SavedImage[],
): AsyncGenerator<ExchangeFile, void, void> {
  const manifests = await Promise.all(
    images.map(async ({ image, names }) => {
      const { mediaType } = await readManifest(image.digest, local.blobs, names[0] ?? image.id, 'save it');
      const size = await sizeOf(local, image.digest);
      const entry = { mediaType, digest: image.digest, size, platform: { architecture: ARCHITECTURE, os: OS } };
      if (names.length === 0) return [entry];
      return names.map((name) => ({ ...entry, annotations: annotationsFor(name) }));
    }),
  );
  yield textFile('oci-layout', { imageLayoutVersion: '1.0.0' });
  yield textFile('index.json', { schemaVersion: 2, manifests: manifests.flat() });
  const seen = new Set<string>();
  for (const { image } of images) {
    for (const digest of [image.digest, image.id, ...image.descriptors.map((each) => each.digest)]) {
      const path = blobPath(digest);
      if (!uniqueFile(seen, path)) continue;
      yield { path, sizeBytes: await sizeOf(local, digest), bytes: local.blobs.read(digest) };
    }
  }
}

async function sizeOf(local: LocalImages, digest: string): Promise<number> {
  const size = await local.blobs.size(digest);
  if (size !== undefined) return size;
  throw new AppError({ code: 'corrupt', doing: 'save the image', because: `${digest} is not here any more` });
}
