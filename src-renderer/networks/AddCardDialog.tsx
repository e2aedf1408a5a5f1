import { useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { SelectField } from '../parts/SelectField.tsx';
import { useInventory } from '../state/inventory.ts';
import { service } from '../state/session.ts';
import { sortedNetworks } from './links.ts';

function AddCardDialog({ machine }: { machine: MachineView }) {
  const networks = sortedNetworks(useInventory((inventory) => inventory.networks));
  const [chosen, setChosen] = useState(networks[0]?.id ?? null);
  return (
    <FormDialog
      title={`Give ${machine.name} a network card`}
      text="The guest finds it at once if it runs, and asks the network for an address."
      verb="Add card"
      doing={`give a network card to machine ${machine.name}`}
      blocked={chosen === null}
      submit={() => service().connections.addCard({ machine: machine.id, network: chosen ?? '' })}
    >
      <SelectField
        label="Network"
        value={chosen}
        options={networks.map(({ id, name, subnet }) => ({ value: id, label: name, detail: subnet }))}
        onChange={setChosen}
      />
    </FormDialog>
  );
}

export function askNewCard(machine: MachineView): void {
  showDialog(<AddCardDialog machine={machine} />);
}
