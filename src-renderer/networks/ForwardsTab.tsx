import { useState } from 'react';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import { PortLinks } from '../containers/PortLinks.tsx';
import { SelectField } from '../parts/SelectField.tsx';
import { Section } from '../parts/Section.tsx';
import { placeHash } from '../state/place.ts';
import { AddForward } from './AddForward.tsx';
import { type ForwardOfMachine, ForwardTable } from './ForwardTable.tsx';
import { sortedContainers, sortedGuests } from './links.ts';

/** A machine with two cards on the network still has each forward once. */
function machinesOf(network: NetworkView) {
  const byId = new Map(sortedGuests(network).map((guest) => [guest.machine, guest]));
  return [...byId.values()];
}

function NewForward({ network }: { network: NetworkView }) {
  const machines = machinesOf(network);
  const [chosen, setChosen] = useState<string | null>(null);
  const machine = machines.find((known) => known.machine === chosen) ?? machines[0];
  if (machine === undefined) return null;
  return (
    <Section title="Forward a port" text="To a machine of this network.">
      <div className="forward-machine">
        <SelectField
          label="Machine"
          value={machine.machine}
          options={machines.map((known) => ({ value: known.machine, label: known.machineName }))}
          onChange={setChosen}
        />
      </div>
      <AddForward
        key={machine.machine}
        machine={{ id: machine.machine, name: machine.machineName }}
        count={machine.forwards.length}
      />
    </Section>
  );
}

/** Those of containers are changed on the containers' own pages. */
function ContainerPorts({ network }: { network: NetworkView }) {
  const withPorts = sortedContainers(network).filter(({ forwards }) => forwards.length > 0);
  if (withPorts.length === 0) return null;
  return (
    <Section title="Published ports of containers">
      <ul className="hardware">
        {withPorts.map(({ id, name, forwards }) => (
          <li key={id} className="port-row">
            <a href={placeHash({ page: 'containers', container: id, tab: 'settings' })}>{name}</a>
            <PortLinks ports={forwards} most={forwards.length} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The forwarded ports of all machines of a network. */
export function ForwardsTab({ network }: { network: NetworkView }) {
  const rows: readonly ForwardOfMachine[] = machinesOf(network).flatMap(({ machine, machineName, forwards }) =>
    forwards.map((forward) => ({ machine: { id: machine, name: machineName }, forward })),
  );
  return (
    <div className="stack">
      <ContainerPorts network={network} />
      {rows.length === 0 ? (
        <p className="section-empty">No port of this computer leads to a machine of this network.</p>
      ) : (
        <ForwardTable rows={rows} withMachine />
      )}
      <NewForward network={network} />
    </div>
  );
}
