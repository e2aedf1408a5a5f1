import { regExpOf } from './ignore-file.ts';
import { failedAt } from './problem.ts';
import type { Owner, SourceEntry, SourceTree } from './source-tree.ts';
import type { Step } from './step.ts';
import { resolvePath } from './draft.ts';

type Copy = Extract<Step, { kind: 'copy' | 'add' }>;

/** One entry of the layer that a COPY makes. */
export interface CopyItem extends Omit<SourceEntry, 'kind'> {
  readonly kind: 'file' | 'directory' | 'symlink';
}

/** An archive of the context that ADD unpacks. */
export interface AddedArchive {
  readonly file: SourceEntry;
  /** In the image, without a leading "/". */
  readonly directory: string;
}

export interface Copied {
  /** By path, directories before what is in them. */
  readonly items: readonly CopyItem[];
  readonly archives: readonly AddedArchive[];
}

const MOST_ITEMS = 1_000_000;
const NEW_DIRECTORY_MODE = 0o755;
const INLINE_MODE = 0o644;
const ARCHIVE = /\.(?:tar|tar\.gz|tgz|tar\.zst|tar\.xz)$/i;

/**
 * What a COPY or ADD puts where, as Docker does: of a directory what is in it; a destination that ends with "/", is a
 * directory already, or has several sources, is a directory.
 * @param source what is copied from @param image what is there already
 * @throws AppError with the number of the line
 */
export async function copyItems(
  step: Copy,
  source: SourceTree,
  image: SourceTree,
  workingDirectory: string,
  now: number,
): Promise<Copied> {
  const copying = new Copying(step, source, image, now);
  await copying.open(resolvePath(workingDirectory, step.destination));
  for (const pattern of step.sources) await copying.take(pattern);
  for (const file of step.inline) await copying.takeInline(file.name, file.content);
  return copying.done();
}

class Copying {
  readonly #step: Copy;
  readonly #source: SourceTree;
  readonly #image: SourceTree;
  readonly #now: number;
  readonly #items = new Map<string, CopyItem>();
  readonly #archives: AddedArchive[] = [];
  #owner: Owner | null = null;
  #destination = '';
  #isDirectory = false;

  constructor(step: Copy, source: SourceTree, image: SourceTree, now: number) {
    this.#step = step;
    this.#source = source;
    this.#image = image;
    this.#now = now;
  }

  async open(destination: string): Promise<void> {
    const { owner, sources, inline, line } = this.#step;
    if (owner !== null) {
      this.#owner = await this.#image.owner(owner);
      if (this.#owner === null) throw failedAt(line, `the image knows no "${owner}"`);
    }
    const place = await this.#placeOf(destination.slice(1));
    this.#destination = place.path;
    const many = sources.length + inline.length > 1 || sources.some((each) => isPattern(each));
    this.#isDirectory = place.isDirectory || /\/$|(?:^|\/)\.$/.test(this.#step.destination) || many;
  }

  async take(pattern: string): Promise<void> {
    const { line, from } = this.#step;
    const path = resolvePath('', pattern).slice(1);
    const found = isPattern(pattern) ? await this.#matching(path) : [await this.#source.find(path)];
    if (found.length === 0 || found.includes(null)) {
      if (/^https?:/.test(pattern))
        throw failedAt(line, 'ADD of an address is not supported', 'not-supported', 'Get it with RUN.');
      throw failedAt(line, `there is no ${pattern} in ${from === null ? 'the context' : from}`, 'not-found');
    }
    for (const entry of found) if (entry !== null) await this.#takeEntry(entry);
  }

  async takeInline(name: string, content: string): Promise<void> {
    const bytes = new TextEncoder().encode(content);
    const entry: SourceEntry = {
      ...{ path: name, kind: 'file', mode: INLINE_MODE, owner: { user: 0, group: 0 }, target: '' },
      ...{ sizeBytes: bytes.length, modifiedAt: Math.floor(this.#now / 1000) },
      content: () => once(bytes),
    };
    await this.#takeEntry(entry);
  }

  done(): Copied {
    const items = [...this.#items.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return { items, archives: this.#archives };
  }

  async #takeEntry(entry: SourceEntry): Promise<void> {
    const { kind, line } = this.#step;
    if (entry.kind === 'directory') {
      await this.#takeDirectory(entry);
      return;
    }
    if (kind === 'add' && entry.kind === 'file' && ARCHIVE.test(entry.path)) {
      await this.#makeDirectory(this.#destination);
      this.#archives.push({ file: entry, directory: this.#destination });
      return;
    }
    const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
    const path = this.#isDirectory ? joined(this.#destination, name) : this.#destination;
    if (path === '') throw failedAt(line, 'a file cannot take the place of the root');
    await this.#makeDirectory(parentOf(path));
    this.#add({ ...entry, path });
  }

  async #takeDirectory(root: SourceEntry): Promise<void> {
    await this.#makeDirectory(this.#destination);
    for await (const entry of this.#source.walk(root.path)) {
      const inner = root.path === '' ? entry.path : entry.path.slice(root.path.length + 1);
      if (entry.path === root.path) continue;
      const path = joined(this.#destination, inner);
      this.#add({ ...entry, path });
    }
  }

  #add(entry: SourceEntry): void {
    const { line, mode } = this.#step;
    if (entry.kind === 'other') throw failedAt(line, `${entry.path} is a device, a pipe or a socket`);
    if (this.#items.size >= MOST_ITEMS) throw failedAt(line, `it is more than ${MOST_ITEMS} files`);
    const isSet = mode !== null && entry.kind !== 'symlink';
    this.#items.set(entry.path, {
      ...entry,
      kind: entry.kind,
      owner: this.#owner ?? { user: 0, group: 0 },
      mode: isSet ? parseInt(mode, 8) : entry.mode,
    });
  }

  /** Only what is not there yet: what is keeps its owner and its permissions. */
  async #makeDirectory(path: string): Promise<void> {
    if (path === '' || this.#items.has(path)) return;
    const there = await this.#image.find(path);
    if (there?.kind === 'directory') return;
    if (there !== null) throw failedAt(this.#step.line, `/${path} is no directory`);
    await this.#makeDirectory(parentOf(path));
    this.#add(newDirectory(path, this.#now));
  }

  /** Where a path of the image really is: its directories may be links. */
  async #placeOf(path: string): Promise<{ path: string; isDirectory: boolean }> {
    if (path === '') return { path, isDirectory: true };
    const there = await this.#image.find(path);
    if (there !== null && there.kind === 'directory') return { path: there.path, isDirectory: true };
    const parent = await this.#placeOf(parentOf(path));
    return { path: joined(parent.path, path.slice(path.lastIndexOf('/') + 1)), isDirectory: false };
  }

  async #matching(pattern: string): Promise<SourceEntry[]> {
    const wanted = regExpOf(pattern);
    const depth = pattern.split('/').length;
    const fixed = pattern.split('/');
    const first = fixed.findIndex((part) => isPattern(part));
    const base = fixed.slice(0, first).join('/');
    if ((await this.#source.find(base)) === null) return [];
    const found: SourceEntry[] = [];
    for await (const entry of this.#source.walk(base)) {
      if (entry.path !== '' && entry.path.split('/').length === depth && wanted.test(entry.path)) found.push(entry);
    }
    return found;
  }
}

/** A directory of root's that everybody may look into. */
export function newDirectory(path: string, now: number): SourceEntry & { readonly kind: 'directory' } {
  return {
    ...{ path, kind: 'directory', mode: NEW_DIRECTORY_MODE, owner: { user: 0, group: 0 }, sizeBytes: 0, target: '' },
    modifiedAt: Math.floor(now / 1000),
    content: () => once(new Uint8Array(0)),
  };
}

function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

function joined(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  await Promise.resolve();
  yield bytes;
}
