import { nameSchema, NAME_RULE } from '../../../src-core/contract/names.ts';
import { FormDialog, showDialog } from '../../parts/dialogs.tsx';
import { Field, TextInput } from '../../parts/Field.tsx';
import { tellDone } from '../../parts/tell.ts';
import { useChecked } from '../../parts/useChecked.ts';
import { useInventory } from '../../state/inventory.ts';
import { service } from '../../state/session.ts';

function firstFree(taken: Readonly<Record<string, unknown>>): string {
  let number = 1;
  while (`volume-${number}` in taken) number += 1;
  return `volume-${number}`;
}

function CreateVolumeDialog() {
  const volumes = useInventory((inventory) => inventory.volumes);
  const name = useChecked(
    () => firstFree(volumes),
    (text) => {
      if (!nameSchema.safeParse(text).success) return NAME_RULE;
      return text in volumes ? `There is already a volume called ${text}` : undefined;
    },
  );
  return (
    <FormDialog
      title="New volume"
      text="A place for what outlives containers. A container’s own page mounts it; one that is named there and not there yet is made by itself."
      verb="Create"
      doing={`create volume ${name.value}`}
      blocked={name.problem !== undefined}
      submit={async () => {
        await service().volumes.create({ name: name.value });
        tellDone(`Volume ${name.value} is there`);
      }}
    >
      <Field label="Name" error={name.problem}>
        <TextInput mono autoFocus value={name.value} onChange={name.set} />
      </Field>
    </FormDialog>
  );
}

export function askNewVolume(): void {
  showDialog(<CreateVolumeDialog />);
}
