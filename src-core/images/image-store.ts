import { AppError } from '../base/errors.ts';
import { nameSchema } from '../contract/names.ts';
import { collect, sourceOf, type ByteSource } from './formats/byte-source.ts';
import {
  filesOf,
  IMAGE_DOCUMENT,
  imageDocumentSchema,
  type ImageDocument,
  type ImageFile,
  type ImageRecord,
} from './image.ts';
import type { Storage } from './storage.ts';
import type { Workshop } from './workshop.ts';

/** Names of images never start with a dot, so an unfinished one can never be taken for one. */
const UNFINISHED = '.unfinished-';
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/** The images on disk: one folder each, complete or not there at all. */
export class ImageStore {
  readonly #storage: Storage;
  readonly #workshop: Pick<Workshop, 'sha256' | 'uniqueName'>;

  constructor(workshop: Pick<Workshop, 'images' | 'sha256' | 'uniqueName'>) {
    this.#storage = workshop.images;
    this.#workshop = workshop;
  }

  /** Sorted by name; folders that are no images or damaged are left out. */
  async list(): Promise<readonly ImageRecord[]> {
    const records: ImageRecord[] = [];
    for (const name of await this.#storage.list('')) {
      const record = await this.#find(name).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'corrupt') return undefined;
        throw error;
      });
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** Names that are taken, by damaged images too. */
  async names(): Promise<readonly string[]> {
    return (await this.#storage.list('')).filter((name) => nameSchema.safeParse(name).success);
  }

  /** @throws AppError 'not-found' | 'corrupt' */
  async get(name: string): Promise<ImageRecord> {
    const record = await this.#find(name);
    if (record !== undefined) return record;
    throw new AppError({
      code: 'not-found',
      doing: `open image ${name}`,
      because: 'there is no such image',
      hint: 'List the images that can be had with "inn image catalog".',
    });
  }

  /** @throws AppError 'not-found' */
  async remove(name: string): Promise<void> {
    if (!nameSchema.safeParse(name).success || !(await this.#storage.list('')).includes(name)) {
      throw new AppError({ code: 'not-found', doing: `remove image ${name}`, because: 'there is no such image' });
    }
    // The name goes first and at once, so that no half of it is ever seen.
    const grave = `${UNFINISHED}${this.#workshop.uniqueName()}`;
    await this.#storage.rename(name, grave);
    await this.#storage.remove(grave);
  }

  /** Removes what unfinished work left. Nobody else may be working in this store. */
  async sweep(): Promise<void> {
    for (const name of await this.#storage.list('')) {
      if (name.startsWith(UNFINISHED)) await this.#storage.remove(name);
    }
  }

  /** Starts a new image. End it with `publish` or `abandon`. */
  begin(): ImageDraft {
    return new ImageDraft(this.#storage, this.#workshop, `${UNFINISHED}${this.#workshop.uniqueName()}`);
  }

  async #find(name: string): Promise<ImageRecord | undefined> {
    if (!nameSchema.safeParse(name).success) return undefined;
    const path = `${name}/${IMAGE_DOCUMENT}`;
    if ((await this.#storage.stat(path)) === undefined) return undefined;
    const bytes = await collect(this.#storage.read(path), MAX_DOCUMENT_BYTES, `image ${name}`);
    const parsed = imageDocumentSchema.safeParse(parseJson(bytes));
    if (!parsed.success || parsed.data.name !== name) throw damaged(name, 'its description cannot be read');
    return await this.#record(parsed.data);
  }

  async #record(document: ImageDocument): Promise<ImageRecord> {
    const { name, boot, disk } = document;
    const listed = filesOf(document);
    for (const { file, sizeBytes } of listed) {
      const info = await this.#storage.stat(`${name}/${file}`);
      if (info?.sizeBytes !== sizeBytes) throw damaged(name, `${file} is missing or of another size`);
    }
    if (boot.kind === 'disk' && disk === null) throw damaged(name, 'it has neither a kernel nor a disk');
    const pathOf = (file: ImageFile | null): string | null => file && this.#storage.absolute(`${name}/${file.file}`);
    return {
      document,
      kernelPath: boot.kind === 'files' ? pathOf(boot.kernel) : null,
      initrdPath: boot.kind === 'files' ? pathOf(boot.initrd) : null,
      diskPath: pathOf(disk),
      sizeBytes: listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
  }
}

/** An image in the making: a folder that is not one yet. */
export class ImageDraft {
  readonly #storage: Storage;
  readonly #workshop: Pick<Workshop, 'sha256'>;
  readonly #folder: string;

  constructor(storage: Storage, workshop: Pick<Workshop, 'sha256'>, folder: string) {
    this.#storage = storage;
    this.#workshop = workshop;
    this.#folder = folder;
  }

  /** Writes a file and flushes it. @throws AppError 'disk-full' */
  async write(file: string, content: ByteSource): Promise<ImageFile> {
    const hasher = this.#workshop.sha256();
    const sink = await this.#storage.create(`${this.#folder}/${file}`);
    let sizeBytes = 0;
    try {
      for await (const chunk of content) {
        hasher.update(chunk);
        sizeBytes += chunk.length;
        await sink.write(chunk);
      }
      await sink.finish();
    } catch (error) {
      await sink.abandon();
      throw error;
    }
    return { file, sizeBytes, sha256: hasher.digest() };
  }

  /** For files that somebody else writes into it. */
  async makeFolder(): Promise<void> {
    await this.#storage.makeFolder(this.#folder);
  }

  /** Where a file of it is on this computer. */
  absolute(file: string): string {
    return this.#storage.absolute(`${this.#folder}/${file}`);
  }

  async remove(file: string): Promise<void> {
    await this.#storage.remove(`${this.#folder}/${file}`);
  }

  /** A file that somebody else has written and flushed. */
  async measure(file: string): Promise<ImageFile> {
    const hasher = this.#workshop.sha256();
    let sizeBytes = 0;
    for await (const chunk of this.#storage.read(`${this.#folder}/${file}`)) {
      hasher.update(chunk);
      sizeBytes += chunk.length;
    }
    return { file, sizeBytes, sha256: hasher.digest() };
  }

  /** Makes it the image of that name. @throws AppError 'disk-full' */
  async publish(document: ImageDocument): Promise<void> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`);
    await this.write(IMAGE_DOCUMENT, sourceOf(bytes));
    await this.#storage.remove(document.name);
    await this.#storage.rename(this.#folder, document.name);
  }

  async abandon(): Promise<void> {
    await this.#storage.remove(this.#folder);
  }
}

function damaged(name: string, problem: string): AppError {
  return new AppError({
    code: 'corrupt',
    doing: `open image ${name}`,
    because: problem,
    hint: `Remove it with "inn image rm ${name}" and get it again.`,
  });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
