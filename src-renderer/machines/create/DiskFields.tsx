import { Switch } from '@base-ui/react/switch';
import { FilePlus, Plus, Trash2 } from 'lucide-react';
import { Button, IconButton } from '../../parts/Button.tsx';
import { formatBytes } from '../../parts/quantities.ts';
import { StopSlider } from '../../parts/StopSlider.tsx';
import { diskStops, NEW_DISK_BYTES } from '../../hardware/disk-stops.ts';
import type { DiskDraft } from './draft.ts';
import { FileField } from '../../parts/FileField.tsx';

interface DiskFieldsProps {
  readonly disks: readonly DiskDraft[];
  onChange(disks: readonly DiskDraft[]): void;
}

interface DiskProps<Kind> {
  readonly number: number;
  readonly disk: Extract<DiskDraft, { kind: Kind }>;
  onChange(disk: DiskDraft): void;
}

const MOST_DISKS = 16;

function NewDisk({ number, disk, onChange }: DiskProps<'new'>) {
  return (
    <StopSlider
      label={`Disk ${number}: new`}
      stops={diskStops}
      value={disk.sizeBytes}
      format={formatBytes}
      hint="Empty, and thin: it takes room only as it is filled, and is deleted with the machine."
      onChange={(sizeBytes) => onChange({ ...disk, sizeBytes })}
    />
  );
}

function FileDisk({ number, disk, onChange }: DiskProps<'file'>) {
  return (
    <>
      <FileField
        label={`Disk ${number}`}
        hint="A raw or qcow2 disk image; the guest writes into it unless it is read-only."
        value={disk.path}
        onChange={(path) => onChange({ ...disk, path })}
      />
      <label className="switch-label">
        <Switch.Root
          className="switch"
          checked={disk.readOnly}
          onCheckedChange={(readOnly) => onChange({ ...disk, readOnly })}
        >
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
        Read-only
      </label>
    </>
  );
}

/** New disks, and disk images of this computer, that the guest sees as /dev/vda, /dev/vdb, … */
export function DiskFields({ disks, onChange }: DiskFieldsProps) {
  const change = (at: number, changed: DiskDraft) =>
    onChange(disks.map((disk, index) => (index === at ? changed : disk)));
  const isFull = disks.length >= MOST_DISKS;
  return (
    <div className="stack">
      {disks.map((disk, index) => (
        <div key={index} className={disk.kind === 'new' ? 'disk-new' : 'disk-fields'}>
          {disk.kind === 'new' ? (
            <NewDisk number={index + 1} disk={disk} onChange={(changed) => change(index, changed)} />
          ) : (
            <FileDisk number={index + 1} disk={disk} onChange={(changed) => change(index, changed)} />
          )}
          <IconButton
            icon={Trash2}
            label={`Leave disk ${index + 1} out`}
            onClick={() => onChange(disks.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div className="row row-tight">
        <Button
          icon={Plus}
          disabled={isFull}
          onClick={() => onChange([...disks, { kind: 'new', sizeBytes: NEW_DISK_BYTES }])}
        >
          New disk
        </Button>
        <Button
          icon={FilePlus}
          disabled={isFull}
          onClick={() => onChange([...disks, { kind: 'file', path: '', readOnly: false }])}
        >
          Add a disk file
        </Button>
      </div>
    </div>
  );
}
