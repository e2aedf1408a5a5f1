import { AppError } from '../../base/errors.ts';
import type { Files } from '../../host/files.ts';
import { decodeDocument, encodeDocument } from '../../host/documents.ts';
import { BOOTED_VERSION, bootedSchema } from './booted-snapshot.ts';
import type { Booted } from './booted-snapshot.ts';

const FOLDER = 'booted';
const DOCUMENT = 'booted.json';
const CONSOLE = 'console';
const NEW_PREFIX = '.new-';
const GONE_PREFIX = '.gone-';

/** The booted snapshots of all images, each in a folder that comes and goes by one rename, and goes with its image. */
export class BootedStore {
  readonly #files: Files;
  readonly #images: string;

  /** @param images the `images` folder of the data directory */
  constructor(files: Files, images: string) {
    this.#files = files;
    this.#images = images;
  }

  /** Takes away what a crash left half-made. */
  async sweep(): Promise<void> {
    for (const image of await this.#imageNames()) {
      for (const name of await this.#files.list(this.#path(image))) {
        if (name.startsWith(NEW_PREFIX) || name.startsWith(GONE_PREFIX))
          await this.#files.remove(this.#path(image, name));
      }
    }
  }

  /** Of an image, oldest first. One that cannot be read is worth nothing, and left out. */
  async list(image: string): Promise<Booted[]> {
    const found = await Promise.all(
      (await this.#keys(image)).map((key) => this.#read(image, key).catch(onlyOfTheWorld)),
    );
    return found.filter((booted) => booted !== null).sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Of all images. @throws AppError when any of them cannot be read */
  async readAll(): Promise<Booted[]> {
    const all: Booted[] = [];
    for (const image of await this.#imageNames()) {
      for (const key of await this.#keys(image)) all.push(await this.#read(image, key));
    }
    return all;
  }

  /** What its console showed. */
  async console(image: string, key: string): Promise<Uint8Array> {
    const path = this.#path(image, key, CONSOLE);
    return (await this.#files.inspect(path)) === null ? new Uint8Array(0) : this.#files.read(path);
  }

  /** When this resolves it is there for good. @throws AppError, having left nothing */
  async create(image: string, booted: Booted, scrollback: Uint8Array): Promise<void> {
    const draft = this.#path(image, NEW_PREFIX + booted.key);
    try {
      await this.#files.makeDirectory(draft);
      await this.#files.writeAtomically(this.#files.join(draft, CONSOLE), scrollback);
      await this.#files.writeAtomically(this.#files.join(draft, DOCUMENT), encodeDocument(booted));
      await this.remove(image, booted.key);
      await this.#files.rename(draft, this.#path(image, booted.key));
    } catch (error) {
      await this.#files.remove(draft).catch(() => undefined);
      throw error;
    }
  }

  /** One that is not there is fine. */
  async remove(image: string, key: string): Promise<void> {
    if ((await this.#files.inspect(this.#path(image, key))) === null) return;
    const gone = this.#path(image, GONE_PREFIX + key);
    await this.#files.rename(this.#path(image, key), gone);
    await this.#files.remove(gone).catch(() => undefined);
  }

  async #read(image: string, key: string): Promise<Booted> {
    const path = this.#path(image, key, DOCUMENT);
    return decodeDocument(bootedSchema, BOOTED_VERSION, `read ${path}`, await this.#files.read(path));
  }

  async #imageNames(): Promise<readonly string[]> {
    return (await this.#files.list(this.#images)).filter((name) => !name.startsWith('.'));
  }

  async #keys(image: string): Promise<readonly string[]> {
    return (await this.#files.list(this.#path(image))).filter((name) => !name.startsWith('.'));
  }

  #path(image: string, ...parts: string[]): string {
    return this.#files.join(this.#images, image, FOLDER, ...parts);
  }
}

function onlyOfTheWorld(error: unknown): null {
  if (error instanceof AppError) return null;
  throw error;
}
