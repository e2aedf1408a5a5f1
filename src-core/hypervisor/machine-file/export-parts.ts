import { AppError } from '../../base/errors.ts';
import { filesOf, type ImageRecord } from '../../images/image.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { inspectDisk } from '../machine-disks/disk-image.ts';
import { layersOf } from '../layers/layer-owners.ts';
import type { WorkWatch } from '../layers/disk-work.ts';
import type { Pin } from '../layers/layer-pool.ts';
import type { Machine } from '../life/machine.ts';
import { ownDisk } from '../machine-disks/machine-disks.ts';
import type { Snapshot } from '../snapshots/snapshot.ts';
import type { Surroundings } from '../surroundings.ts';
import { NO_DIGEST, type MachineFile } from './manifest.ts';

type Disk = MachineDefinition['disks'][number];
type Around = Pick<Surroundings, 'files' | 'layers' | 'disks' | 'work' | 'store' | 'snapshots' | 'networks'>;

/** What goes into a file under a name: a file of this computer, or bytes. */
export interface ExportPart {
  readonly path: string;
  readonly from: string | Uint8Array;
}

/** A machine at one moment, with all that it needs. */
export interface ExportParts {
  readonly file: MachineFile;
  /** In the order of the members. */
  readonly parts: readonly ExportPart[];
}

/** The documents of that moment. Nothing that they name is written any more. */
export interface ExportMoment {
  readonly definition: MachineDefinition;
  readonly snapshots: readonly Snapshot[];
  readonly consoles: readonly ExportPart[];
}

/**
 * Takes a machine that is off or suspended at one moment. It can be started at once: it goes on in new layers.
 * @param pin keeps all that belongs to the moment @throws AppError 'wrong-state' while it is on
 */
export function takeMoment(machine: Machine, doing: string, around: Around, pin: Pin): Promise<ExportMoment> {
  return machine.inItsTurn('export', async () => {
    const hardware = await machine.atOneMoment({ doing, pin, memory: false }, (moment) =>
      Promise.resolve(moment.hardware),
    );
    const definition = { ...machine.definition, ...hardware };
    const snapshots = machine.snapshots.all;
    const named = namedLayers(definition, snapshots);
    for (const layer of [...named.disks, ...named.memory]) pin.add(layer);
    const reached = await around.layers.reach(named);
    for (const layer of [...reached.disks, ...reached.memory]) pin.add(layer);
    return { definition, snapshots, consoles: await readConsoles(machine, snapshots, around) };
  });
}

/**
 * All that is to be in the file. Disks that Innkeeper did not make are copied into layers first.
 * @param image that it is made from; null for a machine that boots files
 */
export async function collectParts(
  moment: ExportMoment,
  image: ImageRecord | null,
  around: Around,
  pin: Pin,
  { doing, watch }: { readonly doing: string; readonly watch: WorkWatch },
): Promise<ExportParts> {
  const ours = await adoptDisks(moment, around, pin, doing, watch);
  const { disks, memory } = await around.layers.reach(namedLayers(ours.definition, ours.snapshots));
  const parts: ExportPart[] = [
    ...moment.consoles,
    ...sourceParts(ours.definition),
    ...imageParts(image),
    ...disks.map((layer) => ({ path: `disks/${layer}.qcow2`, from: around.layers.diskPath(layer) })),
    ...memory.map((layer) => ({ path: `memory/${layer}.state`, from: around.layers.memoryPath(layer) })),
  ];
  const members = await Promise.all(
    parts.map(async ({ path, from }) => ({ path, sizeBytes: await sizeOf(from, around, doing), sha256: NO_DIGEST })),
  );
  const withoutPaths = withoutHostPaths(ours);
  const networks = around.networks.list().map(({ id, name }) => ({ id, name }));
  return { file: { ...withoutPaths, image: image?.document ?? null, networks, members }, parts };
}

function namedLayers(
  definition: MachineDefinition,
  snapshots: readonly Snapshot[],
): { readonly disks: string[]; readonly memory: string[] } {
  const named = [
    layersOf(definition, definition.resume?.memory ?? null),
    ...snapshots.map(({ hardware, memory }) => layersOf(hardware, memory)),
  ];
  return { disks: named.flatMap(({ disks }) => disks), memory: named.flatMap(({ memory }) => memory) };
}

async function readConsoles(
  machine: Machine,
  snapshots: readonly Snapshot[],
  { store }: Pick<Around, 'store'>,
): Promise<ExportPart[]> {
  const present = await store.readConsole(machine.id);
  const kept = await Promise.all(
    snapshots.map(async (snapshot) => ({
      path: `snapshots/${snapshot.id}/console`,
      from: await machine.snapshots.console(snapshot),
    })),
  );
  return [...(present === null ? [] : [{ path: 'console', from: present }]), ...kept];
}

/** Attached files become layers, each once. */
async function adoptDisks(
  { definition, snapshots }: ExportMoment,
  around: Around,
  pin: Pin,
  doing: string,
  watch: WorkWatch,
): Promise<Pick<ExportMoment, 'definition' | 'snapshots'>> {
  const all = [definition, ...snapshots.map(({ hardware }) => hardware)].flatMap(({ disks }) => disks);
  const foreign = new Map(all.filter(({ own }) => !own).map((disk) => [disk.path, disk]));
  const adopted = new Map<string, string>();
  for (const [index, disk] of [...foreign.values()].entries()) {
    const layer = pin.add(around.layers.newLayer());
    const progress = (fraction: number): void => watch.progress((index + fraction) / foreign.size);
    await copyForeign(disk, definition.name, layer, around, { doing, watch: { ...watch, progress } });
    adopted.set(disk.path, layer);
  }
  const own = (disk: Disk): Disk => {
    const layer = disk.own ? undefined : adopted.get(disk.path);
    return layer === undefined ? disk : { ...ownDisk(disk.slot, layer), readOnly: disk.readOnly };
  };
  return {
    definition: { ...definition, disks: definition.disks.map(own) },
    snapshots: snapshots.map((snapshot) => ({
      ...snapshot,
      hardware: { ...snapshot.hardware, disks: snapshot.hardware.disks.map(own) },
    })),
  };
}

async function copyForeign(
  disk: Disk,
  holder: string,
  layer: string,
  { files, disks, work, layers }: Around,
  { doing, watch }: { readonly doing: string; readonly watch: WorkWatch },
): Promise<void> {
  const { identity } = await inspectDisk(files, doing, { ...disk, readOnly: true });
  const lease = disks.acquire(doing, disk.path, { identity, readOnly: true, holder });
  try {
    await work.copy({ from: disk, to: { path: layers.diskPath(layer), format: 'qcow2' } }, watch);
  } finally {
    lease.dispose();
  }
}

function sourceParts({ source }: MachineDefinition): ExportPart[] {
  if (source.kind === 'image') return [];
  return (['kernel', 'initrd', 'firmware'] as const).flatMap((file) => {
    const from = source[file];
    return from === undefined ? [] : [{ path: `source/${file}`, from }];
  });
}

function imageParts(image: ImageRecord | null): ExportPart[] {
  if (image === null) return [];
  const { boot, disk } = image.document;
  const paths = new Map<string | undefined, string | null>([
    ...(boot.kind === 'files'
      ? ([
          [boot.kernel.file, image.kernelPath],
          [boot.initrd?.file, image.initrdPath],
        ] as const)
      : []),
    [disk?.file, image.diskPath],
  ]);
  return filesOf(image.document).flatMap(({ file }) => {
    const from = paths.get(file);
    return from === undefined || from === null ? [] : [{ path: `image/${file}`, from }];
  });
}

async function sizeOf(from: string | Uint8Array, { files }: Pick<Around, 'files'>, doing: string): Promise<number> {
  if (typeof from !== 'string') return from.length;
  const facts = await files.inspect(from);
  if (facts) return facts.sizeBytes;
  throw new AppError({ code: 'not-found', doing, because: `${from} is missing` });
}

/** Where something lies on this computer is nobody else's business, and of no use to anybody else. */
function withoutHostPaths({ definition, snapshots }: Pick<ExportMoment, 'definition' | 'snapshots'>): {
  readonly definition: MachineDefinition;
  readonly snapshots: readonly Snapshot[];
} {
  const plain = <T extends Pick<MachineDefinition, 'shares'>>(hardware: T): T => ({
    ...hardware,
    shares: hardware.shares.map((share) => ({ ...share, hostDirectory: '/' })),
  });
  const { source } = definition;
  const named =
    source.kind === 'image'
      ? source
      : {
          ...source,
          ...(source.kernel === undefined ? {} : { kernel: 'kernel' }),
          ...(source.initrd === undefined ? {} : { initrd: 'initrd' }),
          ...(source.firmware === undefined ? {} : { firmware: 'firmware' }),
        };
  return {
    definition: { ...plain(definition), source: named },
    snapshots: snapshots.map((snapshot) => ({ ...snapshot, hardware: plain(snapshot.hardware) })),
  };
}
