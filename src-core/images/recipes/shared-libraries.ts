import { AppError } from '../../base/errors.ts';
import type { DebianArchive } from '../debian/archive.ts';
import type { PackageRecord } from '../debian/packages.ts';
import { collect } from '../formats/byte-source.ts';
import { neededLibraries } from '../formats/elf.ts';

const LIBRARY = /^usr\/lib\/(?:[a-z0-9_]+-linux-gnu[a-z0-9]*\/)?([^/]+\.so(?:\.[0-9.]+)?)$/;
const MAX_LIBRARY_BYTES = 256 * 1024 * 1024;

/** A file or link to install. */
export type Library = { readonly content: Uint8Array } | { readonly target: string };

export interface LibrarySet {
  /** By path. */
  readonly files: ReadonlyMap<string, Library>;
  /** The packages that they came from. */
  readonly packages: readonly PackageRecord[];
}

/**
 * The shared libraries of programs, and theirs, and their loader, out of the packages that they depend on.
 * @param candidates the packages, the likeliest first; none is fetched that is not needed
 * @throws AppError 'unavailable' when a library is in none of them
 */
export async function sharedLibraries(
  programs: readonly Uint8Array[],
  candidates: readonly PackageRecord[],
  archive: DebianArchive,
  what: string,
): Promise<LibrarySet> {
  const missing = new Set(programs.flatMap((program) => librariesAndLoader(program, what)));
  const files = new Map<string, Library>();
  const packages: PackageRecord[] = [];
  for (const record of candidates) {
    if (missing.size === 0) break;
    await archive.fetch(record);
    const libraries = await librariesOf(record, archive);
    const before = files.size;
    takeWanted(missing, libraries, files);
    if (files.size > before) packages.push(record);
  }
  if (missing.size === 0) return { files, packages };
  const because = `no package of the archive has ${[...missing].join(', ')}, which ${what} needs`;
  throw new AppError({ code: 'unavailable', doing: `collect the libraries of ${what}`, because });
}

function librariesAndLoader(program: Uint8Array, what: string): string[] {
  const { needed, interpreter } = neededLibraries(program, what);
  return interpreter === undefined ? needed : [...needed, interpreter.replace(/^.*\//, '')];
}

/** Moves what is there from `missing` to `files`; what a library itself needs becomes missing. */
function takeWanted(missing: Set<string>, libraries: ReadonlyMap<string, Library>, files: Map<string, Library>): void {
  // A Set's iteration also visits what is added on the way.
  const taken = new Set<string>();
  for (const name of missing) {
    for (const [path, library] of libraries) {
      if (LIBRARY.exec(path)?.[1] !== name || files.has(path)) continue;
      taken.add(name);
      files.set(path, library);
      if ('target' in library) missing.add(library.target.replace(/^.*\//, ''));
      else for (const below of neededLibraries(library.content, path).needed) missing.add(below);
    }
  }
  for (const name of taken) missing.delete(name);
  for (const path of files.keys()) missing.delete(LIBRARY.exec(path)?.[1] ?? '');
}

async function librariesOf(record: PackageRecord, archive: DebianArchive): Promise<Map<string, Library>> {
  const libraries = new Map<string, Library>();
  for await (const entry of archive.entries(record)) {
    // Packages from before the merge of / and /usr may still say lib/.
    const path = entry.path.replace(/^lib\//, 'usr/lib/');
    if (!LIBRARY.test(path)) continue;
    if (entry.type === 'symlink') libraries.set(path, { target: entry.target });
    if (entry.type === 'file') libraries.set(path, { content: await collect(entry.content, MAX_LIBRARY_BYTES, path) });
  }
  return libraries;
}
