import { Deferred } from '../../../base/deferred.ts';
import { AppError } from '../../../base/errors.ts';
import { cancelled, watched } from '../../../images/cancellation.ts';
import type { AbortSignalLike } from '../../../images/image.ts';
import { hexOf, type OpenBlob } from '../blob-store.ts';
import type { TransferWork } from '../container-images.ts';
import type { NewLayer } from '../layer-store.ts';
import type { LocalImages } from '../local-images.ts';
import { layerCompression } from '../media-types.ts';
import type { Descriptor } from '../manifest.ts';
import { noRoom } from '../unpacking-guard.ts';
import { inParallel } from './in-parallel.ts';
import { BlobProgress } from './transfer-progress.ts';

const ATTEMPTS = 3;

/** Layers that are to be here. */
export interface WantedLayers {
  readonly descriptors: readonly Descriptor[];
  /** As many. */
  readonly diffIds: readonly string[];
  readonly open: (descriptor: Descriptor, what: string) => OpenBlob;
  /** "Downloading". */
  readonly verb: string;
  readonly doing: string;
}

/** Moves and unpacks the layers that are not here, several at once. @throws AppError */
export async function takeLayers(local: LocalImages, wanted: WantedLayers, work: TransferWork): Promise<void> {
  const missing = await missingLayers(local, wanted);
  const bytes = missing.reduce((sum, { descriptor, isHere }) => sum + (isHere ? 0 : descriptor.size), 0);
  const free = await local.outside.storage.freeBytes();
  if (bytes > free - local.limits.reserveBytes) throw noRoom(bytes, free, 'the image', wanted.doing);
  const progress = new BlobProgress(work);
  const unpacked = new Map(missing.map(({ diffId }) => [diffId, new Deferred<void>()]));
  const jobs = missing.map((layer) => {
    const label = `layer ${layer.number} of ${wanted.descriptors.length}`;
    // Half of the way is moving it, half unpacking.
    const below = layer.number === 1 ? null : () => layersBelow(local, wanted, layer.number, unpacked);
    const told = progress.add(label, 2 * layer.descriptor.size);
    return { ...layer, told, below };
  });
  await inParallel(jobs, local.limits.concurrency, work.signal, async (job, signal) => {
    try {
      await takeLayer(local, wanted, job, signal);
    } finally {
      unpacked.get(job.diffId)?.resolve();
    }
  });
}

/**
 * Waits for the layers below one that comes. Layers are begun in their order, so each of them has been begun.
 * @returns their diff ids, the topmost first
 * @throws AppError 'cancelled' when one of them did not come
 */
async function layersBelow(
  local: LocalImages,
  { diffIds, doing }: WantedLayers,
  number: number,
  unpacked: ReadonlyMap<string, Deferred<void>>,
): Promise<readonly string[]> {
  const below = diffIds.slice(0, number - 1);
  for (const diffId of below) await unpacked.get(diffId)?.promise;
  if (below.some((diffId) => local.layers.get(diffId) === undefined)) throw cancelled(doing);
  return below.reverse();
}

interface Missing {
  readonly descriptor: Descriptor;
  readonly diffId: string;
  /** From 1. */
  readonly number: number;
  /** Its packed form. */
  readonly isHere: boolean;
}

async function missingLayers(local: LocalImages, { descriptors, diffIds }: WantedLayers): Promise<Missing[]> {
  const missing = new Map<string, Missing>();
  for (const [at, descriptor] of descriptors.entries()) {
    const diffId = diffIds[at] ?? '';
    if (local.layers.get(diffId) !== undefined || missing.has(diffId)) continue;
    const isHere = (await local.blobs.size(descriptor.digest)) === descriptor.size;
    missing.set(diffId, { descriptor, diffId, number: at + 1, isHere });
  }
  return [...missing.values()];
}

async function takeLayer(
  local: LocalImages,
  { open, verb, doing }: WantedLayers,
  {
    descriptor,
    diffId,
    told,
    below,
  }: Missing & Pick<NewLayer, 'below'> & { told: (doing: string, done: number) => void },
  signal: AbortSignalLike,
): Promise<void> {
  const { digest, mediaType, size } = descriptor;
  const what = `layer ${hexOf(digest).slice(0, 12)}`;
  const passed = (bytes: number): void => told(verb, bytes);
  await withRetries(signal, () =>
    local.blobs.receive(descriptor, open(descriptor, what), { doing, what, signal, passed }),
  );
  told('Unpacking', size);
  const blob = watched(local.blobs.read(digest), signal, doing, (bytes) => told('Unpacking', size + bytes));
  const compression = layerCompression(mediaType) ?? 'none';
  // One that comes as it is kept is not kept twice.
  const packed = digest === diffId ? null : { digest, mediaType, sizeBytes: size };
  const archive = local.outside.decompress(compression, blob, what);
  await local.unpack({ archive, diffId, packed, below, what, doing, signal }, compression === 'none' ? null : size);
  if (packed === null) await local.blobs.remove(digest);
}

/** A connection that broke is worth another try, which goes on where it was; a lie is not. */
async function withRetries(signal: AbortSignalLike, move: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await move();
      return;
    } catch (error) {
      const isWorthIt = error instanceof AppError && error.code === 'network' && !signal.aborted;
      if (!isWorthIt || attempt === ATTEMPTS) throw error;
    }
  }
}
