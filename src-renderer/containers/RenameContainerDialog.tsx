import type { ContainerView } from '../../src-core/contract/containers.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { useChecked } from '../parts/useChecked.ts';
import { service } from '../state/session.ts';
import { containerNameProblem } from './names.ts';
import { useContainerNames } from './selectors.ts';

function RenameContainerDialog({ container }: { container: ContainerView }) {
  const taken = useContainerNames();
  const name = useChecked(
    () => container.name,
    (text) => (text === container.name ? undefined : containerNameProblem(text, taken)),
  );
  return (
    <FormDialog
      title={`Rename container ${container.name}`}
      verb="Rename"
      doing={`rename container ${container.name}`}
      blocked={name.problem !== undefined}
      submit={() => service().containers.rename({ container: container.id, name: name.value })}
    >
      <Field label="New name" error={name.problem} hint="Other guests of its network find it by this name.">
        <TextInput mono autoFocus value={name.value} onChange={name.set} />
      </Field>
    </FormDialog>
  );
}

export function askNewContainerName(container: ContainerView): void {
  showDialog(<RenameContainerDialog container={container} />);
}
