import type { Disposable } from '../base/disposable.ts';
import { AppError } from '../base/errors.ts';
import type { MachineDefinition } from './definition.ts';
import { inspectDisk } from './disk-image.ts';
import type { DiskPlace } from './layers/disk-work.ts';
import { locateDisks } from './machine-disks.ts';
import type { Machine } from './machine.ts';
import type { Snapshot } from './snapshots/snapshot.ts';
import type { Surroundings } from './surroundings.ts';

type Around = Pick<Surroundings, 'files' | 'layers' | 'disks' | 'snapshots' | 'store'>;

/** A disk that stays as it is until it is given back. */
export interface LentDisk extends Disposable {
  readonly disk: DiskPlace;
}

/**
 * Lends what a machine boots from, for a copy: as it is while the machine is off, or as it was in a snapshot.
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
  if (snapshot === null) return lendPresent(machine, doing, around);
  const found = await findSnapshot(machine, snapshot, doing, around);
  const disk = firstDisk(found.hardware, doing, around);
  const layer = disk.own ? around.layers.layerOf(layerFile(disk.path)) : null;
  if (layer !== null) return { disk, dispose: pinned(layer, around) };
  // A disk from elsewhere has gone on since.
  const because = `its disk is a file of its own, ${disk.path}, which snapshots do not keep`;
  throw new AppError({ code: 'not-supported', doing, because, hint: 'Take the present state of the stopped machine.' });
}

async function lendPresent(machine: Machine, doing: string, around: Around): Promise<LentDisk> {
  mustBeOff(machine, doing);
  const disk = firstDisk(machine.definition, doing, around);
  const { identity } = await inspectDisk(around.files, doing, { ...disk, readOnly: true });
  const lease = around.disks.acquire(doing, disk.path, { identity, readOnly: true, holder: machine.name });
  const layer = disk.own ? around.layers.layerOf(layerFile(disk.path)) : null;
  const unpin = layer === null ? () => undefined : pinned(layer, around);
  const dispose = (): void => {
    lease.dispose();
    unpin();
  };
  return { disk, dispose };
}

/** @throws AppError 'wrong-state' unless its disks are at rest */
export function mustBeOff({ state, name }: Machine, doing: string): void {
  if (state === 'stopped' || state === 'failed') return;
  throw new AppError({
    code: 'wrong-state',
    doing,
    because: `machine ${name} is ${state}`,
    hint: 'Stop it first, or take a snapshot and use that.',
    data: { state },
  });
}

/** @param reference name, in any case, or id @throws AppError 'not-found' */
export async function findSnapshot(
  { id, name }: Machine,
  reference: string,
  doing: string,
  { snapshots, store }: Pick<Around, 'snapshots' | 'store'>,
): Promise<Snapshot> {
  const all = await snapshots.list(store.folder(id), () => undefined);
  const wanted = reference.toLowerCase();
  const found = all.find((each) => each.name.toLowerCase() === wanted) ?? all.find((each) => each.id === reference);
  if (found) return found;
  const because = `machine ${name} has no snapshot ${reference}`;
  throw new AppError({ code: 'not-found', doing, because, data: { snapshots: all.map((each) => each.name) } });
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

function pinned(layer: string, { layers }: Pick<Around, 'layers'>): () => void {
  const pin = layers.pin([layer]);
  return () => {
    pin.dispose();
    layers.sweepSoon();
  };
}

function layerFile(path: string): string {
  return path.replaceAll('\\', '/').split('/').at(-1) ?? '';
}
