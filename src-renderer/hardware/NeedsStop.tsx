import { Lock } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { availability } from '../machines/actions.ts';
import type { MachineAction } from '../machines/availability.ts';
import { Button } from '../parts/Button.tsx';

interface NeedsStopProps {
  readonly machine: MachineView;
  readonly change: Extract<MachineAction, `change-${string}`>;
  /** Completes "Stop the machine to change …". */
  readonly what: string;
}

/** Says what must be done before something can be changed, beside the button that does it. */
export function NeedsStop({ machine, change, what }: NeedsStopProps) {
  const now = availability(change, [machine]);
  if (now.can) return null;
  const { why, remedy } = now;
  return (
    <p className="needs-stop">
      <Lock size={14} aria-hidden />
      <span>{why.replace(/ this\.$/, ` ${what}.`)}</span>
      {remedy && (
        <Button small onClick={() => remedy.run()}>
          {remedy.label}
        </Button>
      )}
    </p>
  );
}
