import { useMemo } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { useInventory } from '../state/inventory.ts';

export function useMachine(id: string): MachineView | undefined {
  return useInventory(({ machines }) => machines[id]);
}

/** Lower-cased, as names are compared. */
export function useMachineNames(): ReadonlySet<string> {
  const machines = useInventory((inventory) => inventory.machines);
  return useMemo(() => new Set(Object.values(machines).map(({ name }) => name.toLowerCase())), [machines]);
}

export const SORT_KEYS = ['name', 'state', 'processor', 'memory', 'created'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export const SORT_LABELS: Record<SortKey, string> = {
  name: 'Name',
  state: 'State',
  processor: 'Processor use',
  memory: 'Memory use',
  created: 'Newest first',
};

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const STATE_ORDER = ['failed', 'running', 'paused', 'starting', 'stopping', 'suspending', 'preparing'];
STATE_ORDER.push('suspended', 'stopped');

const COMPARISONS: Record<SortKey, (a: MachineView, b: MachineView) => number> = {
  name: () => 0,
  state: (a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state),
  processor: (a, b) => (b.stats?.processorUsed ?? 0) - (a.stats?.processorUsed ?? 0),
  memory: (a, b) => (b.stats?.memoryUsedBytes ?? 0) - (a.stats?.memoryUsedBytes ?? 0),
  created: (a, b) => b.createdAt - a.createdAt,
};

export interface Shown {
  readonly search: string;
  readonly runningOnly: boolean;
  readonly sort: SortKey;
}

function matches(machine: MachineView, search: string): boolean {
  const { source, name } = machine;
  const text = `${name} ${source.kind === 'image' ? source.image : (source.kernel ?? '')}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The machines of a list: those that match, in order; equal ones by name, so that rows do not jump. */
export function shownMachines(machines: Readonly<Record<string, MachineView>>, shown: Shown): readonly MachineView[] {
  const compare = COMPARISONS[shown.sort];
  return Object.values(machines)
    .filter((machine) => !shown.runningOnly || machine.startedAt !== null || machine.state === 'preparing')
    .filter((machine) => matches(machine, shown.search))
    .sort((a, b) => compare(a, b) || collator.compare(a.name, b.name));
}
