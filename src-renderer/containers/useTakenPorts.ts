import { useMemo } from 'react';
import { useInventory } from '../state/inventory.ts';
import { takenPorts } from './ports.ts';

/** Ports of this computer that a guest has or wants, or Innkeeper itself. */
export function useTakenPorts(): ReadonlySet<number> {
  const { host, machines, containers } = useInventory();
  return useMemo(
    () => takenPorts(host, [...Object.values(machines), ...Object.values(containers)]),
    [host, machines, containers],
  );
}
