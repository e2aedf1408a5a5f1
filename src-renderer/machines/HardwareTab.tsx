import { Cpu, HardDrive, Lock, MemoryStick, Pencil, Tag } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { Button } from '../parts/Button.tsx';
import { formatBytes } from '../parts/quantities.ts';
import { askNewName } from './RenameDialog.tsx';
import { sourceText } from './sources.ts';

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

function Fixed() {
  return (
    <span className="fixed">
      <Lock size={14} aria-hidden />
      Fixed
    </span>
  );
}

export function HardwareTab({ machine }: { machine: MachineView }) {
  const { source } = machine;
  return (
    <div className="stack-tight">
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
        <HardwareRow icon={Cpu} label="Processors" action={<Fixed />}>
          {machine.processors} × RISC-V RV64GC
        </HardwareRow>
        <HardwareRow icon={MemoryStick} label="Memory" action={<Fixed />}>
          {formatBytes(machine.memoryBytes)}
        </HardwareRow>
        <HardwareRow icon={HardDrive} label="Boots" action={<Fixed />}>
          {sourceText(source)}
          {source.kind === 'files' && source.commandLine && <code className="hardware-path">{source.commandLine}</code>}
        </HardwareRow>
        {machine.disks.map(({ path, readOnly, format, own, sizeBytes, usedBytes }, index) => (
          <HardwareRow key={path} icon={HardDrive} label={`Disk ${index + 1}`} action={<Fixed />}>
            {sizeBytes === null ? 'Cannot be read' : formatBytes(sizeBytes)}
            {usedBytes !== null && `, takes ${formatBytes(usedBytes)}`}
            {` · ${format}${readOnly ? ', read-only' : ''}${own ? ', goes with the machine' : ''}`}
            <code className="hardware-path">{path}</code>
          </HardwareRow>
        ))}
      </ul>
      <p className="field-hint">
        What is fixed was set when the machine was created; this version of Innkeeper cannot change it afterwards.
      </p>
    </div>
  );
}
