import { useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { FileField } from '../parts/FileField.tsx';
import { formatBytes } from '../parts/quantities.ts';
import { StopSlider } from '../parts/StopSlider.tsx';
import { Tick } from '../parts/Tick.tsx';
import { service } from '../state/session.ts';
import { diskStops, NEW_DISK_BYTES } from './disk-stops.ts';

/** medium: a file that is only read, as a CD is. */
export type DiskKind = 'new' | 'file' | 'medium';

function NewDiskDialog({ machine }: { machine: MachineView }) {
  const [sizeBytes, setSize] = useState(NEW_DISK_BYTES);
  return (
    <FormDialog
      title={`New disk for ${machine.name}`}
      text="Empty, and thin: it takes room only as it is filled. It is deleted with the machine."
      verb="Add disk"
      doing={`attach a disk to machine ${machine.name}`}
      submit={() => service().machines.attachDisk({ machine: machine.id, disk: { sizeBytes } })}
    >
      <StopSlider label="Size" stops={diskStops} value={sizeBytes} format={formatBytes} onChange={setSize} />
    </FormDialog>
  );
}

function FileDiskDialog({ machine, medium }: { machine: MachineView; medium: boolean }) {
  const [path, setPath] = useState('');
  const [readOnly, setReadOnly] = useState(medium);
  const disk = { path: path.trim(), readOnly };
  return (
    <FormDialog
      title={medium ? `Medium for ${machine.name}` : `Disk image for ${machine.name}`}
      text={
        medium
          ? 'An ISO or another image that the guest can only read.'
          : 'The guest writes into the file itself, unless it is read-only. No other machine may have it at the same time.'
      }
      verb="Attach"
      doing={`attach ${disk.path} to machine ${machine.name}`}
      blocked={disk.path === ''}
      submit={() => service().machines.attachDisk({ machine: machine.id, disk })}
    >
      <FileField
        label={medium ? 'Medium' : 'Disk image'}
        hint={medium ? 'An .iso file, or a raw or qcow2 image.' : 'A raw or qcow2 image.'}
        autoFocus
        value={path}
        onChange={setPath}
      />
      {!medium && (
        <Tick checked={readOnly} onChange={setReadOnly}>
          Read-only
        </Tick>
      )}
    </FormDialog>
  );
}

export function askDisk(machine: MachineView, kind: DiskKind): void {
  showDialog(
    kind === 'new' ? (
      <NewDiskDialog machine={machine} />
    ) : (
      <FileDiskDialog machine={machine} medium={kind === 'medium'} />
    ),
  );
}
