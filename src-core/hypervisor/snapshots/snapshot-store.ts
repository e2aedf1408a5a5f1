import { AppError } from '../../base/errors.ts';
import type { Files } from '../../host/files.ts';
import { decodeDocument, encodeDocument } from '../../host/documents.ts';
import { SNAPSHOT_VERSION, snapshotSchema } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';

const FOLDER = 'snapshots';
const DOCUMENT = 'snapshot.json';
const CONSOLE = 'console';
const NEW_PREFIX = '.new-';
const GONE_PREFIX = '.gone-';
const ID = /^[0-9a-f]{16}$/;

/**
 * The snapshots of a machine in its folder, one folder each: `snapshots/ID/snapshot.json` and `console`. One comes and
 * goes by one rename, so none is ever half there.
 */
export class SnapshotStore {
  readonly #files: Files;

  constructor(files: Files) {
    this.#files = files;
  }

  /** Takes away what a crash left half-made. @param machine its folder */
  async sweep(machine: string): Promise<void> {
    for (const name of await this.#files.list(this.#path(machine))) {
      if (name.startsWith(NEW_PREFIX) || name.startsWith(GONE_PREFIX)) {
        await this.#files.remove(this.#path(machine, name));
      }
    }
  }

  /** All that can be read, oldest first. @param onDamaged told of the others, which are kept */
  async list(machine: string, onDamaged: (path: string, problem: AppError) => void): Promise<Snapshot[]> {
    const found: Snapshot[] = [];
    for (const id of await this.#ids(machine)) {
      try {
        found.push(await this.#read(machine, id));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        onDamaged(this.#path(machine, id), error);
      }
    }
    return found.sort((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id));
  }

  /** @throws AppError when any of them cannot be read */
  async readAll(machine: string): Promise<Snapshot[]> {
    const ids = await this.#ids(machine);
    return Promise.all(ids.map((id) => this.#read(machine, id)));
  }

  /** When this resolves it is there for good. @throws AppError, having left nothing */
  async create(machine: string, snapshot: Snapshot, scrollback: Uint8Array): Promise<void> {
    const draft = this.#path(machine, NEW_PREFIX + snapshot.id);
    try {
      await this.#files.makeDirectory(draft);
      await this.#files.writeAtomically(this.#files.join(draft, CONSOLE), scrollback);
      await this.#files.writeAtomically(this.#files.join(draft, DOCUMENT), encodeDocument(snapshot));
      await this.#files.rename(draft, this.#path(machine, snapshot.id));
    } catch (error) {
      await this.#files.remove(draft).catch(() => undefined);
      throw error;
    }
  }

  async update(machine: string, snapshot: Snapshot): Promise<void> {
    await this.#files.writeAtomically(this.#path(machine, snapshot.id, DOCUMENT), encodeDocument(snapshot));
  }

  /** What the console showed then. */
  async console(machine: string, id: string): Promise<Uint8Array> {
    const path = this.#path(machine, id, CONSOLE);
    return (await this.#files.inspect(path)) === null ? new Uint8Array(0) : this.#files.read(path);
  }

  /** When this resolves it is gone for good. */
  async remove(machine: string, id: string): Promise<void> {
    const gone = this.#path(machine, GONE_PREFIX + id);
    await this.#files.rename(this.#path(machine, id), gone);
    await this.#files.remove(gone).catch(() => undefined);
  }

  async #ids(machine: string): Promise<string[]> {
    return (await this.#files.list(this.#path(machine))).filter((name) => ID.test(name));
  }

  async #read(machine: string, id: string): Promise<Snapshot> {
    const path = this.#path(machine, id, DOCUMENT);
    const doing = `read ${path}`;
    const snapshot = decodeDocument(snapshotSchema, SNAPSHOT_VERSION, doing, await this.#files.read(path));
    if (snapshot.id === id) return snapshot;
    throw new AppError({ code: 'corrupt', doing, because: `it names another snapshot, ${snapshot.id}` });
  }

  #path(machine: string, ...parts: string[]): string {
    return this.#files.join(machine, FOLDER, ...parts);
  }
}
