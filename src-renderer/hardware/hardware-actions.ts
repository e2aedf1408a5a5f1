import type { ChangeMachine, MachineDiskView, MachineView } from '../../src-core/contract/machines.ts';
import { toFailure } from '../../src-core/contract/failures.ts';
import type { ShareView } from '../../src-core/contract/shares.ts';
import { attempt } from '../parts/attempt.ts';
import { confirm } from '../parts/ConfirmDialog.tsx';
import { tellDone, tellFailure, tellUndoable } from '../parts/tell.ts';
import { formatBytes } from '../parts/quantities.ts';
import { knownSnapshots } from '../snapshots/useSnapshots.ts';
import { service } from '../state/session.ts';

export function changeHardware(machine: MachineView, change: Omit<ChangeMachine, 'machine'>): Promise<boolean> {
  return attempt(`change machine ${machine.name}`, () => service().machines.change({ machine: machine.id, ...change }));
}

/** What a disk is called where it is talked about: "disk 0". */
export function diskName({ slot }: Pick<MachineDiskView, 'slot'>): string {
  return `disk ${slot}`;
}

interface Detachment {
  readonly machine: MachineView;
  readonly disk: MachineDiskView;
  readonly done: () => void;
}

/** Where the guest does not let go of it, the person may take it all the same. */
async function detach({ machine, disk, done }: Detachment, force = false): Promise<void> {
  const doing = `detach ${diskName(disk)} from machine ${machine.name}`;
  try {
    await service().machines.detachDisk({ machine: machine.id, slot: disk.slot, force });
    done();
  } catch (error) {
    const failure = toFailure(error, doing);
    if (force || machine.startedAt === null || failure.code === 'wrong-state') {
      tellFailure(error, doing);
      return;
    }
    confirm({
      title: 'The guest does not let go of the disk',
      text: `${failure.because}. Let the guest unmount it and try again; or take it away, and what the guest has not written to it is lost.`,
      verb: 'Take it away',
      danger: true,
      onAgree: () => void detach({ machine, disk, done }, true),
    });
  }
}

function tellFileDetached(machine: MachineView, disk: MachineDiskView): void {
  const { path, readOnly } = disk;
  const again = () => service().machines.attachDisk({ machine: machine.id, disk: { path, readOnly } });
  tellUndoable(
    `${machine.name} has ${diskName(disk)} no more; its file is untouched`,
    () => void attempt(`attach ${path} to machine ${machine.name}`, again),
    () => undefined,
  );
}

/** A file of the person's comes back with Undo; a disk that goes with the machine is gone, so it is asked first. */
export function askDetach(machine: MachineView, disk: MachineDiskView): void {
  if (!disk.own) return void detach({ machine, disk, done: () => tellFileDetached(machine, disk) });
  const holds = disk.usedBytes === null ? '' : ` and the ${formatBytes(disk.usedBytes)} in it`;
  const kept = knownSnapshots(machine.id).length > 0 ? ' What snapshots hold of it is kept with them.' : '';
  confirm({
    title: `Detach and delete ${diskName(disk)} of ${machine.name}?`,
    text: `It was made for this machine: the disk${holds} is deleted and cannot be brought back.${kept}`,
    verb: 'Delete disk',
    danger: true,
    onAgree: () =>
      void detach({ machine, disk, done: () => tellDone(`The ${diskName(disk)} of ${machine.name} is deleted`) }),
  });
}

export async function removeShare(machine: MachineView, share: ShareView): Promise<void> {
  const { hostDirectory, guestDirectory, readOnly } = share;
  const doing = `take ${guestDirectory} from machine ${machine.name}`;
  const done = await attempt(doing, () => service().shares.remove({ machine: machine.id, guestDirectory }));
  if (!done) return;
  const again = () => service().shares.add({ machine: machine.id, hostDirectory, guestDirectory, readOnly });
  tellUndoable(
    `${machine.name} does not see ${hostDirectory} any more`,
    () => void attempt(`share ${hostDirectory} with machine ${machine.name}`, again),
    () => undefined,
  );
}
