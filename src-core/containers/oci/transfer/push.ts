import { AppError, asPartOf } from '../../../base/errors.ts';
import { watched } from '../../../images/cancellation.ts';
import type { AbortSignalLike } from '../../../images/image.ts';
import type { TransferWork } from '../container-images.ts';
import type { KeptImage } from '../kept-image.ts';
import type { LocalImages } from '../local-images.ts';
import { MOST_MANIFEST_BYTES, type Descriptor } from '../manifest.ts';
import { formatReference, parseReference, shortName, type Reference } from '../reference.ts';
import type { Credentials } from '../registry/credentials.ts';
import { RegistrySession } from '../registry/registry-session.ts';
import { Repository } from '../registry/repository.ts';
import { inParallel } from './in-parallel.ts';
import { packImage } from './pack.ts';
import { BlobProgress } from './transfer-progress.ts';

/** Offers an image to a registry, which is sent what it does not have. @throws AppError */
export async function push(
  local: LocalImages,
  credentials: Credentials,
  text: string,
  to: string,
  work: TransferWork,
): Promise<void> {
  const doing = `push image ${text}`;
  const image = local.get(text, doing);
  const target = tagged(to, doing);
  const hold = local.holds.hold([image.id, image.digest, ...image.layers.map(({ diffId }) => diffId)]);
  try {
    await asPartOf(doing, send(local, credentials, image, target, { ...work, doing }));
  } finally {
    hold.dispose();
  }
}

async function send(
  local: LocalImages,
  credentials: Credentials,
  image: KeptImage,
  target: Reference,
  work: Work,
): Promise<void> {
  const { registry, repository, tag } = target;
  work.progress({ phase: `Asking ${registry} what it has`, fraction: null });
  const sources = mountSources(local, target);
  const login = credentials.get(registry);
  const session = new RegistrySession(registry, local.outside, login, work.doing, work.signal);
  const repo = new Repository(session, repository, 'pull,push', [...new Set(sources.values())]);
  const progress = new BlobProgress(work);
  const told = image.layers.map(({ sizeBytes }, at) =>
    progress.add(`layer ${at + 1} of ${image.layers.length}`, sizeBytes),
  );
  const manifest = await packImage(local, image, {
    ...{ doing: work.doing, signal: work.signal, isThere: (descriptor) => repo.has(descriptor) },
    packed: (at, bytes) => told[at]?.('Packing', bytes),
  });
  const blobs = [...new Map([...manifest.layers, manifest.config].map((each) => [each.digest, each])).values()];
  const sending = new BlobProgress(work);
  const jobs = blobs.map((blob, at) => {
    const label = blob === manifest.config ? 'the configuration' : `layer ${at + 1} of ${manifest.layers.length}`;
    return { blob, told: sending.add(label, blob.size), from: sources.get(blob.digest) };
  });
  await inParallel(jobs, local.limits.concurrency, work.signal, async (job, signal) => {
    await sendBlob(local, repo, job, signal, work.doing);
    job.told('Sent', job.blob.size);
  });
  const now = local.get(image.id, work.doing);
  const bytes = await local.blobs.readChecked(now.digest, MOST_MANIFEST_BYTES, 'the manifest');
  await repo.putManifest(tag ?? '', manifest.mediaType, bytes, now.digest);
}

type Work = TransferWork & { readonly doing: string };

interface Job {
  readonly blob: Descriptor;
  /** A repository of the same registry that has it, too. */
  readonly from: string | undefined;
  readonly told: (doing: string, bytes: number) => void;
}

async function sendBlob(
  local: LocalImages,
  repo: Repository,
  { blob, from, told }: Job,
  signal: AbortSignalLike,
  doing: string,
): Promise<void> {
  if (await repo.has(blob)) return;
  const place = from === undefined ? undefined : await repo.mount(blob.digest, from);
  if (place === null) return;
  const open = () => watched(local.blobs.read(blob.digest), signal, doing, (bytes) => told('Sending', bytes));
  await repo.upload(blob, open, place);
}

/** By digest of a blob: another repository of that registry which an image of here with that blob is named after. */
function mountSources(local: LocalImages, target: Reference): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { names, descriptors, id } of local.catalog.list()) {
    for (const name of names) {
      const { registry, repository } = parseReference(name, 'read a name');
      if (registry !== target.registry || repository === target.repository) continue;
      for (const digest of [id, ...descriptors.map((each) => each.digest)]) sources.set(digest, repository);
    }
  }
  return sources;
}

function tagged(text: string, doing: string): Reference {
  const reference = parseReference(text, doing);
  if (reference.digest === null) return reference;
  const because = `${shortName(formatReference(reference))} names a digest, which nobody can choose`;
  throw new AppError({ code: 'invalid-input', doing, because, hint: 'Write NAME:TAG.' });
}
