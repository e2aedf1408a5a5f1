import type { SnapshotView } from '../../src-core/contract/snapshots.ts';

const MIB = 1024 * 1024;

/** A snapshot of a running machine, with what a test wants otherwise. */
export function snapshotView(id: string, parent: string | null, change: Partial<SnapshotView> = {}): SnapshotView {
  return {
    id,
    name: id,
    note: '',
    createdAt: 0,
    parent,
    live: true,
    memoryBytes: 12 * MIB,
    diskBytes: 3 * MIB,
    hardware: { processors: 1, memoryBytes: 256 * MIB },
    screen: null,
    ...change,
  };
}
