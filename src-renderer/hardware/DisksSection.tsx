import { Menu } from '@base-ui/react/menu';
import { ChevronsUp, Disc, FilePlus, HardDrive, type LucideIcon, Plus, Trash2, Unplug } from 'lucide-react';
import type { MachineDiskView, MachineView } from '../../src-core/contract/machines.ts';
import { availability } from '../machines/actions.ts';
import { Bar } from '../parts/Bar.tsx';
import { Button } from '../parts/Button.tsx';
import { type Availability, GuardedButton } from '../parts/GuardedButton.tsx';
import { popups } from '../parts/popups.ts';
import { formatBytes } from '../parts/quantities.ts';
import { Section } from '../parts/Section.tsx';
import { askDisk, type DiskKind } from './AddDiskDialog.tsx';
import { NeedsStop } from './NeedsStop.tsx';
import { askGrow } from './GrowDialog.tsx';
import { askDetach } from './hardware-actions.ts';

const MOST_DISKS = 16;

const KINDS: readonly { readonly kind: DiskKind; readonly label: string; readonly icon: LucideIcon }[] = [
  { kind: 'new', label: 'New disk…', icon: HardDrive },
  { kind: 'file', label: 'Disk image of this computer…', icon: FilePlus },
  { kind: 'medium', label: 'ISO, read-only…', icon: Disc },
];

function AddDisk({ machine }: { machine: MachineView }) {
  return (
    <Menu.Root>
      <Menu.Trigger
        render={
          <Button
            small
            icon={Plus}
            disabled={machine.disks.length >= MOST_DISKS || !availability('change-disks', [machine]).can}
          />
        }
      >
        Add disk
      </Menu.Trigger>
      <Menu.Portal container={popups}>
        <Menu.Positioner sideOffset={6} align="end" className="above">
          <Menu.Popup className="menu">
            {KINDS.map(({ kind, label, icon: Icon }) => (
              <Menu.Item key={kind} className="menu-item" onClick={() => askDisk(machine, kind)}>
                <Icon size={16} aria-hidden />
                {label}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function growth(machine: MachineView, { readOnly, sizeBytes }: MachineDiskView): Availability {
  if (readOnly) return { can: false, why: 'A read-only disk stays as it is.' };
  if (sizeBytes === null) return { can: false, why: 'Its file cannot be read.' };
  return availability('change-disks', [machine]);
}

function facts({ format, readOnly, own, sizeBytes }: MachineDiskView): string {
  const size = sizeBytes === null ? 'Cannot be read' : formatBytes(sizeBytes);
  return [size, format, readOnly ? 'read-only' : '', own ? 'goes with the machine' : 'a file of yours']
    .filter(Boolean)
    .join(' · ');
}

function DiskRow({ machine, disk }: { machine: MachineView; disk: MachineDiskView }) {
  const { slot, path, format, readOnly, sizeBytes, usedBytes } = disk;
  const Icon = readOnly ? Disc : HardDrive;
  return (
    <li className="disk-row">
      <Icon size={18} aria-hidden className="faint" />
      <div className="disk-text">
        <span className="row row-tight">
          <strong className="hardware-label">Disk {slot}</strong>
          <span className="faint">{facts(disk)}</span>
        </span>
        {format === 'qcow2' && sizeBytes !== null && usedBytes !== null && (
          <span className="disk-use">
            <Bar
              label={`Disk ${slot}`}
              text={`takes ${formatBytes(usedBytes)} of ${formatBytes(sizeBytes)}`}
              value={usedBytes}
              total={sizeBytes}
            />
            <span className="faint figure">takes {formatBytes(usedBytes)}</span>
          </span>
        )}
        <code className="hardware-path">{path}</code>
      </div>
      <span className="row row-tight">
        <GuardedButton
          small
          icon={ChevronsUp}
          label="Grow…"
          name={`Grow disk ${slot}`}
          availability={growth(machine, disk)}
          onClick={() => askGrow(machine, disk)}
        />
        <GuardedButton
          small
          icon={disk.own ? Trash2 : Unplug}
          label={disk.own ? 'Delete…' : 'Detach'}
          name={`Detach disk ${slot}`}
          availability={availability('change-disks', [machine])}
          onClick={() => askDetach(machine, disk)}
        />
      </span>
    </li>
  );
}

export function DisksSection({ machine }: { machine: MachineView }) {
  const { disks, state } = machine;
  return (
    <Section
      title="Disks"
      text={state === 'running' ? 'The guest sees what you add, grow or take away at once.' : undefined}
      actions={<AddDisk machine={machine} />}
    >
      {disks.length === 0 ? (
        <p className="section-empty">No disk: what its guest writes is in memory, and gone when it stops.</p>
      ) : (
        <ul className="hardware">
          {disks.map((disk) => (
            <DiskRow key={disk.slot} machine={machine} disk={disk} />
          ))}
        </ul>
      )}
      <NeedsStop machine={machine} change="change-disks" what="its disks" />
    </Section>
  );
}
