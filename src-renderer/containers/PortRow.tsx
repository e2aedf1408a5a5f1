import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { isLoopback } from '../networks/forwards.ts';
import { Field, TextInput } from '../parts/Field.tsx';
import { SelectField } from '../parts/SelectField.tsx';
import { type PortDraft, portProblem, proposalFor } from './port-draft.ts';

const PROTOCOLS = [
  { value: 'tcp', label: 'TCP' },
  { value: 'udp', label: 'UDP' },
];

interface PortRowProps {
  readonly draft: PortDraft;
  /** Ports of this computer that are not proposed. */
  readonly taken: ReadonlySet<number>;
  /** The button behind the fields. */
  readonly children: ReactNode;
  onChange(draft: PortDraft): void;
}

/** A way from a port of this computer to one of a container, as it is written. */
export function PortRow({ draft, taken, children, onChange }: PortRowProps) {
  const change = (changed: Partial<PortDraft>) => onChange({ ...draft, ...changed });
  const proposal = proposalFor(draft, taken);
  return (
    <>
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
            placeholder={proposal === null ? '8080' : String(proposal)}
            value={draft.port}
            onChange={(port) => change({ port })}
          />
        </Field>
        <ArrowRight size={16} aria-hidden className="forward-arrow" />
        <Field label="Container’s" error={portProblem(draft.containerPort)}>
          <TextInput
            mono
            placeholder="80"
            value={draft.containerPort}
            onChange={(containerPort) => change({ containerPort })}
          />
        </Field>
        {children}
      </div>
      {!isLoopback(draft.address.trim()) && (
        <p className="field-warning" role="status">
          Everybody who reaches this computer at {draft.address.trim() || 'this address'} reaches the container’s port
          too. With 127.0.0.1 only this computer does.
        </p>
      )}
    </>
  );
}
