import type { MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { useChecked } from '../parts/useChecked.ts';
import { useInventory } from '../state/inventory.ts';
import { service } from '../state/session.ts';
import { imageNameProblem, proposedImageName } from './image-names.ts';

interface SaveImageDialogProps {
  readonly machine: MachineView;
  readonly snapshot: SnapshotView | null;
}

function SaveImageDialog({ machine, snapshot }: SaveImageDialogProps) {
  const images = useInventory((inventory) => inventory.images);
  const name = useChecked(
    () => proposedImageName(snapshot?.name ?? machine.name, images),
    (text) => imageNameProblem(text, images),
  );
  const from = snapshot === null ? {} : { snapshot: snapshot.id };
  const what = snapshot === null ? `the disk of ${machine.name}` : `the disk of ${machine.name} at ${snapshot.name}`;
  return (
    <FormDialog
      title="Save as image"
      text={`Makes an image out of ${what}. New machines can be made from it, each thin: they share what they do not change.`}
      verb="Save image"
      doing={`save image ${name.value}`}
      blocked={name.problem !== undefined}
      submit={() => service().images.save({ image: name.value, machine: machine.id, ...from })}
    >
      <Field label="Name of the image" error={name.problem}>
        <TextInput mono autoFocus value={name.value} onChange={name.set} />
      </Field>
    </FormDialog>
  );
}

/** @param snapshot null: the present contents of its first disk */
export function askSaveAsImage(machine: MachineView, snapshot: SnapshotView | null): void {
  showDialog(<SaveImageDialog machine={machine} snapshot={snapshot} />);
}
