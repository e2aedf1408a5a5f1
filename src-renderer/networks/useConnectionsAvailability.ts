import { availability } from '../machines/actions.ts';
import { useMachine } from '../machines/selectors.ts';
import { type Availability, available } from '../parts/GuardedButton.tsx';

/** Whether cables and forwarded ports of a machine can be changed now. */
export function useConnectionsAvailability(machine: string): Availability {
  const known = useMachine(machine);
  return known === undefined ? available : availability('change-connections', [known]);
}
