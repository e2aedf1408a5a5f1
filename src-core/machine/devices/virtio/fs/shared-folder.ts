/**
 * A folder that a guest sees through virtio-fs, as synchronous operations on nodes and handles. A node stands for a
 * file, a directory or a symbolic link that the guest has looked up, until it has forgotten it as often. Symbolic links
 * are shown, never followed. Names are checked by the caller: neither empty, nor "." or "..", without "/" and NUL.
 */

/** The folder itself. Never forgotten. */
export const ROOT_NODE = 1;

/** The longest name of an entry, in bytes. */
export const NAME_MOST_BYTES = 255;
/** The longest target of a symbolic link, in bytes. */
export const TARGET_MOST_BYTES = 4095;

/** Type bits of a mode. inode(7). */
export const FILE_TYPE = {
  mask: 0o170000,
  socket: 0o140000,
  link: 0o120000,
  file: 0o100000,
  block: 0o060000,
  directory: 0o040000,
  character: 0o020000,
  fifo: 0o010000,
} as const;

/** errno(3) as Linux numbers them: what goes to the guest does not depend on the host. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EMLINK: 31,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EPROTO: 71,
  EOPNOTSUPP: 95,
  ESTALE: 116,
  EDQUOT: 122,
} as const;
export type ErrnoName = keyof typeof ERRNO;

/** An operation that did not work: what the guest's system call is answered with. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: ErrnoName;

  constructor(code: ErrnoName) {
    super(code);
    this.code = code;
  }
}

export interface FileAttributes {
  /** The same for two names of one file, and as long as the file is there. */
  readonly inode: bigint;
  /** Type and permissions. */
  readonly mode: number;
  readonly links: number;
  readonly sizeBytes: bigint;
  /** What it takes, in units of 512 bytes. */
  readonly blocks: bigint;
  /** Nanoseconds since 1970-01-01 UTC. */
  readonly accessedNs: bigint;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  /** Numbers; everything is root's where they are left out. */
  readonly owner?: number;
  readonly group?: number;
  /** Of a device: its numbers as Linux's new_encode_dev() packs them. */
  readonly device?: number;
}

/** Nanoseconds since 1970-01-01 UTC. */
export type NewTime = bigint | 'now';

/** What is left out stays as it is. */
export interface AttributeChange {
  readonly permissions?: number;
  readonly sizeBytes?: number;
  readonly accessed?: NewTime;
  readonly modified?: NewTime;
}

export interface FolderEntry {
  readonly node: number;
  readonly attributes: FileAttributes;
}

/** One line of a directory. */
export interface ListedEntry {
  /** One character for each byte. */
  readonly name: string;
  /** Type bits of a mode; 0 for unknown. */
  readonly type: number;
}

export interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  readonly append: boolean;
  readonly truncate: boolean;
  /** Every write is safe before it is answered. */
  readonly synchronous: boolean;
  /** With `create`: the file must not be there. */
  readonly exclusive: boolean;
}

/** Of the file system that the folder is on, in units of `blockBytes`. */
export interface FolderSpace {
  readonly blockBytes: number;
  readonly blocks: bigint;
  readonly free: bigint;
  readonly available: bigint;
  readonly files: bigint;
  readonly filesFree: bigint;
}

/** All operations throw `FileError`; names have one character for each byte. */
export interface SharedFolder {
  /** Then nothing in it is ever changed, or opened to be written. */
  readonly readOnly: boolean;
  /**
   * What was seen of it stays so for ever: the guest keeps it without asking again, and opens nothing: it reads, and
   * lists, by the node itself in place of a handle.
   */
  readonly isImmutable?: boolean;

  /**
   * Finds an entry, and counts that the guest knows its node once more; as do all operations that give an entry.
   * @returns null, in a folder that never changes: there is none, and never will be
   */
  lookup(parent: number, name: string): FolderEntry | null;
  /** The guest has forgotten a node `lookups` times. One that it does not know is none of its mistakes. */
  forget(node: number, lookups: number): void;
  /** @param handle of the same node, or null */
  attributes(node: number, handle: number | null): FileAttributes;
  changeAttributes(node: number, handle: number | null, change: AttributeChange): FileAttributes;
  readLink(node: number): Uint8Array;

  makeFile(parent: number, name: string, permissions: number): FolderEntry;
  makeDirectory(parent: number, name: string, permissions: number): FolderEntry;
  makeSymbolicLink(parent: number, name: string, target: Uint8Array): FolderEntry;
  /** Gives a file one more name. */
  link(node: number, parent: number, name: string): FolderEntry;
  unlink(parent: number, name: string): void;
  removeDirectory(parent: number, name: string): void;
  rename(parent: number, name: string, newParent: number, newName: string): void;

  /** @returns a handle */
  open(node: number, mode: OpenMode): number;
  create(
    parent: number,
    name: string,
    permissions: number,
    mode: OpenMode,
  ): { readonly entry: FolderEntry; readonly handle: number };
  /** @returns bytes read: fewer than there is room for only where the file ends */
  read(handle: number, into: readonly Uint8Array[], offset: number): number;
  /** @returns bytes written, all of them unless the disk is full */
  write(handle: number, from: readonly Uint8Array[], offset: number): number;
  /** What was written through the handle is on stable storage when this returns; of a directory, its names. */
  flush(handle: number, dataOnly: boolean): void;
  /** All that was written through handles which are open now. */
  flushAll(): void;
  release(handle: number): void;

  /** @returns a handle */
  openDirectory(node: number): number;
  /** Looks at the directory anew: what was made since is listed too. */
  rewind(handle: number): void;
  /** @returns the entry with this number, counted from 0, without "." and ".."; null behind the last */
  listed(handle: number, index: number): ListedEntry | null;

  /** An extended attribute; null for none. Left out where there are none at all. */
  attribute?(node: number, name: string): Uint8Array | null;
  attributeNames?(node: number): readonly string[];

  space(): FolderSpace;

  /** The guest begins anew: it knows the root only, and has nothing open. */
  reset(): void;
  /** Nodes and handles, as JSON. What files hold is not part of it. */
  save(): unknown;
  /** Takes up what `save` gave, in a folder that was just made. @returns what is wrong with it, or null */
  restore(saved: unknown): string | null;
}
