import type { Destination, ImportPlan } from '../../src-core/hypervisor/machine-file/import-plan.ts';
import type { Surroundings } from '../../src-core/hypervisor/surroundings.ts';

const SOURCE_FOLDER = 'boot';
const SHARED_FOLDER = 'shared';
const CONSOLE = 'console';

/** The place of a machine that comes from elsewhere, until it is one. */
export class MachineArrival {
  readonly #id: string;
  readonly #around: Pick<Surroundings, 'files' | 'store' | 'snapshots' | 'layers'>;
  readonly #parts: string;
  readonly #folders = new Set<string>();
  readonly #consoles = new Map<string | null, string>();
  readonly #sources = new Set<string>();

  constructor(id: string, around: Pick<Surroundings, 'files' | 'store' | 'snapshots' | 'layers'>) {
    this.#id = id;
    this.#around = around;
    this.#parts = around.store.partsFolder(id);
  }

  async open(): Promise<void> {
    await this.#around.layers.makeFolders();
    await this.#around.files.makeDirectory(this.#parts);
  }

  /** Where a member is to be put: a layer into the pool, all else aside until the machine's folder is made. */
  pathFor(to: Destination): string {
    const { layers, files } = this.#around;
    if ('layer' in to) return to.kind === 'disk' ? layers.diskPath(to.layer) : layers.memoryPath(to.layer);
    if (to.kind === 'console') {
      const path = files.join(this.#parts, `${CONSOLE}-${to.snapshot ?? 'present'}`);
      this.#consoles.set(to.snapshot, path);
      return path;
    }
    this.#sources.add(to.file);
    return files.join(this.#parts, to.file);
  }

  /** Where a file that it boots will be. */
  sourcePath(file: string): string {
    const { files, store } = this.#around;
    return files.join(store.folder(this.#id), SOURCE_FOLDER, file);
  }

  /** In place of a folder that was shared on another computer. */
  emptyFolder(slot: number): string {
    const { files, store } = this.#around;
    const name = `${SHARED_FOLDER}-${slot}`;
    this.#folders.add(name);
    return files.join(store.folder(this.#id), name);
  }

  /** From here on it is a machine. @throws AppError, with nothing left of it */
  async create({ definition, snapshots }: ImportPlan): Promise<void> {
    const { files, store } = this.#around;
    await store.create(definition, await this.#console(null), async (folder) => {
      for (const name of this.#folders) await files.makeDirectory(files.join(folder, name));
      if (this.#sources.size > 0) await files.makeDirectory(files.join(folder, SOURCE_FOLDER));
      for (const file of this.#sources) {
        await files.rename(files.join(this.#parts, file), files.join(folder, SOURCE_FOLDER, file));
      }
      for (const snapshot of snapshots) {
        await this.#around.snapshots.create(folder, snapshot, await this.#console(snapshot.id));
      }
    });
  }

  async close(): Promise<void> {
    await this.#around.files.remove(this.#parts);
  }

  async #console(snapshot: string | null): Promise<Uint8Array> {
    const path = this.#consoles.get(snapshot);
    return path === undefined ? new Uint8Array(0) : this.#around.files.read(path);
  }
}
