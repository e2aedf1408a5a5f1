import { hexOf, type OpenBlob } from '../blob-store.ts';
import { checkLayerCount, MOST_CONFIG_BYTES, parseConfig } from '../image-config.ts';
import type { KeptImage } from '../kept-image.ts';
import {
  damaged,
  MOST_MANIFEST_BYTES,
  parseManifest,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  type IndexEntry,
} from '../manifest.ts';
import { INDEXES, MANIFESTS, OCI_INDEX } from '../media-types.ts';
import { ARCHITECTURE, checkPlatform, chooseForPlatform, OS } from '../platform.ts';
import { takeLayers } from '../transfer/take-layers.ts';
import { nameFrom } from './annotations.ts';
import { opened } from './contents.ts';
import type { Loading } from './loading.ts';
import { blobPath } from './saved-files.ts';

const MOST_DEPTH = 3;

/** All images of an OCI layout that are for our platform. OCI image-spec, image-layout.md. @throws AppError */
export async function loadLayout(loading: Loading, bytes: Uint8Array): Promise<readonly KeptImage[]> {
  const { doing } = loading;
  const index = parseManifest(bytes, OCI_INDEX, 'index.json', doing);
  if (index.kind !== 'index') throw damaged(doing, 'index.json is no index');
  const images: KeptImage[] = [];
  for (const entry of chosen(index, doing)) images.push(await loadEntry(loading, entry));
  return images;
}

/** @throws AppError 'not-found' when none is for our platform */
function chosen(index: ImageIndex, doing: string): readonly IndexEntry[] {
  const usable = index.entries.filter(({ mediaType, platform }) => {
    const isOurs = platform === undefined || (platform.os === OS && platform.architecture === ARCHITECTURE);
    return isOurs && [...MANIFESTS, ...INDEXES].includes(mediaType);
  });
  return usable.length > 0 ? usable : [chooseForPlatform(index, 'what is in it', doing)];
}

async function loadEntry(loading: Loading, entry: IndexEntry): Promise<KeptImage> {
  const { local, work, doing, about } = loading;
  const names = nameFrom(entry.annotations);
  const name = names[0] ?? `image ${hexOf(entry.digest).slice(0, 12)}`;
  const { digest, manifest } = await findManifest(loading, entry, name);
  about([manifest.config.digest]);
  await take(loading, manifest.config, MOST_CONFIG_BYTES, `the configuration of ${name}`);
  const what = `the configuration of ${name}`;
  const config = parseConfig(
    await local.blobs.readChecked(manifest.config.digest, MOST_CONFIG_BYTES, what),
    what,
    doing,
  );
  checkPlatform(config.platform, name, doing);
  checkLayerCount(manifest.layers.length, config.diffIds, name, doing);
  about([...config.diffIds, ...manifest.layers.map((layer) => layer.digest)]);
  const layers = { descriptors: manifest.layers, diffIds: config.diffIds };
  await takeLayers(local, { ...layers, open: (layer) => opener(loading, layer), verb: 'Reading', doing }, work);
  return local.arrive({ id: manifest.config.digest, digest, names });
}

async function findManifest(
  loading: Loading,
  entry: IndexEntry,
  name: string,
): Promise<{ digest: string; manifest: ImageManifest }> {
  const { local, doing, about } = loading;
  const what = `the manifest of ${name}`;
  let wanted: Descriptor = entry;
  for (let depth = 0; depth < MOST_DEPTH; depth++) {
    about([wanted.digest]);
    await take(loading, wanted, MOST_MANIFEST_BYTES, what);
    const bytes = await local.blobs.readChecked(wanted.digest, MOST_MANIFEST_BYTES, what);
    const parsed = parseManifest(bytes, wanted.mediaType, what, doing);
    if (parsed.kind === 'image') return { digest: wanted.digest, manifest: parsed };
    wanted = chooseForPlatform(parsed, name, doing);
  }
  throw damaged(doing, `${what} is indexes within indexes, ${MOST_DEPTH} deep and more`);
}

async function take(loading: Loading, blob: Descriptor, limit: number, what: string): Promise<void> {
  const { local, work, doing } = loading;
  if (blob.size > limit) throw damaged(doing, `${what} is larger than ${limit} bytes`);
  const receiving = { doing, what, signal: work.signal, passed: () => undefined };
  await local.blobs.receive(blob, opener(loading, blob), receiving);
}

function opener({ contents, doing }: Loading, { digest }: Descriptor): OpenBlob {
  return async () => ({ from: 0, bytes: (await opened(contents, blobPath(digest), doing)).bytes });
}
