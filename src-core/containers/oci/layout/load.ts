import { AppError, asPartOf } from '../../../base/errors.ts';
import { watched } from '../../../images/cancellation.ts';
import { collect } from '../../../images/formats/byte-source.ts';
import type { TransferWork } from '../container-images.ts';
import type { KeptImage } from '../kept-image.ts';
import type { LocalImages } from '../local-images.ts';
import { MOST_MANIFEST_BYTES } from '../manifest.ts';
import { withoutLeftovers } from '../transfer/leftovers.ts';
import { unpackingGuard } from '../unpacking-guard.ts';
import { archiveContents, unpacked, type Contents } from './contents.ts';
import { loadDockerArchive } from './load-docker-archive.ts';
import { loadLayout } from './load-layout.ts';
import type { Loading } from './loading.ts';

/**
 * Takes images out of an archive, packed or not, or a folder: an OCI layout, or as docker saves them.
 * @throws AppError 'invalid-input' for what is neither, 'corrupt', 'not-found' for another platform, 'disk-full'
 */
export async function load(local: LocalImages, path: string, work: TransferWork): Promise<readonly KeptImage[]> {
  const doing = `load images from ${path}`;
  const brought: string[] = [];
  const images = await asPartOf(
    doing,
    withoutLeftovers(local, async (hold) => {
      const about = (digests: readonly string[]): void => {
        brought.push(...digests);
        hold(digests);
      };
      const contents = await contentsOf(local, path, about, work, doing);
      const loading: Loading = { local, contents, work, doing, about };
      const index = await small(contents, 'index.json');
      if (index !== undefined) return loadLayout(loading, index);
      const manifest = await small(contents, 'manifest.json');
      if (manifest !== undefined) return loadDockerArchive(loading, manifest);
      const because = 'it is neither an OCI layout nor an archive as docker saves it';
      throw new AppError({ code: 'invalid-input', doing, because, hint: 'Choose a file that an engine has saved.' });
    }),
  );
  // Layers that came unpacked are kept as layers, and need not be kept as files too.
  await local.garbage.collectOf(brought);
  return images;
}

async function contentsOf(
  local: LocalImages,
  path: string,
  about: (digests: readonly string[]) => void,
  work: TransferWork,
  doing: string,
): Promise<Contents> {
  const { exchange, decompress, storage } = local.outside;
  const { kind, sizeBytes } = await exchange.inspect(path);
  if (kind === 'directory') return { open: (file) => exchange.readWithin(path, file) };
  const guard = unpackingGuard(sizeBytes, await storage.freeBytes(), local.limits, 'the archive', doing);
  const passed = (bytes: number): void =>
    work.progress({ phase: 'Reading the archive', fraction: sizeBytes === 0 ? 1 : bytes / sizeBytes });
  const file = watched(exchange.read(path), work.signal, doing, passed);
  const archive = watched(unpacked(file, decompress, 'the archive'), work.signal, doing, guard);
  return archiveContents(local, archive, about, doing);
}

async function small(contents: Contents, path: string): Promise<Uint8Array | undefined> {
  const file = await contents.open(path);
  return file && collect(file.bytes, MOST_MANIFEST_BYTES, path);
}
