import { useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { FileField } from '../parts/FileField.tsx';
import { service } from '../state/session.ts';

function ExportDialog({ machine }: { machine: MachineView }) {
  const [path, setPath] = useState('');
  return (
    <FormDialog
      title={`Export ${machine.name}`}
      text="The whole machine as one file, with its disks and snapshots, for another computer or for safe keeping."
      verb="Export"
      doing={`export machine ${machine.name}`}
      blocked={path.trim() === ''}
      submit={() => service().machines.exportTo({ machine: machine.id, path: path.trim() })}
    >
      <FileField
        label="File"
        hint="It must not be there yet."
        choose={{ newFile: `${machine.name}.innkeeper` }}
        placeholder={`/path/to/${machine.name}.innkeeper`}
        value={path}
        onChange={setPath}
      />
    </FormDialog>
  );
}

export function askExport(machine: MachineView): void {
  showDialog(<ExportDialog machine={machine} />);
}
