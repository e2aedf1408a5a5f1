import { z } from 'zod';
import { watched } from '../../../images/cancellation.ts';
import { collect } from '../../../images/formats/byte-source.ts';
import { hexOf } from '../blob-store.ts';
import { checkLayerCount, MOST_CONFIG_BYTES, parseConfig } from '../image-config.ts';
import type { KeptImage } from '../kept-image.ts';
import { checked, damaged, shown } from '../manifest.ts';
import { checkPlatform } from '../platform.ts';
import { namesOf } from './annotations.ts';
import { opened, unpacked } from './contents.ts';
import type { Loading } from './loading.ts';

const MOST_IMAGES = 1000;
const MOST_LAYERS = 500;

const manifestSchema = z
  .array(
    z.object({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()).max(MOST_LAYERS).nullish(),
    }),
  )
  .max(MOST_IMAGES);
type Saved = z.infer<typeof manifestSchema>[number];

/** All images of an archive as docker saves it. @throws AppError */
export async function loadDockerArchive(loading: Loading, bytes: Uint8Array): Promise<readonly KeptImage[]> {
  const { doing } = loading;
  const images: KeptImage[] = [];
  for (const saved of checked(manifestSchema, parsed(bytes, doing), 'manifest.json', doing)) {
    images.push(await loadImage(loading, saved));
  }
  return images;
}

async function loadImage(loading: Loading, { Config, RepoTags, Layers }: Saved): Promise<KeptImage> {
  const { local, contents, doing, about } = loading;
  const names = namesOf(RepoTags ?? []);
  const name = names[0] ?? shown(Config);
  const what = `the configuration of ${name}`;
  const bytes = await collect((await opened(contents, Config, doing)).bytes, MOST_CONFIG_BYTES, what);
  const config = parseConfig(bytes, what, doing);
  const layers = Layers ?? [];
  checkPlatform(config.platform, name, doing);
  checkLayerCount(layers.length, config.diffIds, name, doing);
  about([local.blobs.digestOf(bytes), ...config.diffIds]);
  for (const [at, diffId] of config.diffIds.entries()) {
    if (local.layers.get(diffId) === undefined) await loadLayer(loading, layers, config.diffIds, at);
  }
  return local.keep(bytes, config.diffIds, names, doing);
}

async function loadLayer(
  { local, contents, work, doing }: Loading,
  paths: readonly string[],
  diffIds: readonly string[],
  at: number,
): Promise<void> {
  const diffId = diffIds[at] ?? '';
  const { sizeBytes, bytes } = await opened(contents, paths[at] ?? '', doing);
  const what = `layer ${hexOf(diffId).slice(0, 12)}`;
  const phase = `Unpacking layer ${at + 1} of ${paths.length}`;
  const passed = (read: number): void => work.progress({ phase, fraction: sizeBytes === 0 ? 1 : read / sizeBytes });
  const { signal } = work;
  const archive = unpacked(watched(bytes, signal, doing, passed), local.outside.decompress, what);
  const below = at === 0 ? null : () => Promise.resolve(diffIds.slice(0, at).reverse());
  await local.unpack({ archive, diffId, packed: null, below, what, doing, signal }, sizeBytes);
}

function parsed(bytes: Uint8Array, doing: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(doing, 'manifest.json is not JSON', cause);
  }
}
