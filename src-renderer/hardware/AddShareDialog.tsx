import { useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { guestDirectorySchema } from '../../src-core/contract/shares.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { FileField } from '../parts/FileField.tsx';
import { Tick } from '../parts/Tick.tsx';
import { service } from '../state/session.ts';
import { guestDirectoryFor } from './guest-directory.ts';

function directoryProblem(path: string): string | undefined {
  if (path === '') return 'Say where the guest shall have it';
  return guestDirectorySchema.safeParse(path).error?.issues[0]?.message;
}

function AddShareDialog({ machine }: { machine: MachineView }) {
  const [host, setHost] = useState('');
  const [typed, setTyped] = useState<string | null>(null);
  const [readOnly, setReadOnly] = useState(false);
  // Until a place is written, it is called after the folder.
  const guestDirectory = typed ?? guestDirectoryFor(host);
  const problem = typed === null ? undefined : directoryProblem(guestDirectory);
  const hostDirectory = host.trim();
  return (
    <FormDialog
      title={`Share a folder with ${machine.name}`}
      verb="Share"
      doing={`share ${hostDirectory} with machine ${machine.name}`}
      blocked={hostDirectory === '' || directoryProblem(guestDirectory) !== undefined}
      submit={() => service().shares.add({ machine: machine.id, hostDirectory, guestDirectory, readOnly })}
    >
      <FileField
        label="Folder of this computer"
        hint="The guest sees all of it, and nothing outside it."
        choose="folder"
        autoFocus
        value={host}
        onChange={setHost}
      />
      <Field label="Place in the guest" error={problem} hint="A folder that is made there if it is not.">
        <TextInput mono placeholder="/mnt/work" value={guestDirectory} onChange={setTyped} />
      </Field>
      <Tick checked={readOnly} hint="The guest cannot change anything in it." onChange={setReadOnly}>
        Read-only
      </Tick>
    </FormDialog>
  );
}

export function askShare(machine: MachineView): void {
  showDialog(<AddShareDialog machine={machine} />);
}
