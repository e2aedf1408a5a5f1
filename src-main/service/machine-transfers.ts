import { createHash } from 'node:crypto';
import { AppError } from '../../src-core/base/errors.ts';
import { DEFAULT_NETWORK } from '../../src-core/contract/networks.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import { inspectFile } from '../../src-core/hypervisor/machine-disks/disk-image.ts';
import type { Hypervisor } from '../../src-core/hypervisor/hypervisor.ts';
import type { WorkWatch } from '../../src-core/hypervisor/layers/disk-work.ts';
import type { Pin } from '../../src-core/hypervisor/layers/layer-pool.ts';
import type { MachineDefinition } from '../../src-core/hypervisor/store/definition.ts';
import type { Machine } from '../../src-core/hypervisor/life/machine.ts';
import { collectParts, takeMoment, type ExportMoment } from '../../src-core/hypervisor/machine-file/export-parts.ts';
import { checkLinks, planImport, type ImportPlan } from '../../src-core/hypervisor/machine-file/import-plan.ts';
import { decodeManifest, encodeManifest, type MachineFile } from '../../src-core/hypervisor/machine-file/manifest.ts';
import type { Surroundings } from '../../src-core/hypervisor/surroundings.ts';
import { filesOf } from '../../src-core/images/image.ts';
import type { ExtractTarget, UnpackedLinks } from '../workers/archive-work-protocol.ts';
import { ImageArrival, type ArrivingImage } from './images/image-arrival.ts';
import { checkNewFile } from './images/new-file.ts';
import type { TransferTools } from './images/transfer-tools.ts';
import { MachineArrival } from './machine-arrival.ts';

type Progress = (phase: string, fraction: number | null) => void;

/** Whole machines into files and out of them: each as a task. */
export class MachineTransfers {
  readonly #tools: TransferTools;
  readonly #hypervisor: Hypervisor;
  readonly #version: string;
  readonly #images: ImageArrival;

  /** @param version of Innkeeper, which the files name */
  constructor(tools: TransferTools, hypervisor: Hypervisor, version: string) {
    this.#tools = tools;
    this.#hypervisor = hypervisor;
    this.#version = version;
    this.#images = new ImageArrival(tools);
  }

  /** @throws AppError 'wrong-state' while it is on, 'already-exists', 'not-found'; later problems are the task's */
  async exportTo(machine: Machine, path: string): Promise<TaskView> {
    const doing = `export machine ${machine.name}`;
    const { around } = this.#tools;
    await checkNewFile(around.files, doing, path);
    const pin = around.layers.pin();
    const release = (): void => {
      pin.dispose();
      around.layers.sweepSoon();
    };
    try {
      const moment = await takeMoment(machine, doing, around, pin);
      return this.#start(`Export machine ${machine.name}`, machine.id, async (progress, signal) => {
        try {
          await this.#export(moment, path, pin, { doing, progress, signal });
        } finally {
          release();
        }
      });
    } catch (error) {
      release();
      throw error;
    }
  }

  /** @throws AppError 'not-found', 'invalid-input', 'corrupt', 'not-supported'; later problems are the task's */
  async importFrom(path: string, name: string): Promise<TaskView> {
    const doing = `import machine ${name}`;
    const { around, archive } = this.#tools;
    await inspectFile(around.files, doing, 'machine', path);
    const manifest = await archive.manifest(path, doing);
    const file = decodeManifest(manifest, doing);
    const sha256 = createHash('sha256').update(manifest).digest('hex');
    this.#mustBeFree(name, doing);
    const id = around.layers.newLayer();
    return this.#start(`Import machine ${name}`, id, async (progress, signal) => {
      await this.#hypervisor.bring(name, doing, (pin) =>
        this.#import(file, { path, manifest: sha256 }, { id, name, pin }, { doing, progress, signal }),
      );
    });
  }

  async #export(
    moment: ExportMoment,
    path: string,
    pin: Pin,
    { doing, progress, signal }: { doing: string; progress: Progress; signal: AbortSignal },
  ): Promise<void> {
    const { around, archive, images } = this.#tools;
    const { source } = moment.definition;
    const image = source.kind === 'image' ? await images.get(source.image) : null;
    const copying = { signal, progress: (fraction: number) => progress('Copying disks', fraction) };
    const { file, parts } = await collectParts(moment, image, around, pin, { doing, watch: copying });
    const manifest = encodeManifest(file, this.#version, around.clock.now());
    const writing = { signal, progress: (fraction: number) => progress(`Writing ${path}`, fraction) };
    await archive.pack(path, manifest, parts, doing, writing);
  }

  async #import(
    file: MachineFile,
    from: { readonly path: string; readonly manifest: string },
    { id, name, pin }: { readonly id: string; readonly name: string; readonly pin: Pin },
    { doing, progress, signal }: { doing: string; progress: Progress; signal: AbortSignal },
  ): Promise<MachineDefinition> {
    const { around, archive } = this.#tools;
    const arrival = new MachineArrival(id, around);
    const image = file.image === null ? null : await this.#images.prepare(file.image);
    try {
      const plan = planImport(file, await this.#place(file, arrival, { id, name, pin }, image), doing);
      const watch: WorkWatch = { signal, progress: (fraction) => progress('Reading the file', fraction) };
      await arrival.open();
      const targets = plan.destinations.map(({ member, to }): ExtractTarget => {
        const layer =
          'layer' in to ? ({ kind: to.kind === 'disk' ? 'disks' : 'memory', name: to.layer } as const) : null;
        return { ...member, layer, to: to.kind === 'image' ? (image?.pathFor(to.file) ?? '') : arrival.pathFor(to) };
      });
      const names = namesBelow(plan, file, image);
      const links = await archive.extract({ ...from, targets, names }, doing, watch);
      checkLinks(plan, byLayer(links), doing);
      await image?.publish();
      await this.#checkDisks(plan, doing, progress);
      if (signal.aborted) throw new AppError({ code: 'cancelled', doing, because: 'it was cancelled' });
      await arrival.create(plan);
      image?.keep();
      return plan.definition;
    } finally {
      await arrival.close();
      await image?.close();
    }
  }

  async #place(
    { definition }: MachineFile,
    arrival: MachineArrival,
    { id, name, pin }: { readonly id: string; readonly name: string; readonly pin: Pin },
    image: ArrivingImage | null,
  ): Promise<Parameters<typeof planImport>[1]> {
    const { around } = this.#tools;
    const here = (await around.store.folders()).some((folder) => folder.endsWith(definition.id));
    return {
      ...{ id, name, createdAt: around.clock.now(), image: image?.name ?? null, isCopy: here },
      newLayer: () => pin.add(around.layers.newLayer()),
      sourcePath: (file) => arrival.sourcePath(file),
      emptyFolder: (slot) => arrival.emptyFolder(slot),
      networkFor: (network) => networkFor(network, around.networks),
      isMacTaken: (mac) => around.networks.leases.isGiven(mac),
      newMac: () => around.networks.leases.newMac(),
    };
  }

  /** What a hostile file could make of its disks is found here, before a guest has them. */
  async #checkDisks({ disks }: ImportPlan, doing: string, progress: Progress): Promise<void> {
    progress('Checking the disks', null);
    const { work, layers } = this.#tools.around;
    for (const layer of disks.values()) {
      const { corruptions } = await work.check({ path: layers.diskPath(layer), format: 'qcow2', own: true }, false);
      if (corruptions > 0) {
        const because = 'one of its disks is damaged';
        throw new AppError({ code: 'corrupt', doing, because, hint: 'Export the machine again.' });
      }
    }
  }

  /** Told at once: reading the file takes time. */
  #mustBeFree(name: string, doing: string): void {
    const taken = this.#hypervisor.list().some((machine) => machine.name.toLowerCase() === name.toLowerCase());
    if (!taken) return;
    const because = `there is already a machine ${name}`;
    throw new AppError({ code: 'already-exists', doing, because, hint: 'Choose another name.', data: { name } });
  }

  #start(title: string, machine: string, work: (progress: Progress, signal: AbortSignal) => Promise<void>): TaskView {
    const subject = { kind: 'machine', id: machine } as const;
    const { view, done } = this.#tools.tasks.start({ title, subject, run: work });
    // The task tells how it ended.
    done.catch(() => undefined);
    return view;
  }
}

/** The network of the same name, else the one that machines are on unless they say otherwise. */
function networkFor(name: string | null, networks: Surroundings['networks']): string {
  const wanted = networks.list().find((network) => network.name.toLowerCase() === name?.toLowerCase());
  return (wanted ?? networks.get(DEFAULT_NETWORK, 'import a machine')).id;
}

/** As the layers themselves name each other. */
function namesBelow(
  { disks, memory }: ImportPlan,
  file: MachineFile,
  image: ArrivingImage | null,
): { readonly disks: Record<string, string>; readonly memory: Record<string, string> } {
  const below: Record<string, string> = {};
  for (const [old, layer] of disks) below[`${old}.qcow2`] = `${layer}.qcow2`;
  const { source } = file.definition;
  const disk = file.image?.disk?.file;
  if (
    image &&
    disk !== undefined &&
    source.kind === 'image' &&
    filesOf(image.document).some((each) => each.file === disk)
  ) {
    below[`../images/${source.image}/${disk}`] = `../images/${image.name}/${disk}`;
  }
  return {
    disks: below,
    memory: Object.fromEntries([...memory].map(([old, layer]) => [`${old}.state`, `${layer}.state`])),
  };
}

/** Layers of both kinds; images end a chain. */
function byLayer({ disks, memory }: UnpackedLinks): ReadonlyMap<string, string | null> {
  const layerOf = (below: string | null): string | null => /^([0-9a-f]{16})\./.exec(below ?? '')?.[1] ?? null;
  return new Map(
    [...Object.entries(disks), ...Object.entries(memory)].map(([layer, below]) => [layer, layerOf(below)]),
  );
}
