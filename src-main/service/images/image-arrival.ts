import type { Disposable } from '../../../src-core/base/disposable.ts';
import { filesOf, type ImageDocument } from '../../../src-core/images/image.ts';
import type { ImageDraft } from '../../../src-core/images/image-store.ts';
import type { TransferTools } from './transfer-tools.ts';

/** An image that comes with a machine. */
export interface ArrivingImage {
  readonly document: ImageDocument;
  /** What it is called here. */
  readonly name: string;
  /** Where a file of it is to be put. */
  pathFor(file: string): string;
  /** It is an image from here on, unless the machine comes to nothing. @throws AppError */
  publish(): Promise<void>;
  /** The machine is there: the image stays. */
  keep(): void;
  /** Takes away what is not to stay. */
  close(): Promise<void>;
}

/** Images that come with machines: one that is here already is shared, another one never takes its name. */
export class ImageArrival {
  readonly #tools: TransferTools;
  constructor(tools: TransferTools) {
    this.#tools = tools;
  }

  async prepare(document: ImageDocument): Promise<ArrivingImage> {
    const { images, store, held } = this.#tools;
    const same = (await images.list()).find((record) => isSame(record.document, document));
    const name = same ? same.document.name : await this.#freeName(document.name);
    const hold = held.hold(name);
    const draft = store.begin();
    try {
      await draft.makeFolder();
    } catch (error) {
      hold.dispose();
      throw error;
    }
    if (same) return new SharedImage(same.document, draft, hold);
    // Its origin stays what it was: from that follows what else its machines are given.
    return new NewImage({ ...document, name }, draft, this.#tools, hold);
  }

  /** Names of the catalogue stand for what is built here, and for nothing else. */
  async #freeName(wanted: string): Promise<string> {
    const { images, store, held } = this.#tools;
    const taken = new Set([
      ...images.catalog().map(({ name }) => name.toLowerCase()),
      ...(await store.names()).map((name) => name.toLowerCase()),
    ]);
    for (let n = 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted.slice(0, 58).replace(/-+$/, '')}-${n}`;
      if (!taken.has(name.toLowerCase()) && !held.has(name)) return name;
    }
  }
}

/** It is here already: what comes is read and checked all the same, and thrown away. */
class SharedImage implements ArrivingImage {
  readonly document: ImageDocument;
  readonly #draft: ImageDraft;
  readonly #hold: Disposable;

  constructor(document: ImageDocument, draft: ImageDraft, hold: Disposable) {
    this.document = document;
    this.#draft = draft;
    this.#hold = hold;
  }

  get name(): string {
    return this.document.name;
  }

  pathFor(file: string): string {
    return this.#draft.absolute(file);
  }

  publish(): Promise<void> {
    return Promise.resolve();
  }

  keep(): void {
    // It was here before.
  }

  async close(): Promise<void> {
    this.#hold.dispose();
    await this.#draft.abandon();
  }
}

class NewImage implements ArrivingImage {
  readonly document: ImageDocument;
  readonly #draft: ImageDraft;
  readonly #tools: TransferTools;
  readonly #hold: Disposable;
  #isPublished = false;
  #isKept = false;

  constructor(document: ImageDocument, draft: ImageDraft, tools: TransferTools, hold: Disposable) {
    this.document = document;
    this.#draft = draft;
    this.#tools = tools;
    this.#hold = hold;
  }

  get name(): string {
    return this.document.name;
  }

  pathFor(file: string): string {
    return this.#draft.absolute(file);
  }

  async publish(): Promise<void> {
    await this.#draft.publish(this.document);
    this.#isPublished = true;
  }

  keep(): void {
    this.#isKept = true;
    this.#tools.onMade(this.name);
  }

  async close(): Promise<void> {
    this.#hold.dispose();
    if (!this.#isPublished) await this.#draft.abandon();
    else if (!this.#isKept) await this.#tools.images.remove(this.name);
  }
}

/** By what is in it: the digests of its files, how it boots, and that it knows no more than the other. */
function isSame(a: ImageDocument, b: ImageDocument): boolean {
  const content = (document: ImageDocument): string => {
    const { boot, generalize } = document;
    return JSON.stringify([
      filesOf(document).map(({ file, sha256 }) => [file, sha256]),
      boot.kind,
      boot.commandLine,
      generalize,
    ]);
  };
  return content(a) === content(b);
}
