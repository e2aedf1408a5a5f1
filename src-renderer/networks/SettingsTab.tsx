import { ShieldAlert, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import { Fact } from '../machines/Fact.tsx';
import { Button } from '../parts/Button.tsx';
import { CopyableText } from '../parts/CopyableText.tsx';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { formatTime } from '../parts/quantities.ts';
import { Section } from '../parts/Section.tsx';
import { useChecked } from '../parts/useChecked.ts';
import { ToggleSetting } from '../settings/ToggleSetting.tsx';
import { useInventory } from '../state/inventory.ts';
import { service } from '../state/session.ts';
import { networkNameProblem } from './CreateNetworkDialog.tsx';
import { isDefault } from './links.ts';
import { askRemoveNetwork, changeReachesHost, removal } from './network-actions.ts';

function RenameNetworkDialog({ network }: { network: NetworkView }) {
  const others = Object.values(useInventory(({ networks }) => networks)).filter(({ id }) => id !== network.id);
  const name = useChecked(
    () => network.name,
    (text) => networkNameProblem(text, others),
  );
  return (
    <FormDialog
      title={`Rename network ${network.name}`}
      verb="Rename"
      doing={`rename network ${network.name}`}
      blocked={name.problem !== undefined}
      submit={() => service().networks.change({ network: network.id, name: name.value })}
    >
      <Field label="New name" error={name.problem}>
        <TextInput mono autoFocus value={name.value} onChange={name.set} />
      </Field>
    </FormDialog>
  );
}

function Facts({ network }: { network: NetworkView }) {
  const address = (text: string): ReactNode => <CopyableText text={text} what="The address" />;
  return (
    <dl className="facts">
      <Fact label="Name">
        <span className="row row-tight">
          {network.name}
          <Button
            small
            disabled={isDefault(network)}
            onClick={() => showDialog(<RenameNetworkDialog network={network} />)}
          >
            Rename…
          </Button>
          {isDefault(network) && <span className="faint">The default network keeps its name.</span>}
        </span>
      </Fact>
      <Fact label="Addresses">{address(network.subnet)}</Fact>
      <Fact label="Gateway">{address(network.gateway)}</Fact>
      <Fact label="IPv6">{address(network.subnet6)}</Fact>
      <Fact label="IPv6 gateway">{address(network.gateway6)}</Fact>
      <Fact label="Way out">
        {network.internal ? 'None: its machines reach each other alone' : 'Through this computer’s own connections'}
      </Fact>
      <Fact label="Created">{formatTime(network.createdAt)}</Fact>
    </dl>
  );
}

export function SettingsTab({ network }: { network: NetworkView }) {
  return (
    <div className="stack network-settings">
      <Facts network={network} />
      <Section title="This computer">
        <ToggleSetting
          label="Guests may reach this computer"
          hint="By the name host.inn, for what listens here on 127.0.0.1."
          on={network.reachesHost}
          onChange={(on) => changeReachesHost(network, on)}
        />
        {network.reachesHost && (
          <p className="warning-line" role="status">
            <ShieldAlert size={16} aria-hidden />
            Every guest on {network.name} can use what this computer keeps for itself: databases, development servers,
            and whatever else asks nobody for a password.
          </p>
        )}
      </Section>
      <Section title="Delete">
        <div>
          <GuardedButton
            look="danger"
            icon={Trash2}
            label={`Delete network ${network.name}`}
            availability={removal(network)}
            onClick={() => askRemoveNetwork(network)}
          />
        </div>
      </Section>
    </div>
  );
}
