import type { HostView } from '../../src-core/contract/host.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { formatBytes } from '../parts/quantities.ts';

/** What a new machine asks for. */
export interface Wanted {
  readonly processors: number;
  readonly memoryBytes: number;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Says when all machines together, the new one among them, are promised more than this computer has. */
export function memoryWarning(wanted: Wanted, machines: readonly MachineView[], host: HostView): string | undefined {
  const all = sum(machines.map(({ memoryBytes }) => memoryBytes)) + wanted.memoryBytes;
  if (all <= host.memory.total) return undefined;
  return `All machines together would have ${formatBytes(all)}, more than the ${formatBytes(host.memory.total)} of this computer: not all of them can run at once.`;
}

export function processorWarning(wanted: Wanted, machines: readonly MachineView[], host: HostView): string | undefined {
  const all = sum(machines.map(({ processors }) => processors)) + wanted.processors;
  if (all <= host.processor.total) return undefined;
  return `All machines together would have ${all} processors, more than the ${host.processor.total} of this computer: when all are busy they share them.`;
}
