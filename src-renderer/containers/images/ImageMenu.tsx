import { Download, FileDown, Play, Tag, Trash2, Upload } from 'lucide-react';
import type { ContainerImageView } from '../../../src-core/contract/container-images.ts';
import { ActionMenu, type MenuAction } from '../../parts/ActionMenu.tsx';
import { type Availability, available } from '../../parts/GuardedButton.tsx';
import { go } from '../../state/place.ts';
import { askRemoveContainerImage, pullImage, removal } from './image-actions.ts';
import { askPush, askSave, askTag } from './ImageDialogs.tsx';
import { imageTitle } from './image-references.ts';

const NEEDS_NAME: Availability = { can: false, why: 'It has no name: give it one first.' };

function actionsFor(image: ContainerImageView): readonly MenuAction[] {
  const [name] = image.names;
  const named = name === undefined ? NEEDS_NAME : available;
  return [
    {
      key: 'run',
      label: 'New container',
      icon: Play,
      availability: available,
      run: () => go({ page: 'new-container', image: name ?? image.id }),
    },
    {
      key: 'pull',
      label: 'Look for a newer one',
      icon: Download,
      availability: named,
      startsGroup: true,
      run: () => void pullImage(name ?? image.id),
    },
    { key: 'push', label: 'Push…', icon: Upload, availability: named, run: () => askPush(image) },
    { key: 'tag', label: 'Add a name…', icon: Tag, availability: available, run: () => askTag(image) },
    { key: 'save', label: 'Save to a file…', icon: FileDown, availability: available, run: () => askSave(image) },
    {
      key: 'remove',
      label: 'Delete…',
      icon: Trash2,
      availability: removal(image),
      danger: true,
      startsGroup: true,
      run: () => askRemoveContainerImage(image),
    },
  ];
}

/** Everything that can be done with an image. */
export function ImageMenu({ image }: { image: ContainerImageView }) {
  return <ActionMenu label={`More actions for ${imageTitle(image)}`} actions={actionsFor(image)} />;
}
