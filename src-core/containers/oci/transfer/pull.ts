import { asPartOf } from '../../../base/errors.ts';
import { hexOf } from '../blob-store.ts';
import type { TransferWork } from '../container-images.ts';
import { checkLayerCount, MOST_CONFIG_BYTES, parseConfig, type ImageConfig } from '../image-config.ts';
import type { KeptImage } from '../kept-image.ts';
import type { LocalImages } from '../local-images.ts';
import { damaged, parseManifest, type Descriptor, type ImageManifest } from '../manifest.ts';
import { chooseForPlatform, checkPlatform } from '../platform.ts';
import { formatReference, parseReference, shortName, type Reference } from '../reference.ts';
import type { Credentials } from '../registry/credentials.ts';
import { RegistrySession } from '../registry/registry-session.ts';
import { Repository } from '../registry/repository.ts';
import { withoutLeftovers } from './leftovers.ts';
import { takeLayers } from './take-layers.ts';

/** Indexes within indexes. */
const MOST_DEPTH = 3;

/** Gets an image from its registry. Only layers that are not here move. @throws AppError */
export function pull(
  local: LocalImages,
  credentials: Credentials,
  text: string,
  work: TransferWork,
): Promise<KeptImage> {
  const doing = `pull image ${text}`;
  const reference = parseReference(text, doing);
  const name = shortName(formatReference(reference));
  const { registry, repository } = reference;
  const session = new RegistrySession(registry, local.outside, credentials.get(registry), doing, work.signal);
  const source: Source = { local, name, doing, repository: new Repository(session, repository, 'pull') };
  work.progress({ phase: `Asking ${registry} for ${name}`, fraction: null });
  return asPartOf(
    doing,
    withoutLeftovers(local, async (about) => {
      const found = await findManifest(source, reference);
      about([found.digest, found.manifest.config.digest]);
      const config = await takeConfig(source, found.manifest.config);
      const { layers } = found.manifest;
      checkPlatform(config.platform, name, doing);
      checkLayerCount(layers.length, config.diffIds, name, doing);
      about([...config.diffIds, ...layers.map(({ digest }) => digest)]);
      const open = (descriptor: Descriptor, what: string) => source.repository.opener(descriptor, what);
      await takeLayers(local, { descriptors: layers, diffIds: config.diffIds, open, verb: 'Downloading', doing }, work);
      await local.blobs.put(found.bytes);
      const names = [formatReference(reference)];
      return local.arrive({ id: found.manifest.config.digest, digest: found.digest, names });
    }),
  );
}

interface Source {
  readonly local: LocalImages;
  readonly repository: Repository;
  readonly name: string;
  readonly doing: string;
}

interface FoundManifest {
  readonly digest: string;
  readonly bytes: Uint8Array;
  readonly manifest: ImageManifest;
}

/** The manifest for our platform, through indexes where there are some. */
async function findManifest(source: Source, reference: Reference): Promise<FoundManifest> {
  const { local, repository, name, doing } = source;
  const what = `the manifest of ${name}`;
  let wanted: Descriptor | undefined;
  for (let depth = 0; depth <= MOST_DEPTH; depth++) {
    const asked = wanted?.digest ?? reference.digest;
    const { bytes, mediaType } = await repository.manifest(asked ?? reference.tag ?? '');
    const digest = local.blobs.digestOf(bytes);
    if (asked !== null && asked !== digest) throw damaged(doing, `${what} is not what its digest says`);
    if (wanted !== undefined && wanted.size !== bytes.length)
      throw damaged(doing, `${what} is not of the size announced`);
    const parsed = parseManifest(bytes, mediaType ?? wanted?.mediaType ?? null, what, doing);
    if (parsed.kind === 'image') return { digest, bytes, manifest: parsed };
    wanted = chooseForPlatform(parsed, name, doing);
  }
  throw damaged(doing, `${what} is indexes within indexes, ${MOST_DEPTH} deep and more`);
}

async function takeConfig({ local, repository, name, doing }: Source, config: Descriptor): Promise<ImageConfig> {
  const what = `the configuration of ${name}`;
  if (config.size > MOST_CONFIG_BYTES) throw damaged(doing, `${what} is larger than ${MOST_CONFIG_BYTES} bytes`);
  const { digest } = config;
  const label = `${what} (${hexOf(digest).slice(0, 12)})`;
  const signal = repository.signal;
  await local.blobs.receive(config, repository.opener(config, label), { doing, what, signal, passed: () => undefined });
  return parseConfig(await local.blobs.readChecked(digest, MOST_CONFIG_BYTES, what), what, doing);
}
