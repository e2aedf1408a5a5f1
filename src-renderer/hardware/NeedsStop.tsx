import { Lock } from 'lucide-react';
import type { MachineState, MachineView } from '../../src-core/contract/machines.ts';
import { availability } from '../machines/actions.ts';
import { Button } from '../parts/Button.tsx';

const WAYS: Partial<Record<MachineState, string>> = {
  running: 'Stop the machine',
  paused: 'Power the machine off',
  suspended: 'Its saved state needs the same hardware: resume and stop the machine',
};

/** Says what must be done before something can be changed, beside the button that does it. */
export function NeedsStop({ machine, what }: { machine: MachineView; what: string }) {
  const now = availability('change-hardware', [machine]);
  if (now.can) return null;
  const { remedy } = now;
  return (
    <p className="needs-stop">
      <Lock size={14} aria-hidden />
      <span>
        {WAYS[machine.state] ?? 'Wait until the machine has stopped'} to change {what}.
      </span>
      {remedy && (
        <Button small onClick={() => remedy.run()}>
          {remedy.label}
        </Button>
      )}
    </p>
  );
}
