import type { MachineView } from '../machines.ts';

/** A stopped machine, with what a test wants otherwise. */
export function stoppedMachine(id: string, change: Partial<MachineView> = {}): MachineView {
  return {
    id,
    name: id,
    state: 'stopped',
    source: { kind: 'image', image: 'debian-13-tiny' },
    processors: 1,
    memoryBytes: 256 * 1024 * 1024,
    memoryAtStartBytes: null,
    cpuLimit: null,
    bootOrder: [],
    disks: [],
    shares: [],
    cards: [],
    forwards: [],
    currentSnapshot: null,
    createdAt: Date.now() - 86_400_000,
    startedAt: null,
    lastEnd: null,
    agent: 'absent',
    configuration: { state: 'none', step: null, failure: null, warnings: [] },
    stopOverdue: false,
    task: null,
    stats: null,
    failure: null,
    ...change,
  };
}
