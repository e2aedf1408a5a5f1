import { AppError } from '../../../base/errors.ts';
import { decodeDocument, encodeDocument } from '../../../host/documents.ts';
import type { Files } from '../../../host/files.ts';
import { CONTAINER_VERSION, containerDefinitionSchema } from './definition.ts';
import type { ContainerDefinition } from './definition.ts';
import { containerRecordSchema, NEVER_RUN, RUN_RECORD_VERSION } from './run-record.ts';
import type { ContainerRecord } from './run-record.ts';

/**
 * The containers on disk, one folder each below `containers/instances/`:
 *
 *   ID/container.json   the definition            ID/run.json    what happened to it
 *   ID/log, ID/log.1    what it printed           ID/runtime.json  what its process was last started with
 *   .gone-ID            being deleted: swept
 *
 * A folder without container.json is of one that was never acknowledged: it is swept.
 */
const DEFINITION = 'container.json';
const RUN_RECORD = 'run.json';
const RUNTIME_CONFIG = 'runtime.json';
const GONE_PREFIX = '.gone-';
const ID = /^[0-9a-f]{16}$/;

export interface StoredContainer {
  readonly definition: ContainerDefinition;
  readonly record: ContainerRecord;
}

/** One whose definition cannot be read: everything of it is kept as it is. */
export interface DamagedContainer {
  readonly id: string;
  readonly path: string;
  readonly problem: AppError;
}

export class ContainerStore {
  readonly #files: Files;
  readonly #directory: string;

  /** @param directory `containers/instances` of the data directory */
  constructor(files: Files, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  /** Takes away what a crash left half-made and reads what is there. To be called once, first. */
  async open(): Promise<{ containers: StoredContainer[]; damaged: DamagedContainer[] }> {
    const containers: StoredContainer[] = [];
    const damaged: DamagedContainer[] = [];
    await this.#files.makeDirectory(this.#directory);
    for (const name of await this.#files.list(this.#directory)) {
      if (name.startsWith(GONE_PREFIX)) await this.#files.remove(this.#path(name));
      if (!ID.test(name)) continue;
      const found = await this.#load(name);
      if (found === null) await this.#files.remove(this.#path(name));
      else if ('problem' in found) damaged.push(found);
      else containers.push(found);
    }
    return { containers, damaged };
  }

  /** Where its log lies too. */
  folder(id: string): string {
    return this.#path(id);
  }

  /** When this resolves, the container is there for good. @throws AppError, having left nothing */
  async create(definition: ContainerDefinition): Promise<void> {
    try {
      await this.#files.makeDirectory(this.#path(definition.id));
      await this.update(definition);
    } catch (error) {
      await this.#files.remove(this.#path(definition.id)).catch(() => undefined);
      throw error;
    }
  }

  async update(definition: ContainerDefinition): Promise<void> {
    await this.#files.writeAtomically(this.#path(definition.id, DEFINITION), encodeDocument(definition));
  }

  async writeRecord(id: string, record: ContainerRecord): Promise<void> {
    await this.#files.writeAtomically(this.#path(id, RUN_RECORD), encodeDocument(record));
  }

  async writeRuntimeConfig(id: string, json: string): Promise<void> {
    await this.#files.writeAtomically(this.#path(id, RUNTIME_CONFIG), new TextEncoder().encode(json));
  }

  /** @returns null when it was never started */
  async readRuntimeConfig(id: string): Promise<string | null> {
    const path = this.#path(id, RUNTIME_CONFIG);
    if ((await this.#files.inspect(path)) === null) return null;
    return new TextDecoder().decode(await this.#files.read(path));
  }

  /** When this resolves, it is gone for good. */
  async remove(id: string): Promise<void> {
    const gone = this.#path(GONE_PREFIX + id);
    await this.#files.rename(this.#path(id), gone);
    // What is in the way of that is swept when Innkeeper starts.
    void this.#files.remove(gone).catch(() => undefined);
  }

  async #load(id: string): Promise<StoredContainer | DamagedContainer | null> {
    const path = this.#path(id, DEFINITION);
    const doing = `read the definition of container ${id}`;
    try {
      if ((await this.#files.inspect(path)) === null) return null;
      const bytes = await this.#files.read(path);
      const definition = decodeDocument(containerDefinitionSchema, CONTAINER_VERSION, doing, bytes, 'container');
      if (definition.id === id) return { definition, record: await this.#loadRecord(id) };
      throw new AppError({ code: 'corrupt', doing, because: `it names another container, ${definition.id}` });
    } catch (problem) {
      if (!(problem instanceof AppError)) throw problem;
      return { id, path, problem };
    }
  }

  /** What happened to it matters less than that it is there: an unreadable record counts as none. */
  async #loadRecord(id: string): Promise<ContainerRecord> {
    try {
      const bytes = await this.#files.read(this.#path(id, RUN_RECORD));
      const doing = `read the run record of container ${id}`;
      return decodeDocument(containerRecordSchema, RUN_RECORD_VERSION, doing, bytes, 'container');
    } catch (error) {
      if (error instanceof AppError) return NEVER_RUN;
      throw error;
    }
  }

  #path(...parts: string[]): string {
    return this.#files.join(this.#directory, ...parts);
  }
}
