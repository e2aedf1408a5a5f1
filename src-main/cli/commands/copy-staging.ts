import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  lutimes,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../../src-core/base/errors.ts';
import { fileProblem, hasCode } from '../../service/os/file-problem.ts';
import type { CopyEntry, CopySum } from './copy-entry.ts';

/** A guest's set-user-id and sticky bits mean nothing here, or too much. */
const PERMISSIONS = 0o777;
const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * Writes checked entries (copy-entry.ts) to this computer: into a directory of our own beside the destination, from
 * where they are moved into place when all have come. In there are only directories and files that we made ourselves
 * until the last moment, when symbolic links join them: so there is nothing that could lead a write elsewhere.
 * @param name under which it arrives in a directory that is there; '' for none
 */
export async function entriesToHost(
  to: { readonly path: string; readonly name: string },
  entries: AsyncIterable<CopyEntry>,
  doing: string,
): Promise<CopySum> {
  let staging: Staging | undefined;
  try {
    for await (const entry of entries) {
      staging ??= await Staging.open(to, entry.type, doing);
      await staging.take(entry);
    }
    await staging?.finish();
    return staging?.sum ?? { files: 0, bytes: 0, leftOut: [] };
  } catch (error) {
    throw fileProblem(doing, error);
  } finally {
    await staging?.remove();
  }
}

class Staging {
  readonly sum: CopySum = { files: 0, bytes: 0, leftOut: [] };
  readonly #final: string;
  readonly #folder: string;
  readonly #doing: string;
  readonly #links: CopyEntry[] = [];
  readonly #directories: CopyEntry[] = [];

  private constructor(final: string, folder: string, doing: string) {
    this.#final = final;
    this.#folder = folder;
    this.#doing = doing;
  }

  static async open(
    { path, name }: { readonly path: string; readonly name: string },
    type: CopyEntry['type'],
    doing: string,
  ): Promise<Staging> {
    const fail = (because: string): AppError => new AppError({ code: 'invalid-input', doing, because });
    if (type === 'special') throw fail('it is a device, a socket or a pipe');
    const open = /[\\/]$/.test(path) && dirname(path) !== path;
    const trimmed = open ? join(dirname(path), basename(path)) : path;
    const there = await kindOf(trimmed, true);
    if (there !== 'directory' && open && type !== 'directory') throw fail(`there is no directory ${path}`);
    const final = there === 'directory' && name !== '' ? join(trimmed, name) : trimmed;
    const now = await kindOf(final, false);
    if (now === 'directory' && type !== 'directory') throw fail(`${final} is a directory`);
    if (type === 'directory' && now !== 'directory' && now !== undefined && final !== trimmed) {
      throw fail(`${final} is no directory`);
    }
    if (type === 'directory' && there !== undefined && there !== 'directory') throw fail(`${final} is no directory`);
    const beside = now === 'directory' || (final === trimmed && there === 'directory') ? final : dirname(final);
    return new Staging(final, await mkdtemp(join(beside, '.inn-copy-')), doing);
  }

  async take(entry: CopyEntry): Promise<void> {
    const place = this.#staged(entry.path);
    switch (entry.type) {
      case 'directory':
        await mkdir(place, { mode: PRIVATE_DIRECTORY });
        this.#directories.push(entry);
        return;
      case 'file':
        await this.#write(place, entry);
        break;
      case 'hard-link':
        await copyFile(this.#staged(entry.target), place, constants.COPYFILE_EXCL);
        await this.#dress(place, entry);
        break;
      case 'symlink':
        this.#links.push(entry);
        break;
      case 'special':
        this.sum.leftOut.push(entry.path);
        return;
    }
    this.sum.files++;
  }

  /** Into place, each file by one rename. */
  async finish(): Promise<void> {
    for (const link of this.#links) {
      const place = this.#staged(link.path);
      await symlink(link.target, place);
      await lutimes(place, link.modifiedAt, link.modifiedAt).catch(() => undefined);
    }
    const fresh = new Set<string>();
    await this.#move('', fresh);
    for (const directory of this.#directories.reverse()) {
      if (fresh.has(directory.path)) await this.#dress(join(this.#final, directory.path), directory);
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #staged(path: string): string {
    return path === '' ? join(this.#folder, 'data') : join(this.#folder, 'data', path);
  }

  async #write(place: string, entry: CopyEntry): Promise<void> {
    const file = await open(place, 'wx', PRIVATE_FILE);
    try {
      for await (const bytes of entry.content) {
        await file.writeFile(bytes);
        this.sum.bytes += bytes.length;
      }
    } finally {
      await file.close();
    }
    await this.#dress(place, entry);
  }

  async #dress(place: string, { mode, modifiedAt }: CopyEntry): Promise<void> {
    await chmod(place, mode & PERMISSIONS);
    await utimes(place, modifiedAt, modifiedAt);
  }

  /** @param fresh gets the paths of directories that were not there before, with all below them */
  async #move(path: string, fresh: Set<string>): Promise<void> {
    const from = this.#staged(path);
    const to = join(this.#final, path);
    const [coming, there] = [await kindOf(from, false), await kindOf(to, path === '')];
    if (coming !== 'directory') {
      if (there === 'directory') throw this.#inTheWay(`${to} is a directory`);
      await rename(from, to);
      return;
    }
    if (there === undefined) {
      for (const directory of this.#directories) {
        if (path === '' || directory.path === path || directory.path.startsWith(`${path}/`)) fresh.add(directory.path);
      }
      await rename(from, to);
      return;
    }
    // A link to a directory too: what an earlier copy brought must not lead this one elsewhere.
    if (there !== 'directory') throw this.#inTheWay(`${to} is no directory`);
    for (const name of await readdir(from)) await this.#move(path === '' ? name : `${path}/${name}`, fresh);
  }

  #inTheWay(because: string): AppError {
    return new AppError({ code: 'already-exists', doing: this.#doing, because, hint: 'Copy to another place.' });
  }
}

/** @returns undefined when there is nothing. @param follow a link leads to what it names */
async function kindOf(path: string, follow: boolean): Promise<'directory' | 'other' | undefined> {
  try {
    const stats = await (follow ? stat(path) : lstat(path));
    return stats.isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
