import type { MachineView } from '../../src-core/contract/machines.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { tellDone } from '../parts/tell.ts';
import { useChecked } from '../parts/useChecked.ts';
import { goToMachine } from '../state/place.ts';
import { service } from '../state/session.ts';
import { copyName, nameProblem } from './names.ts';
import { useMachineNames } from './selectors.ts';

function ForkDialog({ machine }: { machine: MachineView }) {
  const taken = useMachineNames();
  const name = useChecked(
    () => copyName(machine.name, taken),
    (text) => nameProblem(text, taken),
  );

  async function fork(): Promise<void> {
    const made = await service().machines.fork({ machine: machine.id, name: name.value });
    tellDone(`${made.name} goes on from where ${machine.name} was`, {
      label: 'Console',
      run: () => goToMachine(made.id, 'console'),
    });
  }

  return (
    <FormDialog
      title={`Fork ${machine.name}`}
      text={`A second machine that is already running, from this very moment. ${machine.name} goes on undisturbed; the copy gets a name, addresses and secrets of its own.`}
      verb="Fork"
      doing={`fork machine ${machine.name}`}
      blocked={name.problem !== undefined}
      submit={fork}
    >
      <Field label="Name of the copy" error={name.problem} hint="Also its host name.">
        <TextInput mono autoFocus value={name.value} onChange={name.set} />
      </Field>
    </FormDialog>
  );
}

export function askFork(machine: MachineView): void {
  showDialog(<ForkDialog machine={machine} />);
}
