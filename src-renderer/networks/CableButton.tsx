import { Cable, Unplug } from 'lucide-react';
import { refusal } from '../machines/availability.ts';
import { useMachine } from '../machines/selectors.ts';
import { type Availability, available, GuardedButton } from '../parts/GuardedButton.tsx';
import { type MachineRef, setCable } from './network-actions.ts';

interface CableButtonProps {
  readonly machine: MachineRef;
  readonly slot: number;
  readonly connected: boolean;
}

/** Pulls a card's cable or puts it back, in the running machine too. */
export function CableButton({ machine, slot, connected }: CableButtonProps) {
  const known = useMachine(machine.id);
  const why = known && refusal('change-cable', known)?.why;
  const now: Availability = why === undefined ? available : { can: false, why: `${why}.` };
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
