import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { AppError } from '../../../src-core/base/errors.ts';
import { IgnoreFile } from '../../../src-core/containers/build/ignore-file.ts';
import type { Owner, SourceEntry, SourceTree } from '../../../src-core/containers/build/source-tree.ts';
import { fileProblem, hasCode } from '../os/file-problem.ts';

const CONTAINERFILES = ['Containerfile', 'Dockerfile'];
const MOST_TEXT_BYTES = 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

export interface OpenedContext {
  readonly containerfile: string;
  readonly context: SourceTree;
}

/**
 * Opens a folder that an image is built from.
 * @param file the Containerfile; a path of its own, or within the folder; null: the one that lies in the folder
 * @throws AppError 'not-found', 'invalid-input'
 */
export async function openBuildContext(directory: string, file: string | null, doing: string): Promise<OpenedContext> {
  try {
    const root = await realpath(directory);
    if (!(await stat(root)).isDirectory()) throw invalid(doing, `${directory} is no folder`);
    const path = await containerfilePath(root, file, doing);
    const containerfile = await readText(path, doing);
    const ignored = (await readIfThere(`${path}.dockerignore`, doing)) ?? (await ignoreFile(root, doing)) ?? '';
    return { containerfile, context: new FolderContext(root, new IgnoreFile(ignored)) };
  } catch (error) {
    throw fileProblem(doing, error);
  }
}

async function ignoreFile(root: string, doing: string): Promise<string | undefined> {
  return (await readIfThere(join(root, '.containerignore'), doing)) ?? readIfThere(join(root, '.dockerignore'), doing);
}

async function containerfilePath(root: string, file: string | null, doing: string): Promise<string> {
  if (file !== null) return isAbsolute(file) ? file : resolve(root, file);
  const names = await readdir(root);
  const found = CONTAINERFILES.find((name) => names.includes(name));
  if (found !== undefined) return join(root, found);
  const hint = 'Write one, or say where it is.';
  throw new AppError({ code: 'not-found', doing, because: `there is no Containerfile in ${root}`, hint });
}

async function readIfThere(path: string, doing: string): Promise<string | undefined> {
  try {
    return await readText(path, doing);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function readText(path: string, doing: string): Promise<string> {
  const { size } = await stat(path);
  if (size > MOST_TEXT_BYTES) throw invalid(doing, `${path} is larger than 1 MiB`);
  return readFile(path, 'utf8');
}

function invalid(doing: string, because: string): AppError {
  return new AppError({ code: 'invalid-input', doing, because });
}

/**
 * A folder of this computer as COPY sees it: links are copied and never followed, so that nothing outside of it can be
 * reached.
 */
class FolderContext implements SourceTree {
  readonly #root: string;
  readonly #ignored: IgnoreFile;

  constructor(root: string, ignored: IgnoreFile) {
    this.#root = root;
    this.#ignored = ignored;
  }

  async find(path: string): Promise<SourceEntry | null> {
    const parts = path.split('/').filter((part) => part !== '');
    let entry = await this.#entry('');
    for (const [at] of parts.entries()) {
      // A link on the way might lead out.
      if (entry?.kind !== 'directory') return null;
      entry = await this.#entry(parts.slice(0, at + 1).join('/'));
    }
    return entry !== null && this.#isLeftOut(entry) ? null : entry;
  }

  async *walk(path: string): AsyncGenerator<SourceEntry, void, void> {
    const entry = await this.#entry(path);
    if (entry === null) return;
    const isOut = this.#isLeftOut(entry);
    if (!isOut) yield entry;
    // What is left out may hold what is taken back.
    if (entry.kind !== 'directory' || (isOut && !this.#ignored.hasExceptions)) return;
    for (const name of (await readdir(join(this.#root, path))).sort()) {
      yield* this.walk(path === '' ? name : `${path}/${name}`);
    }
  }

  owner(): Promise<Owner | null> {
    return Promise.resolve(null);
  }

  #isLeftOut({ path }: SourceEntry): boolean {
    return path !== '' && this.#ignored.leavesOut(path);
  }

  async #entry(path: string): Promise<SourceEntry | null> {
    const place = join(this.#root, path);
    try {
      const stats = await lstat(place);
      const kind = kindOf(stats);
      return {
        ...{ path, kind, mode: modeOf(stats), owner: { user: 0, group: 0 } },
        sizeBytes: kind === 'file' ? stats.size : 0,
        modifiedAt: Math.max(0, Math.floor(stats.mtimeMs / 1000)),
        target: kind === 'symlink' ? await readlink(place) : '',
        content: () => contentOf(place),
      };
    } catch (error) {
      if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return null;
      throw fileProblem(`read ${place}`, error);
    }
  }
}

/** Where files have no such permissions, everything can be run. */
function modeOf(stats: Stats): number {
  return process.platform === 'win32' ? 0o755 : stats.mode & 0o7777;
}

function kindOf(stats: Stats): SourceEntry['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

async function* contentOf(place: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of createReadStream(place, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
  } catch (error) {
    throw fileProblem(`read ${place}`, error);
  }
}
