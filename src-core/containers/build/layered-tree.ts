import { FILE_TYPE, isWhiteout, OPAQUE, PERMISSIONS, typeOf } from '../layer-tree/file-mode.ts';
import { textOf } from '../layer-tree/layer-files.ts';
import type { LayerIndex, LayerNode } from '../layer-tree/layer-index.ts';
import type { Owner, SourceEntry, SourceTree } from './source-tree.ts';

/** What is read of layers. */
export interface LayerReading {
  index(diffId: string): Promise<LayerIndex>;
  /** Bytes of its archive. */
  content(diffId: string, offset: number, sizeBytes: number): AsyncIterable<Uint8Array>;
}

const MOST_LINKS = 40;
const MOST_NAMES_BYTES = 1024 * 1024;
const KINDS: Readonly<Record<number, SourceEntry['kind']>> = {
  [FILE_TYPE.file]: 'file',
  [FILE_TYPE.directory]: 'directory',
  [FILE_TYPE.link]: 'symlink',
};

interface Layer {
  readonly diffId: string;
  readonly nodes: readonly LayerNode[];
}

/** What layers have at one path: of directories all that are seen through each other, highest first; else one. */
interface Stack {
  /** One character for each byte. */
  readonly path: string;
  readonly found: readonly { readonly layer: Layer; readonly node: LayerNode }[];
}

/** The files that layers show together, as overlayfs would. */
export class LayeredTree implements SourceTree {
  readonly #diffIds: readonly string[];
  readonly #reading: LayerReading;
  #layers: Promise<readonly Layer[]> | undefined;

  /** @param diffIds lowest first */
  constructor(diffIds: readonly string[], reading: LayerReading) {
    this.#diffIds = diffIds;
    this.#reading = reading;
  }

  async find(path: string): Promise<SourceEntry | null> {
    const stack = await this.#stack(bytesOf(path));
    return stack && this.#entry(stack);
  }

  async *walk(path: string): AsyncGenerator<SourceEntry, void, void> {
    const stack = await this.#stack(bytesOf(path));
    if (stack) yield* this.#below(stack);
  }

  async owner(text: string): Promise<Owner | null> {
    const [user = '', group] = text.split(':');
    const users = /^\d+$/.test(user) && group !== undefined ? [] : await this.#table('etc/passwd');
    const entry = users.find(([name, , id]) => (/^\d+$/.test(user) ? id === user : name === user));
    const userId = /^\d+$/.test(user) ? user : entry?.[2];
    // As docker does: a number alone is its group's too.
    const groupId = group === undefined ? (entry?.[3] ?? userId) : await this.#groupId(group);
    if (userId === undefined || groupId === undefined) return null;
    return { user: Number(userId), group: Number(groupId) };
  }

  async #groupId(group: string): Promise<string | undefined> {
    if (/^\d+$/.test(group)) return group;
    return (await this.#table('etc/group')).find(([name]) => name === group)?.[2];
  }

  async #table(path: string): Promise<string[][]> {
    const file = await this.find(path);
    if (file?.kind !== 'file' || file.sizeBytes > MOST_NAMES_BYTES) return [];
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of file.content()) text += decoder.decode(bytes, { stream: true });
    return text.split('\n').map((line) => line.split(':'));
  }

  async *#below(stack: Stack): AsyncGenerator<SourceEntry, void, void> {
    yield this.#entry(stack);
    const names = new Set(stack.found.flatMap(({ node }) => [...(node.children?.keys() ?? [])]));
    for (const name of [...names].sort()) {
      const child = childOf(stack, name);
      if (child) yield* this.#below(child);
    }
  }

  #entry({ path, found }: Stack): SourceEntry {
    const top = found[0];
    if (top === undefined) return ROOT;
    const { layer, node } = top;
    return {
      path: textOf(path),
      kind: KINDS[typeOf(node)] ?? 'other',
      mode: node.mode & PERMISSIONS,
      owner: { user: node.owner, group: node.group },
      sizeBytes: node.sizeBytes,
      modifiedAt: node.modifiedAt,
      target: textOf(node.target),
      content: () => this.#reading.content(layer.diffId, node.offset, node.sizeBytes),
    };
  }

  /** Follows links, inside the root. */
  async #stack(path: string): Promise<Stack | null> {
    const root: Stack = { path: '', found: (await this.#all()).flatMap((layer) => rootOf(layer)) };
    const way = [root];
    const left = partsOf(path).reverse();
    let links = 0;
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      if (part === '..') {
        if (way.length > 1) way.pop();
        continue;
      }
      const child = childOf(way.at(-1) ?? root, part);
      const top = child?.found[0];
      if (!child || !top) return null;
      if (typeOf(top.node) === FILE_TYPE.link) {
        if (++links > MOST_LINKS) return null;
        if (top.node.target.startsWith('/')) way.splice(1);
        left.push(...partsOf(top.node.target).reverse());
      } else way.push(child);
    }
    return way.at(-1) ?? root;
  }

  #all(): Promise<readonly Layer[]> {
    this.#layers ??= Promise.all(
      [...this.#diffIds]
        .reverse()
        .map(async (diffId) => ({ diffId, nodes: (await this.#reading.index(diffId)).nodes })),
    );
    return this.#layers;
  }
}

const ROOT: SourceEntry = {
  ...{
    path: '',
    kind: 'directory',
    mode: 0o755,
    owner: { user: 0, group: 0 },
    sizeBytes: 0,
    modifiedAt: 0,
    target: '',
  },
  content: async function* () {
    // A directory has no content.
  },
};

function rootOf(layer: Layer): Stack['found'] {
  const [node] = layer.nodes;
  return node ? [{ layer, node }] : [];
}

function childOf({ path, found }: Stack, name: string): Stack | null {
  const children: Stack['found'][number][] = [];
  for (const { layer, node } of found) {
    const number = node.children?.get(name);
    const child = number === undefined ? undefined : layer.nodes[number];
    if (child === undefined) continue;
    const isDirectory = child.children !== null;
    if (isWhiteout(child) || (children.length > 0 && !isDirectory)) break;
    children.push({ layer, node: child });
    if (!isDirectory || child.attributes[OPAQUE] !== undefined) break;
  }
  return children.length === 0 ? null : { path: path === '' ? name : `${path}/${name}`, found: children };
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** One character for each byte of UTF-8. */
function bytesOf(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
