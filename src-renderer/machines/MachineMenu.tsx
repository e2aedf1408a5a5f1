import { Menu } from '@base-ui/react/menu';
import { EllipsisVertical } from 'lucide-react';
import { Fragment } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { IconButton } from '../parts/Button.tsx';
import { ACTION_ICONS, ACTION_LABELS, applicable, availability, perform } from './actions.ts';
import { MACHINE_ACTIONS, type MachineAction } from './availability.ts';
import { popups } from '../parts/popups.ts';

function ActionItem({ action, machines }: { action: MachineAction; machines: readonly MachineView[] }) {
  const Icon = ACTION_ICONS[action];
  const now = availability(action, machines);
  return (
    <Menu.Item
      className={
        action === 'remove' || action === 'kill' || action === 'discard' ? 'menu-item menu-item-danger' : 'menu-item'
      }
      disabled={!now.can}
      onClick={() => perform(action, applicable(action, machines))}
    >
      <Icon size={16} aria-hidden />
      <span className="menu-text">
        {ACTION_LABELS[action]}
        {!now.can && <small>{now.why}</small>}
      </span>
    </Menu.Item>
  );
}

/** Running it, copying it, what it is as a whole. */
const GROUP_STARTS: ReadonlySet<MachineAction> = new Set(['snapshot', 'rename', 'remove']);

/** Every action on these machines; those that cannot be done now say why. */
export function MachineMenu({ machines }: { machines: readonly MachineView[] }) {
  const [only] = machines;
  const label = machines.length === 1 ? `More actions for ${only?.name}` : 'More actions';
  return (
    <Menu.Root>
      <Menu.Trigger render={<IconButton icon={EllipsisVertical} label={label} />} />
      <Menu.Portal container={popups}>
        <Menu.Positioner sideOffset={6} align="end" className="above">
          <Menu.Popup className="menu">
            {MACHINE_ACTIONS.map((action) => (
              <Fragment key={action}>
                {GROUP_STARTS.has(action) && <Menu.Separator className="menu-rule" />}
                <ActionItem action={action} machines={machines} />
              </Fragment>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
