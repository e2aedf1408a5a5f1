import { useState } from 'react';
import { nameSchema } from '../../src-core/contract/names.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { FileField } from '../parts/FileField.tsx';
import { service } from '../state/session.ts';
import { nameFromFile, nameProblem } from './names.ts';
import { useMachineNames } from './selectors.ts';

function ImportDialog() {
  const taken = useMachineNames();
  const [path, setPath] = useState('');
  const [typed, setTyped] = useState<string | null>(null);
  // Until a name is written, it is the file's.
  const name = typed ?? nameFromFile(path);
  const problem = name === '' && typed === null ? undefined : nameProblem(name, taken);
  return (
    <FormDialog
      title="Import a machine"
      text="From a file that Innkeeper has exported, here or on another computer. Each part of it is verified."
      verb="Import"
      doing={`import machine ${name}`}
      blocked={path.trim() === '' || !nameSchema.safeParse(name).success || problem !== undefined}
      submit={() => service().machines.importFrom({ path: path.trim(), name })}
    >
      <FileField label="File" hint="An exported machine." autoFocus value={path} onChange={setPath} />
      <Field label="Name" error={problem} hint="Also its host name.">
        <TextInput mono value={name} onChange={setTyped} />
      </Field>
    </FormDialog>
  );
}

export function askImportMachine(): void {
  showDialog(<ImportDialog />);
}
