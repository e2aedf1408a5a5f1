import { Dialog } from '@base-ui/react/dialog';
import { type SubmitEvent, useState } from 'react';
import { create } from 'zustand';
import { type Failure, toFailure } from '../../src-core/contract/failures.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { Button } from '../parts/Button.tsx';
import { FailureNotice } from '../parts/Failure.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { service } from '../state/session.ts';
import { nameProblem } from './names.ts';
import { useMachineNames } from './selectors.ts';

const useRenaming = create<{ machine: MachineView | null }>(() => ({ machine: null }));

export function askNewName(machine: MachineView): void {
  useRenaming.setState({ machine });
}

const close = () => useRenaming.setState({ machine: null });

function RenameForm({ machine }: { machine: MachineView }) {
  const [name, setName] = useState(machine.name);
  const [failure, setFailure] = useState<Failure | null>(null);
  const taken = useMachineNames();
  const problem = name === machine.name ? undefined : nameProblem(name, taken);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (problem !== undefined) return;
    try {
      if (name !== machine.name) await service().machines.rename({ machine: machine.id, name });
      close();
    } catch (error) {
      setFailure(toFailure(error, `rename machine ${machine.name}`));
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="stack">
      <Field label="New name" error={problem} hint="Also its host name from the next start on.">
        <TextInput value={name} onChange={setName} autoFocus mono />
      </Field>
      {failure && <FailureNotice failure={failure} />}
      <div className="dialog-buttons">
        <Button onClick={close}>Cancel</Button>
        <Button look="primary" type="submit" disabled={problem !== undefined}>
          Rename
        </Button>
      </div>
    </form>
  );
}

export function RenameDialog() {
  const { machine } = useRenaming();
  return (
    <Dialog.Root open={machine !== null} onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog dialog-small">
          <Dialog.Title className="dialog-title">Rename {machine?.name}</Dialog.Title>
          {machine && <RenameForm key={machine.id} machine={machine} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
