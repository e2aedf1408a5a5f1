import { z } from 'zod';
import { Emitter } from '../../base/emitter.ts';
import { AppError } from '../../base/errors.ts';
import { Turns } from '../../base/turns.ts';
import { digestSchema } from '../../contract/container-images.ts';
import { timeSchema } from '../../contract/names.ts';
import { decodeDocument, encodeDocument } from '../../host/documents.ts';
import { collect } from '../../images/formats/byte-source.ts';
import { findImage } from './find-image.ts';
import type { ImageEntry, KeptImage } from './kept-image.ts';
import type { ImageSurroundings } from './outside.ts';

const DOCUMENT = 'images.json';
const VERSION = 1;
const MOST_BYTES = 64 * 1024 * 1024;

const documentSchema = z.object({
  version: z.literal(VERSION),
  images: z.array(
    z.object({ id: digestSchema, digest: digestSchema, names: z.array(z.string()), arrivedAt: timeSchema }),
  ),
});

/** Which images there are, and by what names. A name belongs to one image. */
export class ImageCatalog {
  readonly changed = new Emitter<KeptImage>();
  readonly removed = new Emitter<string>();
  readonly #storage: ImageSurroundings['storage'];
  readonly #turns = new Turns();
  #images: ReadonlyMap<string, KeptImage> = new Map();
  /** Written down, but not whole: it keeps its entry, so that pulling it again mends it. */
  #broken: readonly ImageEntry[] = [];

  constructor(storage: ImageSurroundings['storage']) {
    this.#storage = storage;
  }

  /** @param read puts one together @throws AppError 'corrupt' when the document cannot be read */
  async open(read: (entry: ImageEntry) => Promise<KeptImage>): Promise<void> {
    const images = new Map<string, KeptImage>();
    const broken: ImageEntry[] = [];
    for (const entry of await this.#read()) {
      try {
        images.set(entry.id, await read(entry));
      } catch (error) {
        if (!(error instanceof AppError) || !['corrupt', 'not-found', 'not-supported'].includes(error.code))
          throw error;
        broken.push(entry);
      }
    }
    this.#images = images;
    this.#broken = broken;
  }

  list(): readonly KeptImage[] {
    return [...this.#images.values()];
  }

  /** @throws AppError 'invalid-input' when it is the beginning of several */
  find(reference: string, doing: string): KeptImage | undefined {
    return findImage(this.list(), reference, doing);
  }

  /** Notes an image under more names, which other images lose. @throws AppError as writing does */
  put(image: KeptImage, names: readonly string[]): Promise<KeptImage> {
    return this.#turns.take(async () => {
      const there = this.#images.get(image.id);
      const kept = { ...image, arrivedAt: there?.arrivedAt ?? image.arrivedAt, names: merged(there, names) };
      const robbed = this.list().filter(
        ({ id, names: own }) => id !== image.id && own.some((name) => names.includes(name)),
      );
      const without = robbed.map((other) => ({ ...other, names: other.names.filter((name) => !names.includes(name)) }));
      await this.#change([kept, ...without], []);
      return kept;
    });
  }

  /** @param change what is to be of it: undefined to remove it @returns whether it was removed */
  update(id: string, change: (image: KeptImage) => KeptImage | undefined): Promise<boolean> {
    return this.#turns.take(async () => {
      const image = this.#images.get(id);
      if (image === undefined) return false;
      const next = change(image);
      await this.#change(next ? [next] : [], next ? [] : [id]);
      return next === undefined;
    });
  }

  /** Only once it is on the disk, it is so. */
  async #change(put: readonly KeptImage[], remove: readonly string[]): Promise<void> {
    const next = new Map(this.#images);
    for (const image of put) next.set(image.id, image);
    for (const id of remove) next.delete(id);
    const entries = [...next.values(), ...this.#broken.filter(({ id }) => !next.has(id))];
    const images = entries.map(({ id, digest, names, arrivedAt }) => ({ id, digest, names: [...names], arrivedAt }));
    await this.#storage.replace(DOCUMENT, encodeDocument({ version: VERSION, images }));
    this.#images = next;
    for (const image of put) this.changed.fire(image);
    for (const id of remove) this.removed.fire(id);
  }

  async #read(): Promise<readonly ImageEntry[]> {
    if ((await this.#storage.stat(DOCUMENT)) === undefined) return [];
    const bytes = await collect(this.#storage.read(DOCUMENT), MOST_BYTES, DOCUMENT);
    return decodeDocument(documentSchema, VERSION, `read ${this.#storage.absolute(DOCUMENT)}`, bytes, 'file').images;
  }
}

function merged(there: KeptImage | undefined, names: readonly string[]): readonly string[] {
  return [...new Set([...(there?.names ?? []), ...names])];
}
