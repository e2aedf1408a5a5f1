import { useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { isOn } from '../machines/states.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { formatTime } from '../parts/quantities.ts';
import { Tick } from '../parts/Tick.tsx';
import { restoreSnapshot } from './snapshot-actions.ts';

function whatHappens(machine: MachineView, { live, createdAt }: SnapshotView): string {
  const then = live ? 'goes on running from that moment' : 'is powered off, as it was then';
  const off = isOn(machine.state) ? ' What runs in it now ends.' : '';
  return `${machine.name} goes back to ${formatTime(createdAt)} and ${then}.${off}`;
}

function RestoreDialog({ machine, snapshot }: { machine: MachineView; snapshot: SnapshotView }) {
  // A machine that has failed has no state that could be kept.
  const keepable = machine.state !== 'failed';
  const [keeps, setKeeps] = useState(keepable);
  return (
    <FormDialog
      title={`Restore snapshot ${snapshot.name}?`}
      text={whatHappens(machine, snapshot)}
      verb="Restore"
      doing={`restore snapshot ${snapshot.name}`}
      danger={!keeps}
      submit={() => restoreSnapshot(machine, snapshot, keeps)}
    >
      {keepable && (
        <Tick
          checked={keeps}
          hint={keeps ? 'So that you can come back to it.' : 'What is there now, disks and memory, is lost.'}
          onChange={setKeeps}
        >
          Take a snapshot of the present state first
        </Tick>
      )}
    </FormDialog>
  );
}

export function askRestore(machine: MachineView, snapshot: SnapshotView): void {
  showDialog(<RestoreDialog machine={machine} snapshot={snapshot} />);
}
