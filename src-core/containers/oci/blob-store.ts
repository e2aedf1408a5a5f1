import { AppError } from '../../base/errors.ts';
import { watched } from '../../images/cancellation.ts';
import { collect, type ByteSource } from '../../images/formats/byte-source.ts';
import type { AbortSignalLike } from '../../images/image.ts';
import type { FileSink } from '../../images/storage.ts';
import type { Hasher } from '../../images/workshop.ts';
import { KeyedTurns } from './keyed-turns.ts';
import { damaged, type Descriptor } from './manifest.ts';
import type { ImageSurroundings } from './outside.ts';

const BLOBS = 'blobs/sha256';
/** By the digest that they are to have: a download goes on where it was, also after a crash. */
const PARTS = 'blobs/partial';
/** Whose digest is not known yet. */
const DRAFTS = 'blobs/drafts';

/** Where the bytes of a blob come from. `from` is where they begin: 0 where the source cannot begin in the middle. */
export type OpenBlob = (offset: number) => Promise<{ readonly from: number; readonly bytes: ByteSource }>;

export interface Receiving {
  readonly doing: string;
  /** "layer 0123456789ab". */
  readonly what: string;
  readonly signal: AbortSignalLike;
  /** Bytes that are here. */
  passed(bytes: number): void;
}

/** Bytes by their SHA-256. What is in here was checked when it came. */
export class BlobStore {
  readonly #outside: Pick<ImageSurroundings, 'storage' | 'sha256' | 'uniqueName'>;
  readonly #turns = new KeyedTurns();

  constructor(outside: Pick<ImageSurroundings, 'storage' | 'sha256' | 'uniqueName'>) {
    this.#outside = outside;
  }

  /** What a crash left half-made and nobody can go on with. */
  async sweep(): Promise<void> {
    await this.#outside.storage.remove(DRAFTS);
  }

  /** Undefined when it is not here. */
  async size(digest: string): Promise<number | undefined> {
    return (await this.#outside.storage.stat(pathOf(digest)))?.sizeBytes;
  }

  read(digest: string): ByteSource {
    return this.#outside.storage.read(pathOf(digest));
  }

  /** A small one, checked again. @throws AppError 'not-found', 'corrupt' */
  async readChecked(digest: string, limit: number, what: string): Promise<Uint8Array> {
    const bytes = await collect(this.read(digest), limit, what);
    if (this.digestOf(bytes) !== digest) throw damaged(`read ${what}`, 'its file was changed');
    return bytes;
  }

  digestOf(bytes: Uint8Array): string {
    const hasher = this.#outside.sha256();
    hasher.update(bytes);
    return `sha256:${hasher.digest()}`;
  }

  /** @returns its digest */
  async put(bytes: Uint8Array): Promise<string> {
    const digest = this.digestOf(bytes);
    await this.#turns.take(digest, async () => {
      if ((await this.size(digest)) !== bytes.length)
        await this.#outside.storage.replace(await this.#path(digest), bytes);
    });
    return digest;
  }

  /** Writes what comes, whatever it is. @param known hears its digest before it is here by it */
  async keep(
    source: ByteSource,
    known: (digest: string) => void = () => undefined,
  ): Promise<{ readonly digest: string; readonly sizeBytes: number }> {
    const { storage, sha256, uniqueName } = this.#outside;
    const draft = `${DRAFTS}/${uniqueName()}`;
    const hasher = sha256();
    let sizeBytes = 0;
    await writeFile(await storage.create(draft), async (write) => {
      for await (const chunk of source) {
        hasher.update(chunk);
        sizeBytes += chunk.length;
        await write(chunk);
      }
    }).catch(async (error: unknown) => {
      await storage.remove(draft);
      throw error;
    });
    const digest = `sha256:${hasher.digest()}`;
    known(digest);
    await storage.rename(draft, pathOf(digest));
    return { digest, sizeBytes };
  }

  /**
   * Makes sure that a blob is here. Two who want the same wait for one. When the source breaks, what came stays for the
   * next time; when it lies, nothing does.
   * @throws AppError 'corrupt' for other bytes than the descriptor tells; else as the source does
   */
  receive(wanted: Descriptor, open: OpenBlob, receiving: Receiving): Promise<void> {
    return this.#turns.take(wanted.digest, async () => {
      if ((await this.size(wanted.digest)) === wanted.size) {
        receiving.passed(wanted.size);
        return;
      }
      const began = await this.#partSize(wanted);
      try {
        await this.#receive(wanted, began, open, receiving);
      } catch (error) {
        const isLie = error instanceof AppError && error.code === 'corrupt';
        if (isLie) await this.#outside.storage.remove(partOf(wanted.digest));
        // What was kept of another time may be what is wrong.
        if (!isLie || began === 0) throw error;
        await this.#receive(wanted, 0, open, receiving).catch(async (again: unknown) => {
          if (again instanceof AppError && again.code === 'corrupt') await this.forgetPart(wanted.digest);
          throw again;
        });
      }
      await this.#outside.storage.rename(partOf(wanted.digest), pathOf(wanted.digest));
    });
  }

  /** Digests of what is here. */
  async list(): Promise<readonly string[]> {
    return (await this.#outside.storage.list(BLOBS)).filter((name) => HEX.test(name)).map((hex) => `sha256:${hex}`);
  }

  /** Digests of what is here in part. */
  async parts(): Promise<readonly string[]> {
    return (await this.#outside.storage.list(PARTS)).filter((name) => HEX.test(name)).map((hex) => `sha256:${hex}`);
  }

  /** When it was written last; undefined when there is neither the blob nor a part of it. */
  async touchedAt(digest: string): Promise<number | undefined> {
    const { storage } = this.#outside;
    return (await storage.stat(pathOf(digest)))?.modifiedAt ?? (await storage.stat(partOf(digest)))?.modifiedAt;
  }

  /** @returns bytes that were freed */
  async remove(digest: string): Promise<number> {
    const sizeBytes = (await this.size(digest)) ?? 0;
    await this.#outside.storage.remove(pathOf(digest));
    return sizeBytes;
  }

  /** @returns bytes that were freed */
  async forgetPart(digest: string): Promise<number> {
    const sizeBytes = (await this.#outside.storage.stat(partOf(digest)))?.sizeBytes ?? 0;
    await this.#outside.storage.remove(partOf(digest));
    return sizeBytes;
  }

  async #partSize(wanted: Descriptor): Promise<number> {
    const sizeBytes = (await this.#outside.storage.stat(partOf(wanted.digest)))?.sizeBytes ?? 0;
    return sizeBytes <= wanted.size ? sizeBytes : 0;
  }

  /** The digest is of what was kept and what comes: of the whole file. */
  async #receive(wanted: Descriptor, began: number, open: OpenBlob, receiving: Receiving): Promise<void> {
    const { storage, sha256 } = this.#outside;
    const part = partOf(wanted.digest);
    // All of it is here when only the renaming was missing.
    const source = began === wanted.size && began > 0 ? undefined : await open(began);
    const from = source?.from ?? began;
    const sink = await this.#sink(part, from).catch(async (error: unknown) => {
      await source?.bytes[Symbol.asyncIterator]().return?.();
      throw error;
    });
    await writeFile(sink, async (write) => {
      const hasher = sha256();
      if (from > 0)
        for await (const chunk of watched(storage.read(part), receiving.signal, receiving.doing)) hasher.update(chunk);
      receiving.passed(from);
      const total = await append(source?.bytes, { wanted, from, hasher, write }, receiving);
      if (total < wanted.size) throw broken(receiving, total, wanted.size);
      if (`sha256:${hasher.digest()}` !== wanted.digest) throw wrongBytes(receiving);
    });
  }

  async #sink(part: string, from: number): Promise<FileSink> {
    const { storage } = this.#outside;
    if (from > 0) return storage.append(part);
    await storage.remove(part);
    return storage.create(part);
  }

  async #path(digest: string): Promise<string> {
    await this.#outside.storage.makeFolder(BLOBS);
    return pathOf(digest);
  }
}

const HEX = /^[0-9a-f]{64}$/;

interface Append {
  readonly wanted: Descriptor;
  readonly from: number;
  readonly hasher: Hasher;
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

async function append(source: ByteSource | undefined, to: Append, receiving: Receiving): Promise<number> {
  let total = to.from;
  if (source === undefined) return total;
  for await (const chunk of watched(source, receiving.signal, receiving.doing)) {
    total += chunk.length;
    // A source that never ends must not fill the disk.
    if (total > to.wanted.size) {
      throw damaged(
        receiving.doing,
        `${receiving.what} is larger than the ${to.wanted.size} bytes that were announced`,
      );
    }
    to.hasher.update(chunk);
    await to.write(chunk);
    receiving.passed(total);
  }
  return total;
}

/** What was written is on the disk also when the work fails: it may be gone on with. */
async function writeFile(sink: FileSink, work: (write: FileSink['write']) => Promise<void>): Promise<void> {
  try {
    await work((bytes) => sink.write(bytes));
  } catch (error) {
    // The failure that led here is the one to be told.
    await sink.finish().catch(() => sink.abandon());
    throw error;
  }
  await sink.finish();
}

function broken({ doing, what }: Receiving, got: number, of: number): AppError {
  const because = `${what} ended after ${got} of ${of} bytes`;
  return new AppError({ code: 'network', doing, because, hint: 'Try again; it goes on where it was.' });
}

function wrongBytes({ doing, what }: Receiving): AppError {
  return damaged(doing, `${what} is not what its digest says`);
}

export function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

function pathOf(digest: string): string {
  return `${BLOBS}/${hexOf(digest)}`;
}

function partOf(digest: string): string {
  return `${PARTS}/${hexOf(digest)}`;
}
