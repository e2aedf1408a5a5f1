import type { ContainerImageView } from '../../../src-core/contract/container-images.ts';
import { attempt } from '../../parts/attempt.ts';
import { confirm } from '../../parts/ConfirmDialog.tsx';
import { type Availability, available } from '../../parts/GuardedButton.tsx';
import { countOf, formatBytes } from '../../parts/quantities.ts';
import { tellDone, tellFailure } from '../../parts/tell.ts';
import { currentPlace, goToContainerImage } from '../../state/place.ts';
import { service } from '../../state/session.ts';
import { named } from '../removal-text.ts';
import { imageTitle } from './image-references.ts';

/** Whether an image can be deleted, and what stands in the way. */
export function removal({ usedBy }: ContainerImageView): Availability {
  if (usedBy.length === 0) return available;
  const many = usedBy.length > 1;
  return {
    can: false,
    why: `${countOf(usedBy.length, 'container')} made from it: ${named(usedBy)}. Delete ${many ? 'them' : 'it'} first.`,
  };
}

async function remove({ id, names }: ContainerImageView): Promise<void> {
  const title = imageTitle({ id, names });
  try {
    // The image goes with its last name.
    let freed = 0;
    for (const image of names.length === 0 ? [id] : names) {
      freed += (await service().containerImages.remove({ image })).freedBytes;
    }
    const place = currentPlace();
    if (place.page === 'container-images' && place.image === id) goToContainerImage(null);
    tellDone(`Image ${title} is deleted: ${formatBytes(freed)} are free`);
  } catch (error) {
    tellFailure(error, `delete image ${title}`);
  }
}

/** An image cannot be brought back, only fetched or built again. */
export function askRemoveContainerImage(image: ContainerImageView): void {
  const { ownBytes, sizeBytes, names } = image;
  const shared = sizeBytes - ownBytes;
  const rest = shared > 0 ? ` ${formatBytes(shared)} stay: other images have them too.` : '';
  const all = names.length > 1 ? ` All its names go: ${named(names)}.` : '';
  confirm({
    title: `Delete image ${imageTitle(image)}?`,
    text: `${formatBytes(ownBytes)} become free.${rest}${all} When it is needed again it is fetched or built anew.`,
    verb: 'Delete image',
    danger: true,
    onAgree: () => void remove(image),
  });
}

export function pullImage(image: string): Promise<boolean> {
  return attempt(`pull image ${image}`, () => service().containerImages.pull({ image }));
}
