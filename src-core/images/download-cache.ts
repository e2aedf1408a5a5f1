import { AppError } from '../base/errors.ts';
import { cancelled, watched } from './cancellation.ts';
import { corrupt, type ByteSource } from './formats/byte-source.ts';
import type { BuildOptions } from './image.ts';
import type { FileSink, Storage } from './storage.ts';
import type { Fetcher, Workshop } from './workshop.ts';

/** A file that is known by its content before it is there. */
export interface Wanted {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly url: string;
  /** "linux-image-6.12.48": for phases and errors. */
  readonly label: string;
}

const FILES = 'sha256';
const PARTS = 'parts';
/** A part that nobody has written to for so long is left over; parts of a running download are younger. */
const STALE_PART_MS = 3600 * 1000;
const ATTEMPTS = 3;

/**
 * Downloads by their SHA-256. A file is checked when it arrives and again each time it is used, so a cache that was
 * damaged or tampered with is only slower. Several processes may share it: parts have names of their own and become
 * files by renaming.
 */
export class DownloadCache {
  readonly #storage: Storage;
  readonly #fetcher: Fetcher;
  readonly #workshop: Pick<Workshop, 'sha256' | 'now' | 'uniqueName'>;

  constructor(workshop: Pick<Workshop, 'cache' | 'fetcher' | 'sha256' | 'now' | 'uniqueName'>) {
    this.#storage = workshop.cache;
    this.#fetcher = workshop.fetcher;
    this.#workshop = workshop;
  }

  /**
   * A complete, checked file, downloaded where it is not there.
   * @returns its path in the cache's storage
   * @throws AppError 'corrupt' | 'network' | 'not-found' | 'disk-full' | 'cancelled'
   */
  async get(wanted: Wanted, options: BuildOptions): Promise<string> {
    const path = `${FILES}/${wanted.sha256}`;
    if (await this.#isGood(path, wanted, options)) return path;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#download(path, wanted, options);
        return path;
      } catch (error) {
        // A connection that broke is worth another try; a wrong file is the mirror's and stays wrong.
        if (!(error instanceof AppError) || error.code !== 'network' || attempt === ATTEMPTS) throw error;
        if (options.signal.aborted) throw cancelled(`download ${wanted.label}`);
      }
    }
  }

  /**
   * A file as its server has it now, which nobody names, if it was checked here before or is among those that count anyway.
   * @returns its path in the cache's storage; undefined when it is none of those
   * @throws AppError 'network' | 'not-found' | 'disk-full' | 'cancelled', 'corrupt' when it is longer than `mostBytes`
   */
  async known(
    { url, label, mostBytes }: Pick<Wanted, 'url' | 'label'> & { readonly mostBytes: number },
    others: readonly Pick<Wanted, 'sha256' | 'sizeBytes'>[],
    options: BuildOptions,
  ): Promise<string | undefined> {
    const { body } = await this.#fetcher.open(url, options.signal);
    const hasher = this.#workshop.sha256();
    let sizeBytes = 0;
    for await (const chunk of watched(body, options.signal, `download ${label}`)) {
      sizeBytes += chunk.length;
      if (sizeBytes > mostBytes) throw corrupt(label, 'it is too large');
      hasher.update(chunk);
    }
    const wanted = { sha256: hasher.digest(), sizeBytes, url, label };
    const path = `${FILES}/${wanted.sha256}`;
    if (await this.#isGood(path, wanted, options)) return path;
    return others.some(({ sha256 }) => sha256 === wanted.sha256) ? await this.get(wanted, options) : undefined;
  }

  /** The bytes of a file that `get` or `known` returned. */
  open(path: string): ByteSource {
    return this.#storage.read(path);
  }

  /** Takes away parts that a killed process left. */
  async sweep(): Promise<void> {
    for (const name of await this.#storage.list(PARTS)) {
      const info = await this.#storage.stat(`${PARTS}/${name}`);
      if (info !== undefined && info.modifiedAt < this.#workshop.now() - STALE_PART_MS) {
        await this.#storage.remove(`${PARTS}/${name}`);
      }
    }
  }

  async #isGood(path: string, wanted: Wanted, options: BuildOptions): Promise<boolean> {
    const info = await this.#storage.stat(path);
    if (info === undefined) return false;
    if (info.sizeBytes !== wanted.sizeBytes) return false;
    const hasher = this.#workshop.sha256();
    const phase = `Verifying ${wanted.label}`;
    const passed = (bytes: number): void => options.progress({ phase, fraction: fractionOf(bytes, wanted.sizeBytes) });
    const source = watched(this.#storage.read(path), options.signal, `verify ${wanted.label}`, passed);
    for await (const chunk of source) hasher.update(chunk);
    return hasher.digest() === wanted.sha256;
  }

  async #download(path: string, wanted: Wanted, options: BuildOptions): Promise<void> {
    const phase = `Downloading ${wanted.label}`;
    options.progress({ phase, fraction: 0 });
    const { sizeBytes, body } = await this.#fetcher.open(wanted.url, options.signal);
    const part = `${PARTS}/${this.#workshop.uniqueName()}`;
    const sink = await this.#storage.create(part).catch(async (error: unknown) => {
      await body[Symbol.asyncIterator]().return?.();
      throw error;
    });
    try {
      if (sizeBytes !== undefined && sizeBytes !== wanted.sizeBytes) throw wrongSize(wanted);
      const passed = (bytes: number): void =>
        options.progress({ phase, fraction: fractionOf(bytes, wanted.sizeBytes) });
      await this.#receive(watched(body, options.signal, `download ${wanted.label}`, passed), sink, wanted);
      await sink.finish();
    } catch (error) {
      await sink.abandon();
      await this.#storage.remove(part);
      throw error;
    }
    await this.#storage.rename(part, path);
  }

  async #receive(body: ByteSource, sink: FileSink, wanted: Wanted): Promise<void> {
    const hasher = this.#workshop.sha256();
    let total = 0;
    for await (const chunk of body) {
      total += chunk.length;
      // A server that never ends must not fill the disk.
      if (total > wanted.sizeBytes) throw wrongSize(wanted);
      hasher.update(chunk);
      await sink.write(chunk);
    }
    if (total < wanted.sizeBytes) {
      throw new AppError({
        code: 'network',
        doing: `download ${wanted.label}`,
        because: `the connection ended after ${total} of ${wanted.sizeBytes} bytes`,
        hint: 'Try again.',
      });
    }
    if (hasher.digest() !== wanted.sha256)
      throw corrupt(wanted.label, 'its SHA-256 is not the one that the archive lists');
  }
}

function wrongSize(wanted: Wanted): AppError {
  return corrupt(wanted.label, `it is not of the ${wanted.sizeBytes} bytes that the archive lists`);
}

function fractionOf(bytes: number, total: number): number {
  return total === 0 ? 1 : Math.min(1, bytes / total);
}
