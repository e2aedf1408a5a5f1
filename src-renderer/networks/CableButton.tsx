import { Cable, Unplug } from 'lucide-react';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { type MachineRef, setCable } from './network-actions.ts';
import { useConnectionsAvailability } from './useConnectionsAvailability.ts';

interface CableButtonProps {
  readonly machine: MachineRef;
  readonly slot: number;
  readonly connected: boolean;
}

/** Pulls a card's cable or puts it back, in the running machine too. */
export function CableButton({ machine, slot, connected }: CableButtonProps) {
  const now = useConnectionsAvailability(machine.id);
  return (
    <GuardedButton
      small
      icon={connected ? Unplug : Cable}
      label={connected ? 'Pull cable' : 'Put cable back'}
      name={connected ? `Pull the cable of ${machine.name}` : `Put the cable of ${machine.name} back`}
      availability={now}
      onClick={() => void setCable(machine, slot, !connected)}
    />
  );
}
