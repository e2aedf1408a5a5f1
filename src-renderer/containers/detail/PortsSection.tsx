import { Plus, Trash2 } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import type { ContainerView } from '../../../src-core/contract/containers.ts';
import { type Failure, toFailure } from '../../../src-core/contract/failures.ts';
import { freePortOf } from '../../networks/forwards.ts';
import { Button, IconButton } from '../../parts/Button.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { Section } from '../../parts/Section.tsx';
import { StateLook } from '../../parts/StateLook.tsx';
import { service } from '../../state/session.ts';
import { EMPTY_PORT, publishedPort, type PublishedPort } from '../port-draft.ts';
import { PortLink } from '../PortLinks.tsx';
import { PortRow } from '../PortRow.tsx';
import { PORT_LOOKS } from '../ports.ts';
import { useTakenPorts } from '../useTakenPorts.ts';
import { unpublish, withPort } from './settings-actions.ts';

function PortTable({ container }: { container: ContainerView }) {
  if (container.ports.length === 0) return <p className="section-empty">No port of this computer leads to it.</p>;
  return (
    <ul className="hardware">
      {container.ports.map((port) => (
        <li key={`${port.protocol} ${port.address} ${port.port}`} className="port-row">
          <PortLink forward={port} />
          <StateLook look={PORT_LOOKS[port.state]} detail={port.failure?.because} />
          <IconButton
            small
            icon={Trash2}
            label={`Publish port ${port.port} no more`}
            onClick={() => void unpublish(container, port)}
          />
        </li>
      ))}
    </ul>
  );
}

function useAdd(container: ContainerView, done: () => void) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  async function add(port: PublishedPort): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      await service().containers.update({ container: container.id, ports: withPort(container, port) });
      done();
    } catch (error) {
      setFailure(toFailure(error, `publish a port of container ${container.name}`));
    }
    setBusy(false);
  }
  return { failure, busy, add };
}

/** The ports of this computer that lead to it: changed at once, also while it runs. */
export function PortsSection({ container }: { container: ContainerView }) {
  const taken = useTakenPorts();
  const [draft, setDraft] = useState(EMPTY_PORT);
  const { failure, busy, add } = useAdd(container, () => setDraft(EMPTY_PORT));
  const port = publishedPort(draft, taken);
  const free = freePortOf(failure);
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (port !== null && !busy) void add(port);
  }
  return (
    <Section title="Published ports" text="Ports of this computer that lead to the container. They change at once.">
      <PortTable container={container} />
      {container.network === null && container.startedAt !== null ? (
        <p className="field-hint">It has no network: nothing leads to it.</p>
      ) : (
        <form className="stack-tight" aria-label="Publish a port" onSubmit={submit}>
          <PortRow draft={draft} taken={taken} onChange={setDraft}>
            <Button icon={Plus} type="submit" disabled={port === null || busy}>
              Publish
            </Button>
          </PortRow>
          {failure && (
            <FailureNotice failure={failure}>
              {free !== null && port !== null && (
                <Button small look="primary" onClick={() => void add({ ...port, port: free })}>
                  Use port {free}
                </Button>
              )}
            </FailureNotice>
          )}
        </form>
      )}
    </Section>
  );
}
