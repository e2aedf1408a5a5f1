import type { Disposable } from '../../base/disposable.ts';
import { admitStart } from '../../host/admission.ts';
import { runCardOf } from '../connections/cards.ts';
import { bootFromFiles, bootFromImage, checkBootFiles } from './boot-files.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { planSeed } from '../configuration/configuration-seed.ts';
import { inspectDisk } from '../machine-disks/disk-image.ts';
import { locateDisks } from '../machine-disks/machine-disks.ts';
import type { RunDiskSpec, RunShareSpec, RunSpec } from '../runner.ts';
import { layersShare, runShareOf } from '../shares/shares.ts';
import type { Surroundings } from '../surroundings.ts';

/** Keeps a disk's file from others. */
export interface DiskLease extends Disposable {
  readonly slot: number;
}

/** What a run needs, found and held for it. */
export interface LaunchPlan {
  readonly spec: RunSpec;
  /** Of its disks; to be given back when the run is over, or does not begin. */
  readonly leases: readonly DiskLease[];
}

/**
 * Looks again at everything that a machine needs to start, because all of it may have changed since it was made.
 * @returns null when its image is not here
 * @throws AppError when something is missing, is not what it should be, is in use, or does not fit
 */
export async function planLaunch(
  definition: MachineDefinition,
  doing: string,
  around: Pick<Surroundings, 'files' | 'images' | 'host' | 'disks' | 'layers' | 'store' | 'containerLayers'>,
): Promise<LaunchPlan | null> {
  const planned = await planBoot(definition, doing, around);
  if (planned === null) return null;
  const { boot, runsContainers } = planned;
  const { id, name, processors, memoryBytes, cpuLimit } = definition;
  const disks = locateDisks(definition, around);
  const { meter } = around.host;
  admitStart({ doing, processors, memoryBytes }, meter.facts, await meter.measure());
  await around.layers.hold();
  const leases = await leaseDisks(name, disks, doing, around);
  const seed = await seedFor(definition, leases, around);
  const spec = {
    id,
    name,
    harts: processors,
    memoryBytes,
    cpuLimit,
    boot,
    disks: seed ? [...disks, seed] : disks,
    shares: sharesOf(definition, runsContainers ? layersShare(around.containerLayers) : null),
    cards: definition.cards.map(runCardOf),
    start: { kind: 'power-on' },
  } as const;
  return { spec, leases };
}

/** A machine that a person made of a node's image may have a folder of theirs in the slot of the layers. */
function sharesOf({ shares }: MachineDefinition, layers: RunShareSpec | null): RunShareSpec[] {
  const own = shares.map(runShareOf);
  return layers === null || own.some(({ slot }) => slot === layers.slot) ? own : [...own, layers];
}

/** The disk that configures a guest with a cloud-init of its own. */
async function seedFor(
  definition: MachineDefinition,
  leases: readonly DiskLease[],
  around: Pick<Surroundings, 'files' | 'images' | 'store'>,
): Promise<RunDiskSpec | null> {
  try {
    return await planSeed(definition, around);
  } catch (error) {
    for (const lease of leases) lease.dispose();
    throw error;
  }
}

async function planBoot(
  definition: MachineDefinition,
  doing: string,
  { files, images }: Pick<Surroundings, 'files' | 'images'>,
): Promise<{ readonly boot: RunSpec['boot']; readonly runsContainers: boolean } | null> {
  const { source } = definition;
  if (source.kind === 'image') {
    const image = await images.find(source.image);
    return image && { boot: bootFromImage(image, definition), runsContainers: image.document.runsContainers ?? false };
  }
  await checkBootFiles(files, doing, source);
  return { boot: bootFromFiles(source), runsContainers: false };
}

/** Holds disks for a machine. @throws AppError 'unavailable' that names the machine which has one */
export async function leaseDisks(
  holder: string,
  located: RunSpec['disks'],
  doing: string,
  { files, disks }: Pick<Surroundings, 'files' | 'disks'>,
): Promise<DiskLease[]> {
  const leases: DiskLease[] = [];
  try {
    for (const disk of located) {
      const { identity } = await inspectDisk(files, doing, disk);
      const lease = disks.acquire(doing, disk.path, { identity, readOnly: disk.readOnly, holder });
      leases.push({ slot: disk.slot, dispose: () => lease.dispose() });
    }
    return leases;
  } catch (error) {
    for (const lease of leases) lease.dispose();
    throw error;
  }
}

/** It comes to nothing. */
export function letGoOf(plan: LaunchPlan | null): void {
  for (const lease of plan?.leases ?? []) lease.dispose();
}
