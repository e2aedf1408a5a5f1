import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import { Turns } from '../../base/turns.ts';
import { emptyQcow2 } from '../../disks/qcow2/create.ts';
import type { Clock, Random } from '../../host/clock.ts';
import type { Files } from '../../host/files.ts';
import { diskBelow, layersBelow, memoryBelow } from './layer-links.ts';

/** How the definition of a machine names the layer on top of a disk of its own. */
const DISK_FILE = /^([0-9a-f]{16})\.qcow2$/;
const MEMORY_FILE = /^([0-9a-f]{16})\.state$/;
const ANY_LAYER = /[0-9a-f]{16}/;
const DISK_SUFFIX = '.qcow2';
const MEMORY_SUFFIX = '.state';
/** Deleting is not urgent, and several deletions in a row want one sweep. */
const SWEEP_AFTER_MS = 50;

/** Layers by name, of disks and of memory. */
export interface LayerNames {
  readonly disks: readonly string[];
  readonly memory: readonly string[];
}

/** What the documents of a data directory say about layers. */
export interface LayerOwners {
  /** Every layer that a document names. @throws AppError when any document cannot be read: then nothing may be deleted */
  owned(): Promise<LayerNames>;
}

export interface PoolFolders {
  readonly disks: string;
  readonly memory: string;
}

/** What a new disk is to be built on. */
export type Below = { readonly layer: string } | { readonly image: string; readonly file: string } | null;

/** How a layer names a disk of an image: relative, and with the separator that every program of every system understands. */
export function backingOf(image: string, file: string): { readonly path: string; readonly format: 'qcow2' } {
  return { path: `../images/${image}/${file}`, format: 'qcow2' };
}

/** Keeps layers that no document names yet, or any more. */
export interface Pin extends Disposable {
  add(layer: string): string;
}

/**
 * The layers of all machines, snapshots and images: disks in `disks/LAYER.qcow2`, memory in `memory/LAYER.state`. Each is
 * built on one other or on none. Whatever a document reaches stays; the rest is swept.
 */
export class LayerPool {
  readonly #files: Files;
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #folders: PoolFolders;
  readonly #onProblem: (error: unknown) => void;
  readonly #pins = new Set<Set<string>>();
  readonly #inUse = new Set<() => string | null>();
  readonly #sweeps = new Turns();
  /** Also what was pinned and let go while a sweep goes on. */
  #pinnedMeanwhile: Set<string> | null = null;
  #owners: LayerOwners | null = null;
  #soon: Disposable | undefined;
  #closing = false;
  #rewriting: { readonly stop: () => void; readonly done: Promise<unknown> } | null = null;
  #onSwept: () => void = () => undefined;

  /** @param onProblem a sweep that nobody waits for could not be done */
  constructor(
    around: { readonly files: Files; readonly random: Random; readonly clock: Clock },
    folders: PoolFolders,
    onProblem: (error: unknown) => void,
  ) {
    this.#files = around.files;
    this.#random = around.random;
    this.#clock = around.clock;
    this.#folders = folders;
    this.#onProblem = onProblem;
  }

  /** Once, first; nothing is swept before. @param onSwept called after each sweep that nobody waited for */
  open(owners: LayerOwners, onSwept: () => void = () => undefined): void {
    this.#owners = owners;
    this.#onSwept = onSwept;
  }

  newLayer(): string {
    const bytes = new Uint8Array(8);
    this.#random(bytes);
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  /** How a definition names a disk layer. */
  diskFile(layer: string): string {
    return layer + DISK_SUFFIX;
  }

  /** @returns null when the path is not that of a layer */
  layerOf(diskFile: string): string | null {
    return DISK_FILE.exec(diskFile)?.[1] ?? null;
  }

  diskPath(layer: string): string {
    return this.#files.join(this.#folders.disks, layer + DISK_SUFFIX);
  }

  memoryPath(layer: string): string {
    return this.#files.join(this.#folders.memory, layer + MEMORY_SUFFIX);
  }

  /** The layer whose file this is, or null. */
  memoryLayerOf(path: string): string | null {
    const file = path.replaceAll('\\', '/').split('/').at(-1) ?? '';
    return MEMORY_FILE.exec(file)?.[1] ?? null;
  }

  async makeFolders(): Promise<void> {
    await this.#files.makeDirectory(this.#folders.disks);
    await this.#files.makeDirectory(this.#folders.memory);
  }

  /** Until it is disposed of, what was added to it is kept. */
  pin(layers: readonly string[] = []): Pin {
    const pinned = new Set<string>();
    const add = (layer: string): string => {
      pinned.add(layer);
      this.#pinnedMeanwhile?.add(layer);
      return layer;
    };
    layers.forEach(add);
    this.#pins.add(pinned);
    return { add, dispose: () => void this.#pins.delete(pinned) };
  }

  /** Keeps the memory layer with the path that `path` tells, whenever it is asked. */
  use(path: () => string | null): Disposable {
    this.#inUse.add(path);
    return { dispose: () => void this.#inUse.delete(path) };
  }

  /**
   * An empty layer, on the disk when this resolves: it shows what it is built on, or zeros. The caller pins it.
   * @throws AppError 'disk-full', 'invalid-input'
   */
  async createDisk(layer: string, sizeBytes: number, below: Below): Promise<void> {
    const path = this.diskPath(layer);
    await this.#files.makeDirectory(this.#folders.disks);
    const backing =
      below === null
        ? {}
        : {
            backing:
              'layer' in below
                ? { path: below.layer + DISK_SUFFIX, format: 'qcow2' as const }
                : backingOf(below.image, below.file),
          };
    await this.#files.writeAtomically(path, emptyQcow2({ sizeBytes, ...backing }, path));
  }

  /** All that these are built on, and they themselves. @throws AppError when one cannot be read */
  async reach(names: LayerNames): Promise<LayerNames> {
    const disks = await layersBelow(names.disks, (layer) => belowIfThere(this.diskBelow(layer)));
    const memory = await layersBelow(names.memory, (layer) =>
      belowIfThere(memoryBelow(this.#files, this.memoryPath(layer))),
    );
    return { disks, memory };
  }

  /** The layer that a disk layer is built on; null for none, or an image's disk. @throws AppError */
  diskBelow(layer: string): Promise<string | null> {
    return diskBelow(this.#files, this.diskPath(layer));
  }

  /** What these take of this computer's disk. */
  async sizeOf(names: LayerNames): Promise<{ diskBytes: number; memoryBytes: number }> {
    const measure = async (paths: readonly string[]): Promise<number> => {
      const facts = await Promise.all(paths.map((path) => this.#files.inspect(path)));
      return facts.reduce((sum, found) => sum + (found?.allocatedBytes ?? 0), 0);
    };
    return {
      diskBytes: await measure(names.disks.map((layer) => this.diskPath(layer))),
      memoryBytes: await measure(names.memory.map((layer) => this.memoryPath(layer))),
    };
  }

  /** Sweeps after what goes on just now; that it could not be done is told to the log. */
  sweepSoon(): void {
    if (this.#closing) return;
    this.#soon ??= this.#clock.after(SWEEP_AFTER_MS, () => {
      this.#soon = undefined;
      this.sweep().then(() => {
        if (!this.#closing) this.#onSwept();
      }, this.#onProblem);
    });
  }

  /**
   * Deletes what no document reaches, nothing uses and nobody pinned. What cannot be told for sure stays.
   * @returns how many files went @throws AppError when a document or a layer cannot be read; nothing was deleted then
   */
  sweep(): Promise<number> {
    return this.#sweeps.take(() => this.#sweep());
  }

  /** Work that rewrites layers which nobody uses is going on; `stop` ends it soon. */
  worksOn(stop: () => void, done: Promise<unknown>): void {
    if (this.#closing) stop();
    this.#rewriting = { stop, done: done.catch(() => undefined) };
  }

  /** To be called before layers are opened: they are not rewritten any more when this resolves. */
  async hold(): Promise<void> {
    this.#rewriting?.stop();
    await this.#rewriting?.done;
    this.#rewriting = null;
  }

  get isClosing(): boolean {
    return this.#closing;
  }

  /** It is being made, or made use of. */
  isPinned(layer: string): boolean {
    return this.#pinnedMeanwhile?.has(layer) === true || [...this.#pins].some((layers) => layers.has(layer));
  }

  /** Nothing is swept or rewritten any more when this resolves. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#soon?.dispose();
    await this.hold();
    await this.#sweeps.settled();
    await this.hold();
  }

  async #sweep(): Promise<number> {
    if (!this.#owners) return 0;
    // Who lets go of a layer while this goes on may have named it in a document that was read before.
    this.#pinnedMeanwhile = new Set([...this.#pins].flatMap((layers) => [...layers]));
    try {
      // The files first: one that comes after this is not looked at.
      const there = {
        disks: await this.#files.list(this.#folders.disks),
        memory: await this.#files.list(this.#folders.memory),
      };
      const kept = await this.#kept(await this.#owners.owned());
      const gone = [
        ...there.disks.filter((file) => isGone(file, DISK_FILE, kept.disks)).map((file) => [this.#folders.disks, file]),
        ...there.memory
          .filter((file) => isGone(file, MEMORY_FILE, kept.memory))
          .map((file) => [this.#folders.memory, file]),
      ];
      let count = 0;
      for (const [folder = '', file = ''] of gone) {
        if (this.isPinned(ANY_LAYER.exec(file)?.[0] ?? '')) continue;
        await this.#files.remove(this.#files.join(folder, file));
        count++;
      }
      return count;
    } finally {
      this.#pinnedMeanwhile = null;
    }
  }

  async #kept(owned: LayerNames): Promise<{ disks: Set<string>; memory: Set<string> }> {
    const pinned = [...(this.#pinnedMeanwhile ?? [])];
    const inUse = [...this.#inUse].flatMap((path) => this.memoryLayerOf(path() ?? '') ?? []);
    const { disks, memory } = await this.reach(owned);
    // Of what is only pinned some may not be there yet.
    const more = await this.reach({
      disks: await this.#present(pinned, (layer) => this.diskPath(layer)),
      memory: await this.#present([...pinned, ...inUse], (layer) => this.memoryPath(layer)),
    });
    return { disks: new Set([...disks, ...more.disks]), memory: new Set([...memory, ...more.memory]) };
  }

  async #present(layers: readonly string[], path: (layer: string) => string): Promise<string[]> {
    const found = await Promise.all(layers.map((layer) => this.#files.inspect(path(layer))));
    return layers.filter((_, index) => found[index] !== null);
  }
}

/** A layer that somebody took away is built on nothing any more. */
async function belowIfThere(below: Promise<string | null>): Promise<string | null> {
  try {
    return await below;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return null;
    throw error;
  }
}

/** Files of other names are not ours to judge, except what a crash left of a file being written. */
function isGone(file: string, layerFile: RegExp, kept: ReadonlySet<string>): boolean {
  const layer = layerFile.exec(file)?.[1];
  if (layer !== undefined) return !kept.has(layer);
  return /^\.[0-9a-f]{16}\.(?:qcow2|state)\.|^[0-9a-f]{16}\.(?:qcow2|state)\.draft$/.test(file);
}
