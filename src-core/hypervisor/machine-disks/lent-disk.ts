import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { inspectDisk } from './disk-image.ts';
import type { DiskPlace } from '../layers/disk-work.ts';
import type { Pin } from '../layers/layer-pool.ts';
import { locateDisks } from './machine-disks.ts';
import type { Machine } from '../life/machine.ts';
import type { Surroundings } from '../surroundings.ts';

type Around = Pick<Surroundings, 'files' | 'layers' | 'disks'>;

/** A disk that stays as it is until it is given back. */
export interface LentDisk extends Disposable {
  readonly disk: DiskPlace;
}

/**
 * Lends what a machine boots from, for a copy: as it is while the machine is off, or as it was in a snapshot. The machine can
 * be started meanwhile: it goes on in a new layer.
 * @param snapshot name, in any case, or id; null for the present
 * @param doing for the failure: "save image web-base"
 * @throws AppError 'wrong-state' while it is on, 'not-found', 'invalid-input' when it has no disk
 */
export async function lendFirstDisk(
  machine: Machine,
  snapshot: string | null,
  doing: string,
  around: Around,
): Promise<LentDisk> {
  const pin = around.layers.pin();
  try {
    const disk = await machine.undisturbed(async () => {
      const hardware = await hardwareAt(machine, snapshot, doing, around, pin);
      const found = firstDisk(hardware, doing, around);
      const layer = found.own ? around.layers.layerOf(layerFile(found.path)) : null;
      if (layer === null) return found;
      const { disks } = await around.layers.reach({ disks: [layer], memory: [] });
      for (const below of disks) pin.add(below);
      return found;
    });
    const lease = disk.own ? null : await leaseForeign(disk, machine.name, snapshot, doing, around);
    return {
      disk,
      dispose: () => {
        lease?.dispose();
        pin.dispose();
        around.layers.sweepSoon();
      },
    };
  } catch (error) {
    pin.dispose();
    throw error;
  }
}

async function hardwareAt(
  machine: Machine,
  snapshot: string | null,
  doing: string,
  around: Around,
  pin: Pin,
): Promise<Pick<MachineDefinition, 'disks' | 'bootOrder'>> {
  if (snapshot !== null) return machine.snapshots.get(snapshot, doing).hardware;
  mustBeOff(machine, doing);
  firstDisk(machine.definition, doing, around);
  return machine.atOneMoment({ doing, pin, memory: false }, ({ hardware }) => {
    for (const { own, path } of hardware.disks) if (own) pin.add(around.layers.layerOf(path) ?? path);
    return Promise.resolve(hardware);
  });
}

/** What was attached as a file may be written by others; and what it was at a snapshot nobody knows any more. */
async function leaseForeign(
  disk: DiskPlace,
  holder: string,
  snapshot: string | null,
  doing: string,
  { files, disks }: Around,
): Promise<Disposable> {
  if (snapshot !== null) {
    const because = `its disk is a file of its own, ${disk.path}, which snapshots do not keep`;
    const hint = 'Take the present state of the stopped machine.';
    throw new AppError({ code: 'not-supported', doing, because, hint });
  }
  const { identity } = await inspectDisk(files, doing, { ...disk, readOnly: true });
  return disks.acquire(doing, disk.path, { identity, readOnly: true, holder });
}

/** @throws AppError 'wrong-state' unless its disks are at rest */
function mustBeOff({ state, name }: Machine, doing: string): void {
  if (state === 'stopped' || state === 'failed') return;
  throw new AppError({
    code: 'wrong-state',
    doing,
    because: `machine ${name} is ${state}`,
    hint: 'Stop it first, or take a snapshot and use that.',
    data: { state },
  });
}

/** What it boots from: the first of its boot order, or the first that there is. */
function firstDisk(
  { disks, bootOrder }: Pick<MachineDefinition, 'disks' | 'bootOrder'>,
  doing: string,
  around: Pick<Around, 'layers'>,
): DiskPlace {
  const located = [...locateDisks({ disks }, around)].sort((a, b) => a.slot - b.slot);
  const first = bootOrder.flatMap((slot) => located.find((disk) => disk.slot === slot) ?? [])[0] ?? located[0];
  if (first) return first;
  const because = 'the machine has no disk: everything in it is in memory';
  throw new AppError({ code: 'invalid-input', doing, because, hint: 'Take a machine whose image has a disk.' });
}

function layerFile(path: string): string {
  return path.replaceAll('\\', '/').split('/').at(-1) ?? '';
}
