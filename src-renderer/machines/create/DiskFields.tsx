import { Switch } from '@base-ui/react/switch';
import { Plus, Trash2 } from 'lucide-react';
import { Button, IconButton } from '../../parts/Button.tsx';
import type { DiskDraft } from './draft.ts';
import { FileField } from './FileField.tsx';

interface DiskFieldsProps {
  readonly disks: readonly DiskDraft[];
  onChange(disks: readonly DiskDraft[]): void;
}

const MOST_DISKS = 16;

/** Raw disk images of this computer that the guest sees as /dev/vda, /dev/vdb, … */
export function DiskFields({ disks, onChange }: DiskFieldsProps) {
  const change = (at: number, changed: Partial<DiskDraft>) =>
    onChange(disks.map((disk, index) => (index === at ? { ...disk, ...changed } : disk)));
  return (
    <div className="stack">
      {disks.map((disk, index) => (
        <div key={index} className="disk-fields">
          <FileField
            label={`Disk ${index + 1}`}
            hint="A raw disk image; the guest writes into it unless it is read-only."
            value={disk.path}
            onChange={(path) => change(index, { path })}
          />
          <label className="switch-label">
            <Switch.Root
              className="switch"
              checked={disk.readOnly}
              onCheckedChange={(readOnly) => change(index, { readOnly })}
            >
              <Switch.Thumb className="switch-thumb" />
            </Switch.Root>
            Read-only
          </label>
          <IconButton
            icon={Trash2}
            label={`Leave disk ${index + 1} out`}
            onClick={() => onChange(disks.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button
          icon={Plus}
          disabled={disks.length >= MOST_DISKS}
          onClick={() => onChange([...disks, { path: '', readOnly: false }])}
        >
          Add a disk
        </Button>
      </div>
    </div>
  );
}
