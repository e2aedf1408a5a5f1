import { Copy } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { Button } from '../parts/Button.tsx';
import { CommandLine } from '../parts/CommandLine.tsx';
import { copyText } from '../parts/clipboard.ts';

/** Everything the service tells about this machine, as it tells it. */
export function InspectTab({ machine }: { machine: MachineView }) {
  const json = JSON.stringify(machine, null, 2);
  return (
    <div className="stack">
      <div className="row">
        <CommandLine command={`inn vm inspect ${machine.name} --json`} />
        <Button icon={Copy} onClick={() => void copyText(json, 'The description')}>
          Copy all
        </Button>
      </div>
      <pre className="json" tabIndex={0} aria-label="The machine as JSON">
        {json}
      </pre>
    </div>
  );
}
