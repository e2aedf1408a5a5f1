import { useState } from 'react';
import type { ContainerLimits, ContainerView, RestartPolicy } from '../../../src-core/contract/containers.ts';
import { Button } from '../../parts/Button.tsx';
import { GuardedButton } from '../../parts/GuardedButton.tsx';
import { Section } from '../../parts/Section.tsx';
import { useInventory } from '../../state/inventory.ts';
import { ACTION_ICONS, availability, perform } from '../actions.ts';
import { LimitFields } from '../LimitFields.tsx';
import { RestartFields } from '../RestartFields.tsx';
import { PortsSection } from './PortsSection.tsx';
import { changeContainer } from './settings-actions.ts';

/** They bend the curves of the summary tab while one looks. */
function Limits({ container }: { container: ContainerView }) {
  const containers = Object.values(useInventory((inventory) => inventory.containers));
  const [dragged, setDragged] = useState<Partial<ContainerLimits>>({});

  /** A slider that was moved on meanwhile keeps its newer value. */
  async function commit(change: Partial<ContainerLimits>): Promise<void> {
    await changeContainer(container, { limits: change });
    setDragged((now) => {
      const isOld = Object.entries(change).every(([key, value]) => now[key as keyof ContainerLimits] === value);
      return isOld ? {} : now;
    });
  }

  return (
    <Section title="Limits" text="They apply at once, also while it runs.">
      <LimitFields
        limits={{ ...container.limits, ...dragged }}
        containers={containers.filter(({ id }) => id !== container.id)}
        onChange={(change) => setDragged((before) => ({ ...before, ...change }))}
        onCommit={(change) => void commit(change)}
      />
    </Section>
  );
}

function Restart({ container }: { container: ContainerView }) {
  const change = (restart: RestartPolicy) => void changeContainer(container, { restart });
  return (
    <Section title="Restart policy" text="From its next end on.">
      <RestartFields restart={container.restart} onChange={change} />
    </Section>
  );
}

function Identity({ container }: { container: ContainerView }) {
  return (
    <Section title="Container">
      <div className="row row-tight">
        <Button icon={ACTION_ICONS.rename} onClick={() => perform('rename', [container])}>
          Rename…
        </Button>
        <GuardedButton
          icon={ACTION_ICONS.commit}
          label="Save as image…"
          availability={availability('commit', [container])}
          onClick={() => perform('commit', [container])}
        />
        <GuardedButton
          look="danger"
          icon={ACTION_ICONS.remove}
          label="Delete…"
          availability={availability('remove', [container])}
          onClick={() => perform('remove', [container])}
        />
      </div>
    </Section>
  );
}

/** What can be changed about it afterwards. */
export function SettingsTab({ container }: { container: ContainerView }) {
  return (
    <div className="hardware-tab">
      <PortsSection container={container} />
      <Limits container={container} />
      <Restart container={container} />
      <Identity container={container} />
    </div>
  );
}
