import { useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { tellDone } from '../parts/tell.ts';
import { Tick } from '../parts/Tick.tsx';
import { useChecked } from '../parts/useChecked.ts';
import { goToMachine } from '../state/place.ts';
import { service } from '../state/session.ts';
import { copyName, nameProblem } from './names.ts';
import { useMachineNames } from './selectors.ts';

interface CloneDialogProps {
  readonly machine: MachineView;
  readonly snapshot: SnapshotView | null;
}

function whatComes(snapshot: SnapshotView | null): string {
  if (snapshot === null) return 'A new machine with the same hardware and the same contents of its disks.';
  if (!snapshot.live) return `A new machine as this one was at ${snapshot.name}, powered off.`;
  return `A new machine, suspended at ${snapshot.name}: resume it and it goes on from there under an identity of its own.`;
}

function CloneDialog({ machine, snapshot }: CloneDialogProps) {
  const taken = useMachineNames();
  const name = useChecked(
    () => copyName(machine.name, taken),
    (text) => nameProblem(text, taken),
  );
  const [full, setFull] = useState(false);

  async function clone(): Promise<void> {
    const from = snapshot === null ? {} : { snapshot: snapshot.id };
    const made = await service().machines.clone({ machine: machine.id, name: name.value, full, ...from });
    tellDone(`Machine ${made.name} is there`, { label: 'Show', run: () => goToMachine(made.id) });
  }

  return (
    <FormDialog
      title={snapshot === null ? `Clone ${machine.name}` : `Clone ${machine.name} from ${snapshot.name}`}
      text={whatComes(snapshot)}
      verb="Clone"
      doing={`clone machine ${machine.name}`}
      blocked={name.problem !== undefined}
      submit={clone}
    >
      <Field label="Name of the clone" error={name.problem}>
        <TextInput mono autoFocus value={name.value} onChange={name.set} />
      </Field>
      <Tick
        checked={full}
        hint={
          full
            ? 'It has its own copy of everything: that takes longer, and room on the disk.'
            : 'It shares what is the same with this one and takes room only for what changes.'
        }
        onChange={setFull}
      >
        Copy the disks in full
      </Tick>
    </FormDialog>
  );
}

/** @param snapshot null: the present contents of its disks */
export function askClone(machine: MachineView, snapshot: SnapshotView | null): void {
  showDialog(<CloneDialog machine={machine} snapshot={snapshot} />);
}
