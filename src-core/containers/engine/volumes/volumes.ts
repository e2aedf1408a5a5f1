import { z } from 'zod';
import type { Disposable } from '../../../base/disposable.ts';
import { Emitter } from '../../../base/emitter.ts';
import { AppError } from '../../../base/errors.ts';
import { Turns } from '../../../base/turns.ts';
import { nameSchema, timeSchema } from '../../../contract/names.ts';
import { decodeDocument, encodeDocument } from '../../../host/documents.ts';
import type { Files } from '../../../host/files.ts';

const VERSION = 1;
const volumeSchema = z.object({ name: nameSchema, node: z.string(), createdAt: timeSchema });
const documentSchema = z.object({ version: z.literal(VERSION), volumes: z.array(volumeSchema) });

/** What outlives containers: a folder on the disk of one node. */
export type Volume = z.infer<typeof volumeSchema>;

/**
 * `containers/volumes.json`: which volumes there are, and on which node each lies. One is written down before it is
 * made on its node, and is taken from there before it is forgotten.
 */
export class Volumes {
  readonly #files: Files;
  readonly #path: string;
  readonly #turns = new Turns();
  readonly #changed = new Emitter<Volume>();
  readonly #removed = new Emitter<string>();
  #volumes: readonly Volume[] = [];

  constructor(files: Files, path: string) {
    this.#files = files;
    this.#path = path;
  }

  /** Once, before anything else. @throws AppError when it cannot be read: then nobody may forget what was in it */
  async open(): Promise<void> {
    if ((await this.#files.inspect(this.#path)) === null) return;
    const bytes = await this.#files.read(this.#path);
    this.#volumes = decodeDocument(documentSchema, VERSION, 'read the volumes', bytes, 'volumes').volumes;
  }

  onChanged(listener: (volume: Volume) => void): Disposable {
    return this.#changed.on(listener);
  }

  onRemoved(listener: (name: string) => void): Disposable {
    return this.#removed.on(listener);
  }

  list(): readonly Volume[] {
    return [...this.#volumes].sort((a, b) => a.name.localeCompare(b.name));
  }

  find(name: string): Volume | undefined {
    const wanted = name.toLowerCase();
    return this.#volumes.find((volume) => volume.name.toLowerCase() === wanted);
  }

  /** @throws AppError 'not-found' */
  get(name: string, doing: string): Volume {
    const volume = this.find(name);
    if (volume) return volume;
    throw new AppError({ code: 'not-found', doing, because: `there is no volume ${name}` });
  }

  on(node: string): Volume[] {
    return this.#volumes.filter((volume) => volume.node === node);
  }

  /** Safely written down when this resolves; those that are there already stay where they are. @throws AppError */
  add(names: readonly string[], node: string, now: number): Promise<void> {
    return this.#change((volumes) => {
      const isNew = (name: string): boolean => !volumes.some((each) => each.name.toLowerCase() === name.toLowerCase());
      return [...volumes, ...names.filter(isNew).map((name) => ({ name, node, createdAt: now }))];
    });
  }

  /** @throws AppError */
  remove(names: readonly string[]): Promise<void> {
    return this.#change((volumes) => volumes.filter(({ name }) => !names.includes(name)));
  }

  tell(volume: Volume): void {
    this.#changed.fire(volume);
  }

  #change(update: (now: readonly Volume[]) => readonly Volume[]): Promise<void> {
    return this.#turns.take(async () => {
      const before = this.#volumes;
      const next = update(before);
      if (next.length === before.length) return;
      await this.#files.writeAtomically(this.#path, encodeDocument({ version: VERSION, volumes: next }));
      this.#volumes = next;
      for (const volume of next) if (!before.includes(volume)) this.#changed.fire(volume);
      for (const volume of before) if (!next.includes(volume)) this.#removed.fire(volume.name);
    });
  }
}
