import {
  CirclePause,
  CirclePlay,
  CirclePower,
  type LucideIcon,
  OctagonX,
  Package,
  Pencil,
  Play,
  RotateCw,
  SquareTerminal,
  Trash2,
} from 'lucide-react';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import { attempt } from '../parts/attempt.ts';
import { type Availability, available } from '../parts/GuardedButton.tsx';
import { goToContainer } from '../state/place.ts';
import { service } from '../state/session.ts';
import { type ContainerAction, refusal } from './availability.ts';
import { askCommit } from './CommitDialog.tsx';
import { askNewContainerName } from './RenameContainerDialog.tsx';
import { askRemoveContainers } from './removal.ts';
import { openShell } from './terminals.ts';

export const ACTION_LABELS: Record<ContainerAction, string> = {
  start: 'Start',
  resume: 'Resume',
  pause: 'Pause',
  stop: 'Stop',
  restart: 'Restart',
  kill: 'Kill',
  shell: 'Open a shell',
  rename: 'Rename…',
  commit: 'Save as image…',
  remove: 'Delete…',
};

export const ACTION_ICONS: Record<ContainerAction, LucideIcon> = {
  start: Play,
  resume: CirclePlay,
  pause: CirclePause,
  stop: CirclePower,
  restart: RotateCw,
  kill: OctagonX,
  shell: SquareTerminal,
  rename: Pencil,
  commit: Package,
  remove: Trash2,
};

function showShell(container: ContainerView): void {
  openShell(container);
  goToContainer(container.id, 'terminal');
}

/** What asks for more, or goes somewhere, does so for one container. */
const ONE_AT_A_TIME: Partial<Record<ContainerAction, (container: ContainerView) => void>> = {
  shell: showShell,
  rename: askNewContainerName,
  commit: askCommit,
};

type SwitchAction = 'start' | 'resume' | 'pause' | 'stop' | 'restart' | 'kill';

function switchAll(action: SwitchAction, containers: readonly ContainerView[]): void {
  for (const { id, name } of containers) {
    void attempt(`${action} container ${name}`, () => service().containers[action]({ container: id }));
  }
}

export function perform(action: ContainerAction, containers: readonly ContainerView[]): void {
  const one = ONE_AT_A_TIME[action];
  const [first] = containers;
  if (one !== undefined) return first && one(first);
  if (action === 'remove') return askRemoveContainers(containers);
  switchAll(action as SwitchAction, containers);
}

/** What can be done with these containers together: an action works when it works for at least one of them. */
export function availability(action: ContainerAction, containers: readonly ContainerView[]): Availability {
  const [first] = containers;
  if (first === undefined) return { can: false, why: 'Select a container first' };
  if (ONE_AT_A_TIME[action] !== undefined && containers.length > 1) {
    return { can: false, why: 'This is done one at a time' };
  }
  const refusals = containers.map((container) => refusal(action, container));
  const reason = refusals[0];
  if (reason === null || reason === undefined || refusals.includes(null)) return available;
  if (containers.length > 1) {
    return { can: false, why: 'None of the selected containers is in a state that allows it' };
  }
  const { why, remedy } = reason;
  return {
    can: false,
    why: `${why}.`,
    remedy: remedy && { label: ACTION_LABELS[remedy], run: () => perform(remedy, containers) },
  };
}

/** Those of the containers that an action works for now. */
export function applicable(action: ContainerAction, containers: readonly ContainerView[]): readonly ContainerView[] {
  return containers.filter((container) => refusal(action, container) === null);
}
