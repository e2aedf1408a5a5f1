import { useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { MOST_CARDS, type NetworkView } from '../../src-core/contract/networks.ts';
import { refusal } from '../machines/availability.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { SelectField, type SelectOption } from '../parts/SelectField.tsx';
import { useInventory } from '../state/inventory.ts';
import { service } from '../state/session.ts';

/** Why a machine cannot get another card now. */
function obstacle(machine: MachineView): string | undefined {
  if (machine.cards.length >= MOST_CARDS) return `It has ${MOST_CARDS} cards already`;
  return refusal('change-cards', machine)?.why;
}

function option(machine: MachineView, network: NetworkView): SelectOption {
  const why = obstacle(machine);
  const here = machine.cards.some((card) => card.network === network.id);
  const detail = why ?? (here ? 'Has a card on it already; gets one more' : undefined);
  return { value: machine.id, label: machine.name, detail, disabled: why !== undefined };
}

function ConnectDialog({ network }: { network: NetworkView }) {
  const machines = Object.values(useInventory((inventory) => inventory.machines));
  const [chosen, setChosen] = useState<string | null>(null);
  const options = machines.toSorted((a, b) => a.name.localeCompare(b.name)).map((machine) => option(machine, network));
  const name = machines.find(({ id }) => id === chosen)?.name ?? '';
  return (
    <FormDialog
      title={`Connect a machine to ${network.name}`}
      text="It gets a network card with a cable to this network, at once if it runs."
      verb="Connect"
      doing={`connect machine ${name} to network ${network.name}`}
      blocked={chosen === null}
      submit={() => service().connections.addCard({ machine: chosen ?? '', network: network.id })}
    >
      {options.length === 0 ? (
        <p className="section-empty">There is no machine yet.</p>
      ) : (
        <SelectField
          label="Machine"
          placeholder="Choose a machine"
          value={chosen}
          options={options}
          onChange={setChosen}
        />
      )}
    </FormDialog>
  );
}

export function askConnect(network: NetworkView): void {
  showDialog(<ConnectDialog network={network} />);
}
