import { ArrowRight, Plus } from 'lucide-react';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { type Forward, MOST_FORWARDS } from '../../src-core/contract/networks.ts';
import { type Failure, toFailure } from '../../src-core/contract/failures.ts';
import { Button } from '../parts/Button.tsx';
import { type Availability, GuardedButton } from '../parts/GuardedButton.tsx';
import { FailureNotice } from '../parts/Failure.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { SelectField } from '../parts/SelectField.tsx';
import { service } from '../state/session.ts';
import { freePortOf, isLoopback, readPort } from './forwards.ts';
import type { MachineRef } from './network-actions.ts';
import { useConnectionsAvailability } from './useConnectionsAvailability.ts';

interface Draft {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: string;
  readonly guestPort: string;
}

const EMPTY: Draft = { protocol: 'tcp', address: '127.0.0.1', port: '', guestPort: '' };
const PROTOCOLS = [
  { value: 'tcp', label: 'TCP' },
  { value: 'udp', label: 'UDP' },
];
const PORT_RULE = '1 to 65535';

const portProblem = (text: string) => (text === '' || readPort(text) !== null ? undefined : PORT_RULE);

/** Unless it is said, a guest's port below 1024 is proposed where nobody needs a privilege: 80 as 8080. */
function proposedPort(guestPort: number): number {
  return guestPort < 1024 ? 8000 + guestPort : guestPort;
}

function forwardOf({ protocol, address, port, guestPort }: Draft): Forward | null {
  const toGuest = readPort(guestPort);
  const from = port.trim() === '' && toGuest !== null ? proposedPort(toGuest) : readPort(port);
  if (toGuest === null || from === null || address.trim() === '') return null;
  return { protocol, address: address.trim(), port: from, guestPort: toGuest };
}

function useAdd(machine: MachineRef, done: () => void) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  async function add(forward: Forward): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      await service().connections.addForward({ machine: machine.id, ...forward });
      done();
    } catch (error) {
      setFailure(toFailure(error, `forward port ${forward.port} to machine ${machine.name}`));
    }
    setBusy(false);
  }
  return { failure, busy, add };
}

/** A way from a port of this computer to one of a guest. */
export function AddForward({ machine, count }: { machine: MachineRef; count: number }) {
  const [draft, setDraft] = useState(EMPTY);
  const { failure, busy, add } = useAdd(machine, () => setDraft(EMPTY));
  const form = useRef<HTMLFormElement>(null);
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const forward = forwardOf(draft);
  const toGuest = readPort(draft.guestPort);
  const free = freePortOf(failure);
  const allowed = useConnectionsAvailability(machine.id);
  const full: Availability = { can: false, why: `A machine has at most ${MOST_FORWARDS} forwarded ports.` };
  const now = count >= MOST_FORWARDS ? full : allowed;

  useEffect(() => {
    // What went wrong, and the way out of it, stand at the end of the page.
    if (failure !== null) form.current?.scrollIntoView({ block: 'end' });
  }, [failure]);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (forward !== null && !busy && now.can) void add(forward);
  }

  return (
    <form ref={form} className="stack-tight" aria-label="Forward a port" onSubmit={submit}>
      <div className="forward-form">
        <SelectField
          label="Protocol"
          value={draft.protocol}
          options={PROTOCOLS}
          onChange={(protocol) => change({ protocol: protocol === 'udp' ? 'udp' : 'tcp' })}
        />
        <Field label="Listen on">
          <TextInput mono value={draft.address} onChange={(address) => change({ address })} />
        </Field>
        <Field label="Port" error={portProblem(draft.port)}>
          <TextInput
            mono
            placeholder={toGuest === null ? '8080' : String(proposedPort(toGuest))}
            value={draft.port}
            onChange={(port) => change({ port })}
          />
        </Field>
        <ArrowRight size={16} aria-hidden className="forward-arrow" />
        <Field label="Guest’s port" error={portProblem(draft.guestPort)}>
          <TextInput mono placeholder="80" value={draft.guestPort} onChange={(guestPort) => change({ guestPort })} />
        </Field>
        <GuardedButton
          icon={Plus}
          label="Forward"
          type="submit"
          disabled={now.can && (forward === null || busy)}
          availability={now}
        />
      </div>
      {!isLoopback(draft.address.trim()) && (
        <p className="field-warning" role="status">
          Everybody who reaches this computer at {draft.address.trim() || 'this address'} reaches the guest’s port too.
          With 127.0.0.1 only this computer does.
        </p>
      )}
      {failure && (
        <FailureNotice failure={failure}>
          {free !== null && forward !== null && (
            <Button
              small
              look="primary"
              onClick={() => {
                change({ port: String(free) });
                void add({ ...forward, port: free });
              }}
            >
              Use port {free}
            </Button>
          )}
        </FailureNotice>
      )}
    </form>
  );
}
