import { Camera } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { availability } from '../machines/actions.ts';
import { Field, TextInput } from '../parts/Field.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { tellDone, tellFailure } from '../parts/tell.ts';
import { service } from '../state/session.ts';
import { proposedSnapshotName, snapshotNameProblem } from './snapshot-names.ts';

interface TakeSnapshotProps {
  readonly machine: MachineView;
  readonly snapshots: readonly SnapshotView[];
}

/** Name and note are asked for in one line, and neither must be given: a snapshot is one press away. */
export function TakeSnapshot({ machine, snapshots }: TakeSnapshotProps) {
  const [name, setName] = useState('');
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const now = availability('snapshot', [machine]);
  const proposed = proposedSnapshotName(snapshots);
  const problem = name === '' || busy ? undefined : snapshotNameProblem(name, snapshots);

  async function take(): Promise<void> {
    if (problem !== undefined || busy || !now.can) return;
    setBusy(true);
    try {
      const taken = await service().snapshots.create({ machine: machine.id, name: name || proposed, note });
      setName('');
      setNote('');
      tellDone(`Snapshot ${taken.name} is taken`);
    } catch (error) {
      tellFailure(error, `take a snapshot of machine ${machine.name}`);
    }
    setBusy(false);
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void take();
  }

  return (
    <form className="take-snapshot" onSubmit={submit} aria-label="Take a snapshot">
      <Field label="Name" error={problem}>
        <TextInput mono value={name} placeholder={proposed} onChange={setName} />
      </Field>
      <Field label="Note">
        <TextInput value={note} placeholder="What is special about this moment" onChange={setNote} />
      </Field>
      <GuardedButton
        look="primary"
        icon={Camera}
        type="submit"
        label={busy ? 'Taking it …' : 'Take snapshot'}
        availability={now}
        disabled={busy || problem !== undefined}
      />
    </form>
  );
}
