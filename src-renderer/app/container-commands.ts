import type { ContainerImageView } from '../../src-core/contract/container-images.ts';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import { ACTION_LABELS, perform } from '../containers/actions.ts';
import { CONTAINER_ACTIONS, type ContainerAction, refusal } from '../containers/availability.ts';
import { askBuild } from '../containers/images/BuildDialog.tsx';
import { askLoad, askPull } from '../containers/images/ImageDialogs.tsx';
import { imageTitle } from '../containers/images/image-references.ts';
import { askPrune } from '../containers/images/PruneDialog.tsx';
import { askRegistries } from '../containers/images/RegistriesDialog.tsx';
import { askAddNode } from '../containers/nodes/AddNodeDialog.tsx';
import { askNewVolume } from '../containers/volumes/CreateVolumeDialog.tsx';
import type { ContainerTab } from '../state/container-places.ts';
import { go, goToContainer, goToContainerImage } from '../state/place.ts';
import type { PaletteCommand } from './palette-command.ts';

export const CONTAINER_GENERAL: readonly PaletteCommand[] = [
  {
    id: 'new-container',
    label: 'New container',
    group: 'Create',
    run: () => go({ page: 'new-container', image: null }),
  },
  { id: 'new-volume', label: 'New volume', group: 'Create', run: askNewVolume },
  { id: 'add-node', label: 'Add node', group: 'Create', run: askAddNode },
  { id: 'pull', label: 'Pull container image', group: 'Create', run: askPull },
  { id: 'build', label: 'Build container image', group: 'Create', run: askBuild },
  { id: 'load', label: 'Load container images from a file', group: 'Create', run: askLoad },
  { id: 'prune', label: 'Clean up container images', group: 'Containers', run: askPrune },
  { id: 'registries', label: 'Registries: log in and out', group: 'Containers', run: askRegistries },
  { id: 'containers', label: 'Go to Containers', group: 'Go to', run: () => goToContainer(null) },
  { id: 'container-images', label: 'Go to Container images', group: 'Go to', run: () => goToContainerImage(null) },
  { id: 'volumes', label: 'Go to Volumes', group: 'Go to', run: () => go({ page: 'volumes' }) },
  { id: 'nodes', label: 'Go to Nodes', group: 'Go to', run: () => go({ page: 'nodes' }) },
];

/** What reads as a sentence with a container's name behind it, where a button's words alone do not. */
const WORDS: Partial<Record<ContainerAction, string>> = { shell: 'Open a shell in', commit: 'Save as image' };

const TABS: readonly (readonly [ContainerTab, string])[] = [
  ['summary', 'Open container'],
  ['terminal', 'Terminal of'],
  ['logs', 'Log of'],
  ['files', 'Changed files of'],
  ['settings', 'Limits and ports of'],
];

export function containerCommands(container: ContainerView): readonly PaletteCommand[] {
  const { id, name } = container;
  const group = `Container ${name}`;
  return [
    ...TABS.map(([tab, words]) => ({
      id: `${id} ${tab}`,
      label: `${words} ${name}`,
      group,
      run: () => goToContainer(id, tab),
    })),
    ...CONTAINER_ACTIONS.filter((action) => refusal(action, container) === null).map((action) => ({
      id: `${id} ${action}`,
      label: `${WORDS[action] ?? ACTION_LABELS[action].replace('…', '')} ${name}`,
      group,
      run: () => perform(action, [container]),
    })),
  ];
}

export function imageCommands(image: ContainerImageView): readonly PaletteCommand[] {
  const { id } = image;
  const title = imageTitle(image);
  const group = 'Container image';
  return [
    { id: `${id} open`, label: `Open image ${title}`, group, run: () => goToContainerImage(id) },
    { id: `${id} layers`, label: `Layers of image ${title}`, group, run: () => goToContainerImage(id, 'layers') },
    {
      id: `${id} run`,
      label: `New container of ${title}`,
      group,
      run: () => go({ page: 'new-container', image: image.names[0] ?? id }),
    },
  ];
}
