import type { MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { confirm } from '../parts/ConfirmDialog.tsx';
import { countOf, formatBytes } from '../parts/quantities.ts';
import { tellDone, tellFailure } from '../parts/tell.ts';
import { goToMachine } from '../state/place.ts';
import { service } from '../state/session.ts';
import { nameBefore } from './snapshot-names.ts';
import { descendants } from './tree.ts';
import { knownSnapshots } from './useSnapshots.ts';

/** Takes one at once, under a name of the service's choice. */
export async function takeSnapshots(machines: readonly MachineView[]): Promise<void> {
  for (const { id, name } of machines) {
    try {
      const taken = await service().snapshots.create({ machine: id });
      tellDone(`${name} has the snapshot ${taken.name}`, { label: 'Show', run: () => goToMachine(id, 'snapshots') });
    } catch (error) {
      tellFailure(error, `take a snapshot of machine ${name}`);
    }
  }
}

async function putBack(machine: MachineView, snapshot: SnapshotView): Promise<void> {
  await service().snapshots.restore({ machine: machine.id, snapshot: snapshot.id });
}

async function undo(machine: MachineView, kept: SnapshotView): Promise<void> {
  try {
    await putBack(machine, kept);
    tellDone(`${machine.name} is as it was before`);
  } catch (error) {
    tellFailure(error, `restore snapshot ${kept.name}`);
  }
}

/**
 * Puts a machine back to a snapshot. @param keepPresent takes a snapshot of what is there now first; where that fails,
 * nothing is restored
 */
export async function restoreSnapshot(
  machine: MachineView,
  snapshot: SnapshotView,
  keepPresent: boolean,
): Promise<void> {
  const { name } = snapshot;
  const kept = keepPresent
    ? await service().snapshots.create({
        machine: machine.id,
        name: nameBefore(name, knownSnapshots(machine.id)),
        note: `Kept when ${name} was restored.`,
      })
    : null;
  await putBack(machine, snapshot);
  tellDone(
    `${machine.name} is back at ${name}`,
    kept ? { label: 'Undo', run: () => void undo(machine, kept) } : undefined,
  );
}

async function remove(machine: MachineView, { id, name }: SnapshotView): Promise<void> {
  try {
    await service().snapshots.remove({ machine: machine.id, snapshot: id });
    tellDone(`Snapshot ${name} is deleted`);
  } catch (error) {
    tellFailure(error, `delete snapshot ${name}`);
  }
}

function keptText(machine: MachineView, { id }: SnapshotView): string {
  const count = descendants(knownSnapshots(machine.id), id);
  const present = 'The present state of the machine is kept';
  if (count === 0) return `${present}.`;
  return `${present}, and so ${count === 1 ? 'is the snapshot' : `are the ${countOf(count, 'snapshot')}`} built on it.`;
}

/** A moment that is gone cannot be had again, so it is asked first. */
export function askRemoveSnapshot(machine: MachineView, snapshot: SnapshotView): void {
  const freed = formatBytes(snapshot.memoryBytes + snapshot.diskBytes);
  confirm({
    title: `Delete snapshot ${snapshot.name}?`,
    text: `Nobody can go back to that moment any more; ${freed} become free. ${keptText(machine, snapshot)}`,
    verb: 'Delete snapshot',
    danger: true,
    onAgree: () => void remove(machine, snapshot),
  });
}
