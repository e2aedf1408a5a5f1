import { useEffect } from 'react';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { tellFailure } from '../parts/tell.ts';
import { applyEvent, useInventory } from '../state/inventory.ts';
import { service } from '../state/session.ts';

const NONE: readonly SnapshotView[] = [];

export function knownSnapshots(machine: string): readonly SnapshotView[] {
  return useInventory.getState().snapshots[machine] ?? NONE;
}

async function ask(machine: string): Promise<void> {
  try {
    applyEvent({ type: 'snapshots', machine, snapshots: await service().snapshots.list({ machine }) });
  } catch (error) {
    tellFailure(error, 'list the snapshots');
  }
}

/** The snapshots of a machine, oldest first; undefined until the service has told them. */
export function useSnapshots(machine: string): readonly SnapshotView[] | undefined {
  const snapshots = useInventory((inventory) => inventory.snapshots[machine]);
  const isUnknown = snapshots === undefined;
  useEffect(() => {
    if (isUnknown) void ask(machine);
  }, [machine, isUnknown]);
  return snapshots;
}
