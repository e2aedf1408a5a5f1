import { useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { Screen, SnapshotView } from '../../src-core/contract/snapshots.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { TextArea } from '../parts/TextArea.tsx';
import { countOf, formatBytes, formatTime } from '../parts/quantities.ts';
import { service } from '../state/session.ts';
import { snapshotNameProblem } from './snapshot-names.ts';
import { LiveBadge, sizeText } from './SnapshotFacts.tsx';
import { knownSnapshots } from './useSnapshots.ts';

function BigScreen({ screen }: { screen: Screen }) {
  return (
    <pre className="snapshot-screen" tabIndex={0} aria-label="Its console at that moment">
      {screen.lines.join('\n').trimEnd() || ' '}
    </pre>
  );
}

function SnapshotDialog({ machine, snapshot }: { machine: MachineView; snapshot: SnapshotView }) {
  const { id, hardware, live, screen } = snapshot;
  const [name, setName] = useState(snapshot.name);
  const [note, setNote] = useState(snapshot.note);
  const problem = snapshotNameProblem(name, knownSnapshots(machine.id), id);
  const changed = { ...(name === snapshot.name ? {} : { name }), ...(note === snapshot.note ? {} : { note }) };
  return (
    <FormDialog
      wide
      title={`Snapshot ${snapshot.name}`}
      text={
        <>
          <LiveBadge live={live} /> · {formatTime(snapshot.createdAt)} · {countOf(hardware.processors, 'processor')},{' '}
          {formatBytes(hardware.memoryBytes)} of memory · keeps {sizeText(snapshot)}
        </>
      }
      verb="Save"
      doing={`change snapshot ${snapshot.name}`}
      blocked={problem !== undefined || Object.keys(changed).length === 0}
      submit={() => service().snapshots.change({ machine: machine.id, snapshot: id, ...changed })}
    >
      {screen && <BigScreen screen={screen} />}
      <Field label="Name" error={problem}>
        <TextInput mono value={name} onChange={setName} />
      </Field>
      <Field label="Note">
        <TextArea rows={3} maxLength={2000} value={note} onChange={setNote} />
      </Field>
    </FormDialog>
  );
}

/** Shows one snapshot large; its name and its note can be changed there. */
export function lookAtSnapshot(machine: MachineView, snapshot: SnapshotView): void {
  showDialog(<SnapshotDialog machine={machine} snapshot={snapshot} />);
}
