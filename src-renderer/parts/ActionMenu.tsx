import { Menu } from '@base-ui/react/menu';
import { EllipsisVertical, type LucideIcon } from 'lucide-react';
import { Fragment } from 'react';
import { IconButton } from './Button.tsx';
import type { Availability } from './GuardedButton.tsx';
import { popups } from './popups.ts';

export interface MenuAction {
  readonly key: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly availability: Availability;
  readonly danger?: boolean;
  /** A line above it. */
  readonly startsGroup?: boolean;
  run(): void;
}

function ActionItem({ action }: { action: MenuAction }) {
  const { label, icon: Icon, availability: now, danger = false, run } = action;
  return (
    <Menu.Item className={danger ? 'menu-item menu-item-danger' : 'menu-item'} disabled={!now.can} onClick={run}>
      <Icon size={16} aria-hidden />
      <span className="menu-text">
        {label}
        {!now.can && <small>{now.why}</small>}
      </span>
    </Menu.Item>
  );
}

/** Every action there is, behind three points; those that cannot be done now say why. */
export function ActionMenu({ label, actions }: { label: string; actions: readonly MenuAction[] }) {
  return (
    <Menu.Root>
      <Menu.Trigger render={<IconButton icon={EllipsisVertical} label={label} />} />
      <Menu.Portal container={popups}>
        <Menu.Positioner sideOffset={6} align="end" className="above">
          <Menu.Popup className="menu">
            {actions.map((action) => (
              <Fragment key={action.key}>
                {action.startsGroup && <Menu.Separator className="menu-rule" />}
                <ActionItem action={action} />
              </Fragment>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
