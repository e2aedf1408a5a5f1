import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { tell } from './made-up-events.ts';
import { change, startedNow, stoppedNow } from './made-up-machine-list.ts';
import { changeMadeUp, findMadeUp, madeUpSnapshots, removeMadeUp, takeMadeUp } from './made-up-snapshots.ts';

/** Everything the snapshots of a machine are asked for ends with all of them being told. */
function tellSnapshots<T>(machine: string, result: T): T {
  tell({ type: 'snapshots', machine, snapshots: madeUpSnapshots[machine] ?? [] });
  return result;
}

function take(reference: string, name: string | undefined, note = ''): SnapshotView {
  const machine = change(reference, {});
  const taken = takeMadeUp(machine.id, machine.currentSnapshot, name, machine.startedAt !== null);
  change(machine.id, { currentSnapshot: taken.id });
  return tellSnapshots(machine.id, changeMadeUp(machine.id, taken.id, { note }));
}

function putBack(reference: string, snapshot: string): MachineView {
  const machine = change(reference, {});
  const { id, live } = findMadeUp(machine.id, snapshot);
  return change(machine.id, { ...(live ? startedNow() : stoppedNow()), currentSnapshot: id });
}

export const snapshotMethods: InnkeeperClient['snapshots'] = {
  list: async ({ machine }) => madeUpSnapshots[change(machine, {}).id] ?? [],
  create: async ({ machine, name, note }) => take(machine, name, note),
  restore: async ({ machine, snapshot }) => putBack(machine, snapshot),
  change: async ({ machine, snapshot, name, note }) =>
    tellSnapshots(
      machine,
      changeMadeUp(machine, snapshot, {
        ...(name === undefined ? {} : { name }),
        ...(note === undefined ? {} : { note }),
      }),
    ),
  remove: async ({ machine, snapshot }) => {
    const { id, parent } = removeMadeUp(machine, snapshot);
    if (change(machine, {}).currentSnapshot === id) change(machine, { currentSnapshot: parent });
    return tellSnapshots(machine, {});
  },
};
