import type { MachineView } from '../../src-core/contract/machines.ts';
import { ActionMenu } from '../parts/ActionMenu.tsx';
import { ACTION_ICONS, ACTION_LABELS, applicable, availability, perform } from './actions.ts';
import { MACHINE_ACTIONS, type MachineAction } from './availability.ts';

/** Running it, copying it, what it is as a whole. */
const GROUP_STARTS: ReadonlySet<MachineAction> = new Set(['snapshot', 'rename', 'remove']);
const DANGERS: ReadonlySet<MachineAction> = new Set(['remove', 'kill', 'discard']);

/** Every action on these machines. */
export function MachineMenu({ machines }: { machines: readonly MachineView[] }) {
  const [only] = machines;
  const actions = MACHINE_ACTIONS.map((action) => ({
    key: action,
    label: ACTION_LABELS[action],
    icon: ACTION_ICONS[action],
    availability: availability(action, machines),
    danger: DANGERS.has(action),
    startsGroup: GROUP_STARTS.has(action),
    run: () => perform(action, applicable(action, machines)),
  }));
  return (
    <ActionMenu label={machines.length === 1 ? `More actions for ${only?.name}` : 'More actions'} actions={actions} />
  );
}
