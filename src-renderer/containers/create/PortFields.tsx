import { Plus, Trash2 } from 'lucide-react';
import { Button, IconButton } from '../../parts/Button.tsx';
import { EMPTY_PORT, type PortDraft } from '../port-draft.ts';
import { PortRow } from '../PortRow.tsx';
import { useTakenPorts } from '../useTakenPorts.ts';

interface PortFieldsProps {
  readonly ports: readonly PortDraft[];
  onChange(ports: readonly PortDraft[]): void;
}

/** Ports of this computer that lead to the new container. */
export function PortFields({ ports, onChange }: PortFieldsProps) {
  const taken = useTakenPorts();
  return (
    <div className="stack-tight">
      {ports.map((port, index) => (
        <PortRow
          key={index}
          draft={port}
          taken={taken}
          onChange={(changed) => onChange(ports.map((known, at) => (at === index ? changed : known)))}
        >
          <IconButton
            icon={Trash2}
            label={`Leave out port ${port.containerPort || 'this one'}`}
            onClick={() => onChange(ports.filter((_, at) => at !== index))}
          />
        </PortRow>
      ))}
      <div>
        <Button small icon={Plus} onClick={() => onChange([...ports, EMPTY_PORT])}>
          Publish a port
        </Button>
      </div>
    </div>
  );
}
