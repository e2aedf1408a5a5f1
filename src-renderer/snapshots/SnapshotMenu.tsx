import { Menu } from '@base-ui/react/menu';
import { Copy, EllipsisVertical, type LucideIcon, Package, Pencil, Trash2 } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { askSaveAsImage } from '../images/SaveImageDialog.tsx';
import { askClone } from '../machines/CloneDialog.tsx';
import { IconButton } from '../parts/Button.tsx';
import { popups } from '../parts/popups.ts';
import { askRemoveSnapshot } from './snapshot-actions.ts';
import { lookAtSnapshot } from './SnapshotDialog.tsx';

interface SnapshotMenuProps {
  readonly machine: MachineView;
  readonly snapshot: SnapshotView;
  readonly tabIndex: number;
}

interface Item {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly danger?: boolean;
  run(): void;
}

function items({ machine, snapshot }: SnapshotMenuProps): readonly Item[] {
  return [
    { label: 'Look at it, rename, note…', icon: Pencil, run: () => lookAtSnapshot(machine, snapshot) },
    { label: 'Clone…', icon: Copy, run: () => askClone(machine, snapshot) },
    { label: 'Save as image…', icon: Package, run: () => askSaveAsImage(machine, snapshot) },
    { label: 'Delete…', icon: Trash2, danger: true, run: () => askRemoveSnapshot(machine, snapshot) },
  ];
}

export function SnapshotMenu(props: SnapshotMenuProps) {
  const label = `More actions for snapshot ${props.snapshot.name}`;
  return (
    <Menu.Root>
      <Menu.Trigger render={<IconButton icon={EllipsisVertical} label={label} tabIndex={props.tabIndex} />} />
      <Menu.Portal container={popups}>
        <Menu.Positioner sideOffset={6} align="end" className="above">
          <Menu.Popup className="menu">
            {items(props).map(({ label: text, icon: Icon, danger, run }) => (
              <Menu.Item key={text} className={danger ? 'menu-item menu-item-danger' : 'menu-item'} onClick={run}>
                <Icon size={16} aria-hidden />
                {text}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
