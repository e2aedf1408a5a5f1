import { asPartOf, AppError } from '../../../base/errors.ts';
import { watched } from '../../../images/cancellation.ts';
import type { TransferWork } from '../container-images.ts';
import { nameIn } from '../find-image.ts';
import type { KeptImage } from '../kept-image.ts';
import type { LocalImages } from '../local-images.ts';
import type { ExchangeFile } from '../outside.ts';
import { packImage } from '../transfer/pack.ts';
import { BlobProgress } from '../transfer/transfer-progress.ts';
import { tarOfFiles } from './archive-writer.ts';
import { dockerFiles } from './docker-files.ts';
import { layoutFiles } from './layout-files.ts';
import type { SavedImage } from './saved-files.ts';

/**
 * Writes images as one archive; a path that ends with a slash becomes a folder with an OCI layout.
 * @throws AppError 'not-found', 'already-exists', 'disk-full', 'cancelled'
 */
export async function save(
  local: LocalImages,
  references: readonly string[],
  path: string,
  form: 'oci' | 'docker',
  work: TransferWork,
): Promise<void> {
  const doing = `save ${references.join(', ')} to ${path}`;
  const isFolder = /[/\\]$/.test(path);
  if (isFolder && form === 'docker') {
    const hint = 'Leave out the slash at its end, or save an OCI layout.';
    throw new AppError({ code: 'invalid-input', doing, because: "docker's form is an archive, not a folder", hint });
  }
  const chosen = references.map((reference) => local.get(reference, doing));
  const hold = local.holds.hold(chosen.flatMap(({ id, layers }) => [id, ...layers.map(({ diffId }) => diffId)]));
  try {
    if (form === 'oci') for (const image of chosen) await pack(local, image, doing, work);
    const images = references.map((reference) => saved(local, reference, doing));
    const files = told(form === 'oci' ? layoutFiles(local, images) : dockerFiles(local, images), work, doing);
    const { exchange } = local.outside;
    const writing = isFolder
      ? exchange.writeFolder(path.replace(/[/\\]+$/, ''), files)
      : exchange.write(path, tarOfFiles(files, doing));
    await asPartOf(doing, writing);
  } finally {
    hold.dispose();
  }
}

async function pack(local: LocalImages, image: KeptImage, doing: string, work: TransferWork): Promise<void> {
  const progress = new BlobProgress(work);
  const layers = image.layers.map(({ sizeBytes }, at) => {
    return progress.add(`layer ${at + 1} of ${image.layers.length}`, sizeBytes);
  });
  await packImage(local, image, {
    ...{ doing, signal: work.signal, isThere: () => Promise.resolve(false) },
    packed: (at, bytes) => layers[at]?.('Packing', bytes),
  });
}

/** One that was named by its name goes by that alone. */
function saved(local: LocalImages, reference: string, doing: string): SavedImage {
  const image = local.get(reference, doing);
  const name = nameIn(image, reference);
  return { image, names: name === undefined ? image.names : [name] };
}

async function* told(
  files: AsyncIterable<ExchangeFile>,
  work: TransferWork,
  doing: string,
): AsyncGenerator<ExchangeFile, void, void> {
  for await (const file of files) {
    const phase = `Writing ${file.path}`;
    const passed = (bytes: number): void =>
      work.progress({ phase, fraction: file.sizeBytes === 0 ? 1 : bytes / file.sizeBytes });
    yield { ...file, bytes: watched(file.bytes, work.signal, doing, passed) };
  }
}
