import { AppError } from '../../base/errors.ts';
import { throwIfCancelled, watched } from '../cancellation.ts';
import { DownloadCache, type Wanted } from '../download-cache.ts';
import { collect, corrupt, type ByteSource } from '../formats/byte-source.ts';
import { readDeb } from '../formats/deb.ts';
import type { TarEntry } from '../formats/tar.ts';
import type { BuildOptions, ReportProgress } from '../image.ts';
import type { Workshop } from '../workshop.ts';
import { fetchRelease, RELEASE, signedPart } from './in-release.ts';
import { KEYRING_FILE, KEYRING_PACKAGE } from './keyring.ts';
import type { KnownFile } from './known-indexes.ts';
import { PackageIndex, type PackageRecord } from './packages.ts';
import { checkRelease, parseRelease, type Release, type ReleaseDateChecks } from './release.ts';

/** Which part of which archive. */
export interface ArchiveSettings {
  /** Base addresses of mirrors, tried in turn until one has the suite. */
  readonly mirrors: readonly string[];
  readonly suite: string;
  readonly component: string;
  readonly architecture: string;
  /** Fingerprints of the certificates that may sign it. */
  readonly trusted: readonly string[];
  /** Keyrings of this computer; where none of them has the certificate, the archive's own package is asked. */
  readonly keyrings: readonly Uint8Array[];
  readonly checks: ReleaseDateChecks;
  /** Indexes that count even where the release names another one: see `known-indexes.ts`. */
  readonly knownIndexes: readonly KnownFile[];
}

/** Packages is 54 MB, a keyring 60 kB; much more is an attack. */
const MAX_INDEX_BYTES = 512 * 1024 * 1024;
const MAX_KEYRING_BYTES = 4 * 1024 * 1024;

/** A Debian archive whose index was verified down from a trusted signature. */
export class DebianArchive {
  readonly release: Release;
  readonly packages: PackageIndex;
  readonly #access: Access;

  private constructor(release: Release, packages: PackageIndex, access: Access) {
    this.release = release;
    this.packages = packages;
    this.#access = access;
  }

  /** @throws AppError 'network' | 'corrupt' | 'unavailable' | 'disk-full' | 'cancelled' */
  static async open(workshop: Workshop, settings: ArchiveSettings, options: BuildOptions): Promise<DebianArchive> {
    const cache = new DownloadCache(workshop);
    const { message, mirror } = await fetchRelease(workshop.fetcher, settings, options);
    const access = new Access(workshop, cache, { ...settings, mirror }, options);
    const release = await access.verifiedRelease(message);
    checkRelease(release, settings.suite, workshop.now(), settings.checks, RELEASE);
    return new DebianArchive(release, await access.packageIndex(release), access);
  }

  /**
   * Downloads packages one after another and checks each. Where they are is asked for with `entries`.
   * @param progress in place of the one that the archive was opened with
   */
  async fetch(record: PackageRecord, progress?: ReportProgress): Promise<void> {
    await this.#access.fetchPackage(record, progress);
  }

  /** The files that a fetched package installs. @throws AppError 'corrupt' | 'cancelled' */
  entries(record: PackageRecord, passed?: (bytes: number) => void): AsyncGenerator<TarEntry, void, void> {
    return this.#access.entries(record, 'data', passed);
  }

  /** What a fetched package tells dpkg: its description, scripts, conffiles. @throws AppError 'corrupt' | 'cancelled' */
  control(record: PackageRecord): AsyncGenerator<TarEntry, void, void> {
    return this.#access.entries(record, 'control');
  }

  /** The address of the mirror that all of this came from. */
  get mirror(): string {
    return this.#access.mirror;
  }
}

/** What all steps share. */
class Access {
  readonly #workshop: Workshop;
  readonly #cache: DownloadCache;
  readonly #settings: ArchiveSettings & { readonly mirror: string };
  readonly #options: BuildOptions;

  constructor(
    workshop: Workshop,
    cache: DownloadCache,
    settings: ArchiveSettings & { readonly mirror: string },
    options: BuildOptions,
  ) {
    this.#workshop = workshop;
    this.#cache = cache;
    this.#settings = settings;
    this.#options = options;
  }

  async verifiedRelease(message: Uint8Array): Promise<Release> {
    const { keyrings, trusted } = this.#settings;
    let result = await this.#workshop.verifyClearSigned({ message, keyrings, trusted });
    if (!('text' in result)) {
      const keyring = await this.#bootstrapKeyring(message);
      if (keyring !== undefined) {
        result = await this.#workshop.verifyClearSigned({ message, keyrings: [keyring], trusted });
      }
    }
    if ('text' in result) return parseRelease(result.text, RELEASE);
    throw corrupt(RELEASE, result.problem);
  }

  /**
   * The certificates out of the archive that they are to verify. That is sound because only those with a pinned
   * fingerprint count: what the unverified index names is merely a place to look for them.
   */
  async #bootstrapKeyring(message: Uint8Array): Promise<Uint8Array | undefined> {
    const text = signedPart(message);
    if (text === undefined) return undefined;
    const record = (await this.packageIndex(parseRelease(text, RELEASE))).find(KEYRING_PACKAGE);
    if (record === undefined || record.sizeBytes > MAX_KEYRING_BYTES) return undefined;
    await this.fetchPackage(record);
    for await (const entry of this.entries(record, 'data')) {
      if (entry.type !== 'file' || !KEYRING_FILE.test(entry.path)) continue;
      return await collect(entry.content, MAX_KEYRING_BYTES, KEYRING_PACKAGE);
    }
    return undefined;
  }

  async packageIndex(release: Release): Promise<PackageIndex> {
    const { mirror, suite, component, architecture } = this.#settings;
    const plainPath = `${component}/binary-${architecture}/Packages`;
    const path = `${plainPath}.xz`;
    const listed = release.files.get(path);
    const plain = release.files.get(plainPath);
    if (listed === undefined || plain === undefined) throw corrupt(RELEASE, `it does not list ${path}`);
    let plainBytes = plain.sizeBytes;
    // What is not verified yet must not fill the disk.
    if (Math.max(listed.sizeBytes, plain.sizeBytes) > MAX_INDEX_BYTES) throw corrupt(RELEASE, `${path} is too large`);
    const label = 'the list of packages';
    const folder = `${mirror}/dists/${suite}`;
    // By its hash, so that a mirror in the middle of an update still has the file that this release means.
    const name = release.acquireByHash ? path.replace(/[^/]*$/, `by-hash/SHA256/${listed.sha256}`) : path;
    const wanted = { ...listed, url: `${folder}/${name}`, label };
    const file = await this.#cache.get(wanted, this.#options).catch(async (error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'not-found') throw error;
      const before = await this.#indexBefore(`${folder}/${path}`, label);
      if (before === undefined) throw error;
      plainBytes = MAX_INDEX_BYTES;
      return before;
    });
    const passed = (bytes: number): void =>
      this.#options.progress({
        phase: 'Reading the list of packages',
        fraction: Math.min(1, bytes / listed.sizeBytes),
      });
    const source = watched(this.#cache.open(file), this.#options.signal, `read ${label}`, passed);
    const plainSource = limited(this.#workshop.decompress('xz', source, label), plainBytes, label);
    return await PackageIndex.read(plainSource, label);
  }

  /**
   * The index of an earlier release, when the mirror has the new release and not yet the index that it names. Only one that
   * was checked against a signature of its time, here before or by us: so this is a mirror that is behind, and nothing worse.
   */
  async #indexBefore(url: string, label: string): Promise<string | undefined> {
    throwIfCancelled(this.#options.signal, `download ${label}`);
    const file = { url, label, mostBytes: MAX_INDEX_BYTES };
    return await this.#cache.known(file, this.#settings.knownIndexes, this.#options).catch(() => undefined);
  }

  async fetchPackage(record: PackageRecord, progress = this.#options.progress): Promise<string> {
    return await this.#cache.get(this.#wanted(record), { ...this.#options, progress });
  }

  get mirror(): string {
    return this.#settings.mirror;
  }

  async *entries(
    record: PackageRecord,
    part: 'control' | 'data',
    passed?: (bytes: number) => void,
  ): AsyncGenerator<TarEntry, void, void> {
    const { label, sha256 } = this.#wanted(record);
    const file = this.#cache.open(`sha256/${sha256}`);
    const source = watched(file, this.#options.signal, `read ${label}`, passed);
    yield* readDeb(source, part, this.#workshop.decompress, label);
  }

  #wanted(record: PackageRecord): Wanted {
    const { sha256, sizeBytes, name, fileName } = record;
    return { sha256, sizeBytes, label: name, url: `${this.#settings.mirror}/${encodeURI(fileName)}` };
  }
}

/** Not more than the release says; a bomb ends here. */
async function* limited(source: ByteSource, mostBytes: number, what: string): AsyncGenerator<Uint8Array, void, void> {
  let total = 0;
  for await (const chunk of source) {
    total += chunk.length;
    if (total > mostBytes) throw corrupt(what, 'it is longer than its release says');
    yield chunk;
  }
}
