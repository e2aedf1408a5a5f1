import type { MachineView } from '../../contract/machines.ts';

/** How much of this computer's processors a machine may use at most: 0.5 is half of one. */
export function promisedProcessors({ processors, cpuLimit }: Pick<MachineView, 'processors' | 'cpuLimit'>): number {
  return (processors * (cpuLimit ?? 100)) / 100;
}

/**
 * How much memory a machine may still take. A guest that was asked to make do with less has as much less as it has
 * handed back, and not yet what it was asked for.
 */
export function promisedMemoryOf({
  memoryBytes,
  memoryAtStartBytes,
  stats,
}: Pick<MachineView, 'memoryBytes' | 'memoryAtStartBytes' | 'stats'>): number {
  if (memoryAtStartBytes === null) return memoryBytes;
  return Math.max(memoryBytes, memoryAtStartBytes - (stats?.memoryReturnedBytes ?? 0));
}
