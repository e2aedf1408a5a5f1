import { attempt } from '../parts/attempt.ts';
import { confirm } from '../parts/ConfirmDialog.tsx';
import { formatBytes } from '../parts/quantities.ts';
import { tellDone } from '../parts/tell.ts';
import { service } from '../state/session.ts';
import type { KnownImage } from './known-images.ts';

export function pullImage(image: string): void {
  void attempt(`build image ${image}`, () => service().images.pull({ image }));
}

async function remove(image: string): Promise<void> {
  const done = await attempt(`delete image ${image}`, () => service().images.remove({ image }));
  if (done) tellDone(`Image ${image} is deleted`);
}

/** An image cannot be brought back, only built again: that takes a download, so it is asked first. */
export function askRemoveImage({ name, here, entry }: KnownImage): void {
  const freed = here === null ? '' : `${formatBytes(here.sizeBytes)} become free. `;
  const again =
    entry === null
      ? 'It cannot be built again.'
      : `When it is needed again it is built anew, with about ${formatBytes(entry.downloadBytes)} to download.`;
  confirm({
    title: `Delete image ${name}?`,
    text: freed + again,
    verb: 'Delete image',
    danger: true,
    onAgree: () => void remove(name),
  });
}
