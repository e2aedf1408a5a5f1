import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import {
  FileError,
  ROOT_NODE,
  type FileAttributes,
  type FolderEntry,
  type FolderSpace,
  type ListedEntry,
  type SharedFolder,
} from '../../machine/devices/virtio/fs/shared-folder.ts';
import { FILE_TYPE, typeOf } from './file-mode.ts';
import { numbersFrom } from './layer-index.ts';
import { PackedIndex, type PackedNode } from './packed-index.ts';

/** The layers on this computer, for the thread of a machine. All is synchronous: the guest waits for it. */
export interface LayerStorage {
  /** The index of a layer; null when it is not here. @param layer 64 hexadecimal digits of its diff id */
  index(layer: string): Uint8Array | null;
  /** Reads of its archive. @returns bytes read; null when it is not here */
  read(layer: string, into: Uint8Array, offset: number): number | null;
}

/** A node is known to the guest by (number of its layer) × 2^24 + (its number there) + 1; layer 0 is the folder itself. */
const NODES_PER_LAYER = 2 ** 24;
const MOST_LAYERS = 2 ** 20;
const LAYER = /^[0-9a-f]{64}$/;
/** Of all indexes that are kept at hand; beyond, those go that were not asked for the longest. */
const MOST_BYTES_KEPT = 64 * 1024 * 1024;
const BLOCK_BYTES = 512;
const SPACE_BLOCK_BYTES = 4096;

const savedSchema = z.strictObject({ layers: z.array(z.string().regex(LAYER)).max(MOST_LAYERS) });

interface Place {
  /** 0 for the folder itself. */
  readonly layer: number;
  readonly number: number;
  readonly index: PackedIndex;
  readonly node: PackedNode;
}

/**
 * All layers, as a node sees them: one directory for each, by its diff id, with owners, devices and extended attributes
 * as they are in its archive. Nothing of it ever changes; so the guest keeps what it has seen, and nothing is counted.
 */
export class LayersFolder implements SharedFolder {
  readonly readOnly = true;
  readonly isImmutable = true;
  readonly #storage: LayerStorage;
  /** By number, the first of them 1. */
  readonly #layers: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #indexes = new Map<number, PackedIndex>();
  #bytesKept = 0;

  constructor(storage: LayerStorage) {
    this.#storage = storage;
  }

  lookup(parent: number, name: string): FolderEntry | null {
    if (parent === ROOT_NODE) return this.#layer(name);
    const { layer, index, node } = this.#place(parent);
    if (!node.entries) throw new FileError('ENOTDIR');
    const number = index.find(node, name);
    return number === undefined ? null : entryOf(layer, number, index);
  }

  forget(): void {
    // Nothing is counted.
  }

  attributes(node: number): FileAttributes {
    return node === ROOT_NODE ? ROOT : attributesOf(this.#place(node));
  }

  readLink(node: number): Uint8Array {
    const { index, node: link } = this.#place(node);
    if (typeOf(link) !== FILE_TYPE.link) throw new FileError('EINVAL');
    return index.textBytes(link.target);
  }

  read(handle: number, into: readonly Uint8Array[], offset: number): number {
    const { layer, node } = this.#place(handle);
    if (typeOf(node) !== FILE_TYPE.file) throw new FileError('EINVAL');
    let done = 0;
    for (const view of into) {
      const wanted = Math.min(view.length, node.sizeBytes - offset - done);
      if (wanted <= 0) break;
      const read = this.#storage.read(this.#name(layer), view.subarray(0, wanted), node.offset + offset + done);
      if (read === null) throw new FileError('ESTALE');
      done += read;
      if (read < wanted) throw new FileError('EIO');
    }
    return done;
  }

  /** Handles are the nodes themselves: there is nothing to be opened. */
  openDirectory(node: number): number {
    if (node !== ROOT_NODE && !this.#place(node).node.entries) throw new FileError('ENOTDIR');
    return node;
  }

  open(node: number): number {
    return node;
  }

  release(): void {
    // Nothing is open.
  }

  rewind(): void {
    // It never changes.
  }

  listed(handle: number, number: number): ListedEntry | null {
    if (handle === ROOT_NODE) {
      const name = this.#layers[number];
      return name === undefined ? null : { name, type: FILE_TYPE.directory };
    }
    const { index, node } = this.#place(handle);
    if (!node.entries || number >= node.entries[1]) return null;
    const { name, node: child } = index.entry(node.entries[0] + number);
    return { name, type: typeOf(index.node(child) ?? { mode: 0 }) };
  }

  attribute(node: number, name: string): Uint8Array | null {
    return this.#attributes(node).find((attribute) => attribute.name === name)?.value ?? null;
  }

  attributeNames(node: number): readonly string[] {
    return this.#attributes(node).map(({ name }) => name);
  }

  space(): FolderSpace {
    return { blockBytes: SPACE_BLOCK_BYTES, blocks: 0n, free: 0n, available: 0n, files: 0n, filesFree: 0n };
  }

  flush(): void {
    // Nothing was written.
  }

  flushAll(): void {
    // Nothing was written.
  }

  changeAttributes(): never {
    throw new FileError('EROFS');
  }
  makeFile(): never {
    throw new FileError('EROFS');
  }
  makeDirectory(): never {
    throw new FileError('EROFS');
  }
  makeSymbolicLink(): never {
    throw new FileError('EROFS');
  }
  link(): never {
    throw new FileError('EROFS');
  }
  unlink(): never {
    throw new FileError('EROFS');
  }
  removeDirectory(): never {
    throw new FileError('EROFS');
  }
  rename(): never {
    throw new FileError('EROFS');
  }
  create(): never {
    throw new FileError('EROFS');
  }
  write(): never {
    throw new FileError('EROFS');
  }

  reset(): void {
    // Numbers of layers stay: a guest that begins anew does not mind.
  }

  save(): z.infer<typeof savedSchema> {
    return { layers: [...this.#layers] };
  }

  restore(saved: unknown): string | null {
    const parsed = savedSchema.safeParse(saved);
    if (!parsed.success) return 'it is not the state of the layers';
    if (new Set(parsed.data.layers).size !== parsed.data.layers.length) return 'a layer is there twice';
    this.#layers.splice(0);
    this.#numbers.clear();
    for (const layer of parsed.data.layers) this.#number(layer);
    return null;
  }

  #layer(name: string): FolderEntry {
    // What is not here may come: that is never kept.
    if (!LAYER.test(name)) throw new FileError('ENOENT');
    const known = this.#numbers.get(name);
    if (known !== undefined) return entryOf(known, 0, this.#index(known));
    const index = this.#load(name);
    if (index === null) throw new FileError('ENOENT');
    if (this.#layers.length >= MOST_LAYERS - 1) throw new FileError('ENFILE');
    const number = this.#number(name);
    this.#keep(number, index);
    return entryOf(number, 0, index);
  }

  #attributes(node: number): { readonly name: string; readonly value: Uint8Array }[] {
    if (node === ROOT_NODE) return [];
    const place = this.#place(node);
    return numbersFrom(place.node.attributes).map((at) => place.index.attribute(at));
  }

  #number(layer: string): number {
    this.#layers.push(layer);
    this.#numbers.set(layer, this.#layers.length);
    return this.#layers.length;
  }

  #name(layer: number): string {
    const name = this.#layers[layer - 1];
    if (name === undefined) throw new FileError('ESTALE');
    return name;
  }

  #place(id: number): Place {
    const layer = Math.floor((id - 1) / NODES_PER_LAYER);
    const number = (id - 1) % NODES_PER_LAYER;
    if (layer < 1) throw new FileError('ESTALE');
    const index = this.#index(layer);
    const node = index.node(number);
    if (node === undefined) throw new FileError('ESTALE');
    return { layer, number, index, node };
  }

  #index(layer: number): PackedIndex {
    const kept = this.#indexes.get(layer);
    if (kept) {
      // The most lately used comes last.
      this.#indexes.delete(layer);
      this.#indexes.set(layer, kept);
      return kept;
    }
    const index = this.#load(this.#name(layer));
    if (index === null) throw new FileError('ESTALE');
    this.#keep(layer, index);
    return index;
  }

  #keep(layer: number, index: PackedIndex): void {
    this.#indexes.set(layer, index);
    this.#bytesKept += index.bytes.length;
    for (const [oldest, { bytes }] of this.#indexes) {
      if (this.#bytesKept <= MOST_BYTES_KEPT || oldest === layer) break;
      this.#indexes.delete(oldest);
      this.#bytesKept -= bytes.length;
    }
  }

  #load(layer: string): PackedIndex | null {
    const bytes = this.#storage.index(layer);
    if (bytes === null) return null;
    try {
      return PackedIndex.open(bytes, `layer ${layer}`);
    } catch (error) {
      if (error instanceof AppError) throw new FileError('EIO');
      throw error;
    }
  }
}

const ROOT: FileAttributes = {
  ...{ inode: BigInt(ROOT_NODE), mode: FILE_TYPE.directory | 0o755, links: 2, sizeBytes: 0n, blocks: 0n },
  ...{ accessedNs: 0n, modifiedNs: 0n, changedNs: 0n, owner: 0, group: 0, device: 0 },
};

function idOf(layer: number, number: number): number {
  return layer * NODES_PER_LAYER + number + 1;
}

function entryOf(layer: number, number: number, index: PackedIndex): FolderEntry {
  const node = index.node(number);
  if (node === undefined) throw new FileError('EIO');
  return { node: idOf(layer, number), attributes: attributesOf({ layer, number, node }) };
}

function attributesOf({ layer, number, node }: Pick<Place, 'layer' | 'number' | 'node'>): FileAttributes {
  const ns = BigInt(node.modifiedAt) * 1_000_000_000n;
  const sizeBytes = BigInt(typeOf(node) === FILE_TYPE.link ? node.target[1] : node.sizeBytes);
  return {
    inode: BigInt(idOf(layer, number)),
    mode: node.mode,
    links: node.entries ? 2 : Math.max(1, node.links),
    sizeBytes,
    blocks: (sizeBytes + BigInt(BLOCK_BYTES - 1)) / BigInt(BLOCK_BYTES),
    ...{ accessedNs: ns, modifiedNs: ns, changedNs: ns },
    ...{ owner: node.owner, group: node.group, device: node.device },
  };
}
