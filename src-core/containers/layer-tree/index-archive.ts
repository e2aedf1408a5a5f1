import { AppError } from '../../base/errors.ts';
import { readTar, type TarEntry } from '../../images/formats/tar.ts';
import { lookBelow, type DirectoryWords, type UntoldDirectory } from './directories-below.ts';
import { FILE_TYPE, OPAQUE } from './file-mode.ts';
import { latin1, type LayerIndex } from './layer-index.ts';
import type { PackedIndex } from './packed-index.ts';

/** Against archives that are made to fill memory. */
const MOST_NODES = 1_000_000;
/** Of all names, targets and attributes. */
const MOST_TEXT_BYTES = 128 * 1024 * 1024;
/** Directories that links lead through, in the whole archive: most archives name files where they are. */
const MOST_STEPS_OF_LINKS = 4_000_000;
const MOST_DEPTH = 512;
/** Linux, limits.h: NAME_MAX, PATH_MAX with its NUL. */
const MOST_NAME_BYTES = 255;
const MOST_PATH_BYTES = 4095;
const MOST_ATTRIBUTE_BYTES = 64 * 1024;
const MOST_ATTRIBUTES = 256;
const MOST_LINKS_FOLLOWED = 40;

const WHITEOUT = '.wh.';
const OPAQUE_MARK = '.wh..wh..opq';
/** Other marks of aufs say nothing to anybody else. OCI image-spec, layer.md §whiteouts. */
const AUFS_MARK = '.wh..wh.';

interface Node {
  mode: number;
  owner: number;
  group: number;
  sizeBytes: number;
  offset: number;
  modifiedAt: number;
  device: number;
  target: string;
  attributes: Record<string, string>;
  links: number;
  children: Map<string, Node> | null;
}

/**
 * Reads the uncompressed tar archive of a layer and tells what is in it and where. Nothing is written anywhere, so no
 * path can lead out; one that tries is refused all the same. OCI image-spec, layer.md.
 * @param what for failures: "layer 0123456789ab"
 * @param below what lies below it, the topmost first, for directories that it has without a word about them
 * @throws AppError 'corrupt'
 */
export async function indexArchive(
  archive: AsyncIterable<Uint8Array>,
  what: string,
  below: AsyncIterable<PackedIndex> | null = null,
): Promise<LayerIndex> {
  const tree = new Tree(what);
  const bytes = archive[Symbol.asyncIterator]();
  try {
    const unclosed = { [Symbol.asyncIterator]: () => ({ next: () => bytes.next() }) };
    for await (const entry of readTar(unclosed, what)) tree.add(entry);
    // What stands behind the last entry belongs to the archive, and to its digest: whoever counts it sees it pass.
    while (!(await bytes.next()).done) continue;
    if (below !== null && tree.hasUntold()) await lookBelow(tree.untold(), below, what);
    return tree.index();
  } finally {
    await bytes.return?.();
  }
}

class Tree {
  readonly #what: string;
  readonly #root = directory();
  /** Directories of which no entry tells. */
  readonly #untold = new Set([this.#root]);
  #nodes = 1;
  #textBytes = 0;
  #stepsOfLinks = 0;

  constructor(what: string) {
    this.#what = what;
  }

  add(entry: TarEntry): void {
    const parts = this.#parts(entry.path);
    const name = parts.pop();
    if (name === undefined) {
      if (entry.type === 'directory') this.#tell(this.#root, this.#node(entry));
      return;
    }
    const parent = this.#directory(this.#root, parts, entry.path);
    if (name === OPAQUE_MARK) parent.attributes[OPAQUE] = 'y';
    else if (name.startsWith(AUFS_MARK)) return;
    else if (name.startsWith(WHITEOUT)) this.#remove(parent, name.slice(WHITEOUT.length), entry);
    else this.#put(parent, name, this.#node(entry));
  }

  index(): LayerIndex {
    const numbers = new Map<Node, number>([[this.#root, 0]]);
    const all = [this.#root];
    // A node with several names is one.
    for (const node of all) {
      for (const child of node.children?.values() ?? []) {
        if (numbers.has(child)) continue;
        numbers.set(child, all.length);
        all.push(child);
      }
    }
    const nodes = all.map((node) => ({
      ...node,
      children: node.children && new Map([...node.children].map(([name, child]) => [name, numbers.get(child) ?? 0])),
    }));
    return { nodes };
  }

  hasUntold(): boolean {
    return this.#untold.size > 0;
  }

  /** What no entry tells of, each with its way from the root; not below what hides all that is below. */
  *untold(node = this.#root, path: readonly string[] = []): Generator<UntoldDirectory, void, void> {
    if (this.#untold.has(node)) yield { path, describe: (words) => describe(node, words) };
    if (node.attributes[OPAQUE] !== undefined) return;
    for (const [name, child] of node.children ?? []) if (child.children) yield* this.untold(child, [...path, name]);
  }

  #tell(there: Node, node: Node): void {
    this.#untold.delete(there);
    describe(there, node);
  }

  /** What is below is not seen any more. What this layer has by the name itself stays. */
  #remove(parent: Node, name: string, entry: TarEntry): void {
    if (name === '' || name === '.' || name === '..')
      throw this.#refuse(entry.path, 'hides nothing that can have a name');
    const there = parent.children?.get(name);
    if (there === undefined) this.#put(parent, name, { ...metadata(entry), ...nothing(), mode: FILE_TYPE.character });
    else if (there.children !== null) there.attributes[OPAQUE] = 'y';
  }

  #put(parent: Node, name: string, node: Node): void {
    const there = parent.children?.get(name);
    if (there?.children && node.children) {
      if (!this.#untold.has(node)) this.#tell(there, node);
      return;
    }
    if (there !== undefined) there.links--;
    // What was hidden below stays so, where something new has taken its place.
    const hides = there !== undefined && there.mode === FILE_TYPE.character && there.device === 0;
    if (hides && node.children) node.attributes[OPAQUE] = 'y';
    if (++this.#nodes > MOST_NODES) throw this.#refuse(name, `is one of more than ${MOST_NODES} entries`);
    this.#count(name, name.length);
    node.links++;
    parent.children?.set(name, node);
  }

  #node(entry: TarEntry): Node {
    if (entry.type === 'hard-link') return this.#linked(entry);
    const node = { ...metadata(entry), ...nothing() };
    for (const [name, value] of Object.entries(node.attributes)) this.#count(entry.path, name.length + value.length);
    switch (entry.type) {
      case 'directory':
        return { ...node, mode: FILE_TYPE.directory | entry.mode, children: new Map() };
      case 'symlink':
        return { ...node, mode: FILE_TYPE.link | 0o777, target: this.#target(entry) };
      case 'file':
        return { ...node, mode: FILE_TYPE.file | entry.mode, sizeBytes: entry.sizeBytes, offset: entry.contentOffset };
      case 'other':
        return { ...node, ...this.#special(entry) };
    }
  }

  #special({ special, path, mode }: TarEntry): Pick<Node, 'mode' | 'device'> {
    if (special === null) throw this.#refuse(path, 'is of no kind that is known');
    const { kind, major, minor } = special;
    // struct fuse_attr has 32 bits: those of new_encode_dev().
    const device = kind === 'fifo' ? 0 : ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
    return { mode: FILE_TYPE[kind] | mode, device };
  }

  #linked({ path, target }: TarEntry): Node {
    const parts = this.#parts(target);
    const name = parts.pop();
    const node = name === undefined ? undefined : this.#directory(this.#root, parts, path).children?.get(name);
    if (node === undefined || node.children)
      throw this.#refuse(path, `is a link to ${target}, which is no file before it`);
    return node;
  }

  /** The directories of a path, made where they are not there; links of this layer are followed inside its root. */
  #directory(from: Node, parts: readonly string[], path: string): Node {
    const way: Node[] = [from];
    const left = [...parts].reverse();
    let followed = 0;
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      const at = way.at(-1) ?? from;
      if (part === '..') {
        if (way.length > 1) way.pop();
        continue;
      }
      const next = at.children?.get(part);
      if (next !== undefined && (next.mode & FILE_TYPE.mask) === FILE_TYPE.link) {
        const steps = partsOf(next.target).reverse();
        this.#stepsOfLinks += steps.length;
        if (++followed > MOST_LINKS_FOLLOWED || this.#stepsOfLinks > MOST_STEPS_OF_LINKS)
          throw this.#refuse(path, 'leads through too many links');
        if (next.target.startsWith('/')) way.splice(1);
        left.push(...steps);
        continue;
      }
      if (way.length > MOST_DEPTH) throw this.#refuse(path, 'is too deep');
      if (next?.children) way.push(next);
      else if (next === undefined || (next.mode === FILE_TYPE.character && next.device === 0)) {
        const made = directory();
        this.#untold.add(made);
        this.#put(at, part, made);
        way.push(made);
      } else throw this.#refuse(path, 'is in no directory');
    }
    return way.at(-1) ?? from;
  }

  /** @throws AppError for what would lead out, or is no name */
  #parts(path: string): string[] {
    const bytes = bytesOf(path);
    if (bytes.length > MOST_PATH_BYTES) throw this.#refuse(path, 'is longer than a path can be');
    const parts = partsOf(bytes);
    for (const part of parts) {
      if (part === '..') throw this.#refuse(path, 'leads out of the layer');
      if (part.length > MOST_NAME_BYTES || part.includes('\0')) throw this.#refuse(path, 'is no name of a file');
    }
    return parts;
  }

  #target({ path, target }: TarEntry): string {
    const bytes = bytesOf(target);
    // Linux has no such link, whoever made this one.
    if (bytes === '' || bytes.length > MOST_PATH_BYTES || bytes.includes('\0'))
      throw this.#refuse(path, 'is a link to what is no path');
    this.#count(path, bytes.length);
    return bytes;
  }

  #count(path: string, textBytes: number): void {
    this.#textBytes += textBytes;
    if (this.#textBytes > MOST_TEXT_BYTES) throw this.#refuse(path, 'has no room beside the names before it');
  }

  #refuse(path: string, why: string): AppError {
    const because = `${this.#what} cannot be used: ${JSON.stringify(path.slice(0, 200))} ${why}`;
    return new AppError({ code: 'corrupt', doing: `read ${this.#what}`, because });
  }
}

/** Another word about the same directory: what is in it, and that it hides what is below, stays. */
function describe(there: Node, { mode, owner, group, modifiedAt, attributes }: DirectoryWords): void {
  Object.assign(there, { mode, owner, group, modifiedAt, attributes: { ...there.attributes, ...attributes } });
}

function directory(): Node {
  const none = { owner: 0, group: 0, modifiedAt: 0, attributes: {} };
  return { ...none, ...nothing(), mode: FILE_TYPE.directory | 0o755, children: new Map(), links: 0 };
}

function nothing() {
  return { mode: 0, sizeBytes: 0, offset: 0, device: 0, target: '', links: 0, children: null };
}

function metadata({
  owner,
  group,
  modifiedAt,
  attributes,
}: TarEntry): Pick<Node, 'owner' | 'group' | 'modifiedAt' | 'attributes'> {
  const kept: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of [...attributes].slice(0, MOST_ATTRIBUTES)) {
    const nameBytes = bytesOf(name);
    bytes += nameBytes.length + value.length;
    // Nobody but overlayfs itself says what overlayfs is to do.
    if (bytes > MOST_ATTRIBUTE_BYTES || nameBytes.startsWith('trusted.') || !isAttribute(nameBytes)) continue;
    kept[nameBytes] = latin1(value);
  }
  return { owner, group, modifiedAt, attributes: kept };
}

/** Linux, limits.h: XATTR_NAME_MAX; one with a NUL would end the list of names that a guest is given. */
function isAttribute(name: string): boolean {
  return name !== '' && name !== '__proto__' && name.length <= MOST_NAME_BYTES && !name.includes('\0');
}

/** What a path goes through. */
function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** One character for each byte of UTF-8. */
function bytesOf(text: string): string {
  return latin1(new TextEncoder().encode(text));
}
