import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { timeSchema } from '../../contract/names.ts';
import type { Files } from '../../host/files.ts';
import { decodeDocument, encodeDocument } from '../../host/documents.ts';
import type { MachineDefinition } from './definition.ts';
import { decodeDefinition, migrate } from './definition-migration.ts';
import type { LayerFolders } from './definition-migration.ts';
import { NEVER_RUN, RUN_RECORD_VERSION, runRecordSchema } from './run-record.ts';
import type { RunRecord } from './run-record.ts';

/**
 * The machines on disk, one folder each below `machines/`:
 *
 *   ID/machine.json   the definition          ID/run.json      what happened to it
 *   ID/console        what a suspended machine's console showed
 *   ID/snapshots/…    see SnapshotStore
 *   .new-ID           being made: swept       .gone-ID         being deleted: swept
 *   .bin/ID           removed, until it is restored or purged; removed.json says since when
 *
 * A machine comes, goes and returns by one rename of its whole folder, so none is ever half there.
 */
const DEFINITION = 'machine.json';
const RUN_RECORD = 'run.json';
const REMOVAL = 'removed.json';
const CONSOLE = 'console';
const BIN = '.bin';
const NEW_PREFIX = '.new-';
const GONE_PREFIX = '.gone-';
const NO_BYTES = new Uint8Array(0);
const ID = /^[0-9a-f]{16}$/;

const removalSchema = z.object({ version: z.literal(1), removedAt: timeSchema });

export interface StoredMachine {
  readonly definition: MachineDefinition;
  readonly record: RunRecord;
}

/** A folder whose definition cannot be read: it is kept as it is, and shown. */
export interface DamagedMachine {
  readonly id: string;
  readonly path: string;
  readonly problem: AppError;
}

export interface BinnedMachine {
  readonly id: string;
  /** 0 when it cannot be known any more. */
  readonly removedAt: number;
}

export interface StoreContents {
  readonly machines: readonly StoredMachine[];
  readonly damaged: readonly DamagedMachine[];
  readonly bin: readonly BinnedMachine[];
}

export class MachineStore {
  readonly #files: Files;
  readonly #directory: string;
  readonly #layers: LayerFolders;

  /** @param directory the `machines` folder of the data directory; @param layers where older machines' disks go */
  constructor(files: Files, directory: string, layers: LayerFolders) {
    this.#files = files;
    this.#directory = directory;
    this.#layers = layers;
  }

  /** Takes away what a crash left half-made and reads what is there. To be called once, first. */
  async open(): Promise<StoreContents> {
    const names = await this.#files.list(this.#directory);
    for (const name of names) {
      if (name.startsWith(NEW_PREFIX) || name.startsWith(GONE_PREFIX)) await this.#files.remove(this.#path(name));
    }
    const machines: StoredMachine[] = [];
    const damaged: DamagedMachine[] = [];
    for (const id of names.filter((name) => ID.test(name))) {
      const found = await this.#loadOrShow(id);
      if ('problem' in found) damaged.push(found);
      else machines.push(found);
    }
    return { machines, damaged, bin: await this.#readBin() };
  }

  /** The folder of a machine, for what else belongs to it. */
  folder(id: string): string {
    return this.#path(id);
  }

  /** A folder for what a machine that is being made consists of; what a crash leaves of it is swept. */
  partsFolder(id: string): string {
    return this.#path(`${NEW_PREFIX}${id}-parts`);
  }

  /** Folders of all machines, with those in the bin: whatever may hold a document. */
  async folders(): Promise<readonly string[]> {
    const here = (await this.#files.list(this.#directory)).filter((name) => ID.test(name));
    const binned = (await this.#files.list(this.#path(BIN))).filter((name) => ID.test(name));
    return [...here.map((id) => this.#path(id)), ...binned.map((id) => this.#path(BIN, id))];
  }

  /** What is in the bin, as far as it can be read. */
  async inBin(): Promise<MachineDefinition[]> {
    const ids = (await this.#files.list(this.#path(BIN))).filter((name) => ID.test(name));
    const found = await Promise.all(
      ids.map((id) =>
        this.definitionIn(this.#path(BIN, id)).catch((error: unknown) => {
          if (error instanceof AppError) return null;
          throw error;
        }),
      ),
    );
    return found.filter((definition) => definition !== null);
  }

  /** The definition in one of `folders`, of whatever version. @throws AppError when it cannot be read */
  async definitionIn(folder: string): Promise<MachineDefinition> {
    const path = this.#files.join(folder, DEFINITION);
    return decodeDefinition(await this.#files.read(path), `read ${path}`).definition;
  }

  /**
   * When this resolves, the machine is there for good.
   * @param scrollback what its console is to show @param fill puts more into its folder before that is its own
   * @param record of a machine that runs as soon as it is there
   * @throws AppError, having left nothing
   */
  async create(
    definition: MachineDefinition,
    scrollback: Uint8Array = NO_BYTES,
    fill: (folder: string) => Promise<void> = () => Promise.resolve(),
    record: RunRecord | null = null,
  ): Promise<void> {
    const draft = this.#path(NEW_PREFIX + definition.id);
    try {
      await this.#files.makeDirectory(draft);
      if (scrollback.length > 0) await this.#files.writeAtomically(this.#files.join(draft, CONSOLE), scrollback);
      if (record) await this.#files.writeAtomically(this.#files.join(draft, RUN_RECORD), encodeDocument(record));
      await fill(draft);
      await this.#files.writeAtomically(this.#files.join(draft, DEFINITION), encodeDocument(definition));
      await this.#files.rename(draft, this.#path(definition.id));
    } catch (error) {
      await this.#files.remove(draft).catch(() => undefined);
      throw error;
    }
  }

  /** Takes a machine away that came to nothing, without the bin. */
  async remove(id: string): Promise<void> {
    const gone = this.#path(GONE_PREFIX + id);
    await this.#files.rename(this.#path(id), gone);
    await this.#files.remove(gone);
  }

  async update(definition: MachineDefinition): Promise<void> {
    await this.#files.writeAtomically(this.#path(definition.id, DEFINITION), encodeDocument(definition));
  }

  async writeRecord(id: string, record: RunRecord): Promise<void> {
    await this.#files.writeAtomically(this.#path(id, RUN_RECORD), encodeDocument(record));
  }

  /** Keeps what a machine's console showed, for when it goes on. */
  async writeConsole(id: string, scrollback: Uint8Array): Promise<void> {
    await this.#files.writeAtomically(this.#path(id, CONSOLE), scrollback);
  }

  /** @returns null when nothing was kept */
  async readConsole(id: string): Promise<Uint8Array | null> {
    const path = this.#path(id, CONSOLE);
    return (await this.#files.inspect(path)) === null ? null : this.#files.read(path);
  }

  async moveToBin(id: string, removedAt: number): Promise<void> {
    const removal = { version: 1, removedAt };
    await this.#files.writeAtomically(this.#path(id, REMOVAL), encodeDocument(removal));
    await this.#files.makeDirectory(this.#path(BIN));
    await this.#files.rename(this.#path(id), this.#path(BIN, id));
  }

  /** Brings a machine back from the bin, a damaged one too. @throws AppError when it cannot be moved */
  async restore(id: string): Promise<StoredMachine | DamagedMachine> {
    await this.#files.rename(this.#path(BIN, id), this.#path(id));
    await this.#files.remove(this.#path(id, REMOVAL));
    return this.#loadOrShow(id);
  }

  /** Deletes a machine that is in the bin for good; one that is not there is fine. */
  async purge(id: string): Promise<void> {
    if ((await this.#files.inspect(this.#path(BIN, id))) === null) return;
    const gone = this.#path(GONE_PREFIX + id);
    await this.#files.rename(this.#path(BIN, id), gone);
    await this.#files.remove(gone);
  }

  async #loadOrShow(id: string): Promise<StoredMachine | DamagedMachine> {
    try {
      return await this.#load(this.#path(id), id);
    } catch (problem) {
      if (!(problem instanceof AppError)) throw problem;
      return { id, path: this.#path(id, DEFINITION), problem };
    }
  }

  async #load(path: string, id: string): Promise<StoredMachine> {
    const doing = `read the definition of machine ${id}`;
    const bytes = await this.#files.read(this.#files.join(path, DEFINITION));
    const { definition: found, older } = decodeDefinition(bytes, doing);
    if (found.id !== id) {
      throw new AppError({ code: 'corrupt', doing, because: `it names another machine, ${found.id}` });
    }
    const definition = older ? await migrate(this.#files, path, DEFINITION, this.#layers, doing) : found;
    return { definition, record: await this.#loadRecord(path, id) };
  }

  /** What happened to a machine matters less than that it is there: an unreadable record counts as none. */
  async #loadRecord(path: string, id: string): Promise<RunRecord> {
    try {
      const bytes = await this.#files.read(this.#files.join(path, RUN_RECORD));
      return decodeDocument(runRecordSchema, RUN_RECORD_VERSION, `read the run record of machine ${id}`, bytes);
    } catch (error) {
      if (error instanceof AppError) return NEVER_RUN;
      throw error;
    }
  }

  async #readBin(): Promise<readonly BinnedMachine[]> {
    const ids = (await this.#files.list(this.#path(BIN))).filter((name) => ID.test(name));
    return Promise.all(ids.map(async (id) => ({ id, removedAt: await this.#removedAt(id) })));
  }

  async #removedAt(id: string): Promise<number> {
    try {
      const bytes = await this.#files.read(this.#path(BIN, id, REMOVAL));
      return decodeDocument(removalSchema, 1, `read when machine ${id} was removed`, bytes).removedAt;
    } catch (error) {
      if (error instanceof AppError) return 0;
      throw error;
    }
  }

  #path(...parts: string[]): string {
    return this.#files.join(this.#directory, ...parts);
  }
}
