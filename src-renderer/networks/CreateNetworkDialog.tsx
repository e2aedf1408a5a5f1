import { useState } from 'react';
import { NAME_RULE, nameSchema } from '../../src-core/contract/names.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { Tick } from '../parts/Tick.tsx';
import { useChecked } from '../parts/useChecked.ts';
import { useInventory } from '../state/inventory.ts';
import { goToNetwork } from '../state/place.ts';
import { service } from '../state/session.ts';
import { subnetProblem } from './subnet.ts';

type Named = readonly { readonly name: string }[];

export function networkNameProblem(name: string, networks: Named): string | undefined {
  if (name === '') return 'Give the network a name';
  if (!nameSchema.safeParse(name).success) return NAME_RULE;
  const taken = networks.some((known) => known.name.toLowerCase() === name.toLowerCase());
  return taken ? `There is already a network called ${name}` : undefined;
}

/** "net-1": the first that nobody has. */
export function proposedNetworkName(networks: Named): string {
  const taken = new Set(networks.map(({ name }) => name.toLowerCase()));
  let number = 1;
  while (taken.has(`net-${number}`)) number += 1;
  return `net-${number}`;
}

function CreateNetworkDialog() {
  const networks = Object.values(useInventory((inventory) => inventory.networks));
  const name = useChecked(
    () => proposedNetworkName(networks),
    (text) => networkNameProblem(text, networks),
  );
  const subnet = useChecked(
    () => '',
    (text) => subnetProblem(text, networks),
  );
  const [internal, setInternal] = useState(false);
  const [reachesHost, setReachesHost] = useState(false);
  async function create(): Promise<void> {
    const wanted = subnet.value.trim();
    const made = await service().networks.create({
      name: name.value,
      ...(wanted === '' ? {} : { subnet: wanted }),
      internal,
      reachesHost,
    });
    goToNetwork(made.id);
  }
  return (
    <FormDialog
      title="Create a network"
      text="A switch of its own for your machines, with a gateway that gives them addresses and names."
      verb="Create network"
      doing={`create network ${name.value}`}
      blocked={name.problem !== undefined || subnet.problem !== undefined}
      submit={create}
    >
      <Field label="Name" error={name.problem}>
        <TextInput mono autoFocus value={name.value} onChange={name.set} />
      </Field>
      <Field label="Subnet" error={subnet.problem} hint="Optional: one that nothing here uses is chosen.">
        <TextInput mono placeholder="10.87.0.0/24" value={subnet.value} onChange={subnet.set} />
      </Field>
      <Tick checked={internal} hint="Its machines reach each other and nothing else." onChange={setInternal}>
        Internal: no way out
      </Tick>
      <Tick
        checked={reachesHost}
        hint="By the name host.inn: everything that listens on this computer for itself alone, often without a password."
        onChange={setReachesHost}
      >
        Guests may reach this computer
      </Tick>
    </FormDialog>
  );
}

export function askNewNetwork(): void {
  showDialog(<CreateNetworkDialog />);
}
