import { ENTRY_ALIGNMENT, SIZE } from './fuse-protocol.ts';
import {
  FILE_TYPE,
  type FileAttributes,
  type FolderEntry,
  type FolderSpace,
  type ListedEntry,
  type SharedFolder,
} from './shared-folder.ts';

/** For so long the guest need not ask again: others may change the folder too. */
const VALID_SECONDS = 1n;
const NS_PER_SECOND = 1_000_000_000n;
/** In this grain times are shown, and taken: finer ones cannot be set on every host. */
export const TIME_GRAIN_NS = 1000;
const GRAIN = BigInt(TIME_GRAIN_NS);
/** FUSE_UNKNOWN_INO: the number of an entry that nobody has looked at. */
const UNKNOWN_INODE = 0xffff_ffffn;
/** What a file system cannot say better. */
const BLOCK_BYTES = 4096;
const PERMISSIONS = 0o7777;
/** What never changes need not be asked for again. */
const FOR_EVER_SECONDS = 1n << 40n;

/** struct fuse_attr. */
function putAttributes(view: DataView, at: number, attributes: FileAttributes): void {
  const { inode, mode, links, sizeBytes, blocks, accessedNs, modifiedNs, changedNs } = attributes;
  for (const [index, value] of [inode, sizeBytes, blocks].entries()) view.setBigUint64(at + index * 8, value, true);
  for (const [index, ns] of [accessedNs, modifiedNs, changedNs].entries()) {
    const grains = ns - (((ns % GRAIN) + GRAIN) % GRAIN);
    const within = ((grains % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
    view.setBigInt64(at + 24 + index * 8, (grains - within) / NS_PER_SECOND, true);
    view.setUint32(at + 48 + index * 4, Number(within), true);
  }
  view.setUint32(at + 60, mode & (FILE_TYPE.mask | PERMISSIONS), true);
  view.setUint32(at + 64, links, true);
  view.setUint32(at + 68, attributes.owner ?? 0, true);
  view.setUint32(at + 72, attributes.group ?? 0, true);
  view.setUint32(at + 76, attributes.device ?? 0, true);
  view.setUint32(at + 80, BLOCK_BYTES, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** For how long the guest need not ask again. */
type Validity = Pick<SharedFolder, 'isImmutable'>;

function validSeconds({ isImmutable = false }: Validity): bigint {
  return isImmutable ? FOR_EVER_SECONDS : VALID_SECONDS;
}

/** struct fuse_attr_out. */
export function attributesReply(folder: Validity, attributes: FileAttributes): Uint8Array {
  const bytes = new Uint8Array(16 + SIZE.attributes);
  const view = viewOf(bytes);
  view.setBigUint64(0, validSeconds(folder), true);
  putAttributes(view, 16, attributes);
  return bytes;
}

function putEntry(view: DataView, at: number, folder: Validity, { node, attributes }: FolderEntry): void {
  view.setBigUint64(at, BigInt(node), true);
  view.setBigUint64(at + 16, validSeconds(folder), true);
  view.setBigUint64(at + 24, validSeconds(folder), true);
  putAttributes(view, at + 40, attributes);
}

/** struct fuse_entry_out. @param entry null: there is none, which the guest keeps too */
export function entryReply(folder: Validity, entry: FolderEntry | null): Uint8Array {
  const bytes = new Uint8Array(SIZE.entry);
  if (entry) putEntry(viewOf(bytes), 0, folder, entry);
  else viewOf(bytes).setBigUint64(16, validSeconds(folder), true);
  return bytes;
}

/** struct fuse_open_out. */
export function openReply(handle: number): Uint8Array {
  const bytes = new Uint8Array(16);
  viewOf(bytes).setBigUint64(0, BigInt(handle), true);
  return bytes;
}

/** struct fuse_write_out. */
export function writeReply(count: number): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setUint32(0, count, true);
  return bytes;
}

/** struct fuse_kstatfs. */
export function spaceReply(space: FolderSpace, longestName: number): Uint8Array {
  const bytes = new Uint8Array(80);
  const view = viewOf(bytes);
  const { blocks, free, available, files, filesFree, blockBytes } = space;
  for (const [index, value] of [blocks, free, available, files, filesFree].entries())
    view.setBigUint64(index * 8, value, true);
  view.setUint32(40, blockBytes, true);
  view.setUint32(44, longestName, true);
  view.setUint32(48, blockBytes, true);
  return bytes;
}

/** What READDIR and READDIRPLUS are answered with, filled as far as it goes. */
export class DirectoryReply {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #plus: boolean;
  readonly #folder: Validity;
  #filled = 0;

  /** @param plus with the attributes of each entry */
  constructor(folder: Validity, roomBytes: number, plus: boolean) {
    this.#folder = folder;
    this.#bytes = new Uint8Array(roomBytes);
    this.#view = viewOf(this.#bytes);
    this.#plus = plus;
  }

  get filled(): Uint8Array {
    return this.#bytes.subarray(0, this.#filled);
  }

  fits({ name }: ListedEntry): boolean {
    return this.#filled + this.#size(name) <= this.#bytes.length;
  }

  /**
   * Appends an entry, which fits.
   * @param next where the one behind it is read
   * @param found with `plus`: what the guest knows from now on; null for nothing
   */
  add({ name, type }: ListedEntry, next: number, found: FolderEntry | null): void {
    let at = this.#filled;
    if (this.#plus) {
      if (found) putEntry(this.#view, at, this.#folder, found);
      at += SIZE.entry;
    }
    this.#view.setBigUint64(at, found?.attributes.inode ?? UNKNOWN_INODE, true);
    this.#view.setBigUint64(at + 8, BigInt(next), true);
    this.#view.setUint32(at + 16, name.length, true);
    this.#view.setUint32(at + 20, type >>> 12, true);
    for (let index = 0; index < name.length; index++) this.#bytes[at + 24 + index] = name.charCodeAt(index);
    this.#filled += this.#size(name);
  }

  #size(name: string): number {
    const entry = SIZE.directoryEntry + name.length;
    return (this.#plus ? SIZE.entry : 0) + Math.ceil(entry / ENTRY_ALIGNMENT) * ENTRY_ALIGNMENT;
  }
}

/** struct fuse_getxattr_out: how long it is. */
export function attributeSizeReply(size: number): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setUint32(0, size, true);
  return bytes;
}
