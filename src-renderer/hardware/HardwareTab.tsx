import { HardDrive, Pencil, Tag } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { askNewName } from '../machines/RenameDialog.tsx';
import { sourceText } from '../machines/sources.ts';
import { Button } from '../parts/Button.tsx';
import { BootOrderSection } from './BootOrderSection.tsx';
import { DisksSection } from './DisksSection.tsx';
import { SharesSection } from './SharesSection.tsx';
import { SizeSection } from './SizeSection.tsx';

interface RowProps {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

function HardwareRow({ icon: Icon, label, children, action }: RowProps) {
  return (
    <li className="hardware-row">
      <Icon size={18} aria-hidden className="faint" />
      <span className="hardware-label">{label}</span>
      <span className="hardware-value">{children}</span>
      {action}
    </li>
  );
}

export function HardwareTab({ machine }: { machine: MachineView }) {
  const { source } = machine;
  return (
    <div className="hardware-tab">
      <ul className="hardware">
        <HardwareRow
          icon={Tag}
          label="Name"
          action={
            <Button small icon={Pencil} onClick={() => askNewName(machine)}>
              Rename…
            </Button>
          }
        >
          {machine.name}
        </HardwareRow>
        <HardwareRow icon={HardDrive} label="Boots">
          {sourceText(source)}
          {source.kind === 'files' && source.commandLine && <code className="hardware-path">{source.commandLine}</code>}
        </HardwareRow>
      </ul>
      <SizeSection machine={machine} />
      <DisksSection machine={machine} />
      <BootOrderSection machine={machine} />
      <SharesSection machine={machine} />
    </div>
  );
}
