import { collect } from '../../formats/byte-source.ts';
import type { TarEntry } from '../../formats/tar.ts';
import { tarEnd, tarHeader, tarPadding, type TarItem } from '../../formats/tar-writer.ts';
import type { DebianArchive } from '../../debian/archive.ts';
import { conffilesOf, type ControlFile, type UnpackedPackage } from '../../debian/dpkg-database.ts';
import type { PackageRecord } from '../../debian/packages.ts';
import type { Hasher } from '../../workshop.ts';

const MAX_CONTROL_BYTES = 16 * 1024 * 1024;
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** Where the merge of / and /usr has put what a package may still ship in the old place (Debian policy, "merged-/usr"). */
const MERGED = /^(bin|sbin|lib|lib32|lib64|libo32|libx32)\//;

/** Another file of the new system, which no package of the archive brings. */
export interface ExtraFile {
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** What else is done with a package's files while they pass by. */
export type Watch = (record: PackageRecord, path: string, content: Uint8Array) => void;

/** Writes the new system's root file system as one tar archive, package by package. */
export class Payload {
  readonly #archive: DebianArchive;
  readonly #md5: () => Hasher;
  readonly #directories = new Set<string>();
  readonly #time: number;

  /** @param time of files that are ours, in seconds since 1970 */
  constructor(archive: DebianArchive, md5: () => Hasher, time: number) {
    this.#archive = archive;
    this.#md5 = md5;
    this.#time = time;
  }

  /**
   * A fetched package's files, as dpkg would unpack them.
   * @param watch gets the content of files whose path it has asked for with `wants`
   * @param done gets what dpkg is to know about it, after the last chunk
   */
  async *package(
    record: PackageRecord,
    wants: (path: string) => boolean,
    watch: (path: string, content: Uint8Array) => void,
    done: (unpacked: UnpackedPackage) => void,
  ): AsyncGenerator<Uint8Array, void, void> {
    const control = await this.#control(record);
    const configuration = new Set(conffilesOf(control));
    const conffiles = new Map<string, string>();
    const paths: string[] = [];
    for await (const entry of this.#archive.entries(record)) {
      const path = entry.path.replace(MERGED, 'usr/$1/');
      if (path === '' || path === '.' || entry.type === 'other') continue;
      paths.push(path);
      if (entry.type === 'directory' && this.#directories.has(path)) continue;
      if (entry.type === 'directory') this.#directories.add(path);
      yield tarHeader(itemOf(entry, path, entry.type));
      if (entry.type !== 'file') continue;
      if (configuration.has(`/${path}`) || wants(path)) {
        const content = await collect(entry.content, MAX_FILE_BYTES, path);
        if (configuration.has(`/${path}`)) conffiles.set(`/${path}`, this.#md5Of(content));
        if (wants(path)) watch(path, content);
        yield content;
      } else yield* entry.content;
      yield tarPadding(entry.sizeBytes);
    }
    done({ name: record.name, control, paths, conffiles });
  }

  /** Files of our own; directories that are not there yet are made. */
  *files(files: readonly ExtraFile[]): Generator<Uint8Array, void, void> {
    for (const { path, mode, content } of files) {
      yield* this.#parents(path);
      yield tarHeader({ ...this.#own(path, mode), type: 'file', sizeBytes: content.length });
      yield content;
      yield tarPadding(content.length);
    }
  }

  *links(links: Readonly<Record<string, string>>): Generator<Uint8Array, void, void> {
    for (const [path, target] of Object.entries(links)) {
      yield* this.#parents(path);
      yield tarHeader({ ...this.#own(path, 0o777), type: 'symlink', target });
    }
  }

  end(): Uint8Array {
    return tarEnd();
  }

  /** The MD5 by which dpkg knows whether somebody has changed a configuration file. */
  #md5Of(content: Uint8Array): string {
    const hasher = this.#md5();
    hasher.update(content);
    return hasher.digest();
  }

  *#parents(path: string): Generator<Uint8Array, void, void> {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      if (this.#directories.has(parent)) continue;
      this.#directories.add(parent);
      yield tarHeader({ ...this.#own(parent, 0o755), type: 'directory' });
    }
  }

  #own(path: string, mode: number): Omit<TarItem, 'type'> {
    return { path, mode, owner: 0, group: 0, modifiedAt: this.#time, sizeBytes: 0, target: '' };
  }

  async #control(record: PackageRecord): Promise<Map<string, ControlFile>> {
    const control = new Map<string, ControlFile>();
    for await (const entry of this.#archive.control(record)) {
      if (entry.type !== 'file' || entry.path.includes('/')) continue;
      const content = await collect(entry.content, MAX_CONTROL_BYTES, record.name);
      control.set(entry.path, { mode: entry.mode, content });
    }
    return control;
  }
}

function itemOf(entry: TarEntry, path: string, type: TarItem['type']): TarItem {
  const { mode, owner, group, modifiedAt, sizeBytes } = entry;
  const target = type === 'hard-link' ? entry.target.replace(/^\.\//, '').replace(MERGED, 'usr/$1/') : entry.target;
  return { path, type, mode, owner, group, modifiedAt, sizeBytes: type === 'file' ? sizeBytes : 0, target };
}
