import type { ContainerView } from '../../src-core/contract/containers.ts';
import { ActionMenu } from '../parts/ActionMenu.tsx';
import { ACTION_ICONS, ACTION_LABELS, applicable, availability, perform } from './actions.ts';
import { CONTAINER_ACTIONS, type ContainerAction } from './availability.ts';

/** Running it, looking into it, what it is as a whole. */
const GROUP_STARTS: ReadonlySet<ContainerAction> = new Set(['shell', 'rename', 'remove']);
const DANGERS: ReadonlySet<ContainerAction> = new Set(['remove', 'kill']);

/** Every action on these containers. */
export function ContainerMenu({ containers }: { containers: readonly ContainerView[] }) {
  const [only] = containers;
  const actions = CONTAINER_ACTIONS.map((action) => ({
    key: action,
    label: ACTION_LABELS[action],
    icon: ACTION_ICONS[action],
    availability: availability(action, containers),
    danger: DANGERS.has(action),
    startsGroup: GROUP_STARTS.has(action),
    run: () => perform(action, applicable(action, containers)),
  }));
  return (
    <ActionMenu label={containers.length === 1 ? `More actions for ${only?.name}` : 'More actions'} actions={actions} />
  );
}
