import { useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { service } from '../state/session.ts';
import { nameProblem } from './names.ts';
import { useMachineNames } from './selectors.ts';

function RenameDialog({ machine }: { machine: MachineView }) {
  const [name, setName] = useState(machine.name);
  const taken = useMachineNames();
  const problem = name === machine.name ? undefined : nameProblem(name, taken);
  const rename = () => service().machines.rename({ machine: machine.id, name });
  return (
    <FormDialog
      title={`Rename ${machine.name}`}
      verb="Rename"
      doing={`rename machine ${machine.name}`}
      blocked={problem !== undefined}
      submit={async () => name === machine.name || rename()}
    >
      <Field label="New name" error={problem} hint="Also its host name from the next start on.">
        <TextInput value={name} onChange={setName} autoFocus mono />
      </Field>
    </FormDialog>
  );
}

export function askNewName(machine: MachineView): void {
  showDialog(<RenameDialog machine={machine} />);
}
