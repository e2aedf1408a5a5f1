import { closeSync } from 'node:fs';
import {
  FileError,
  type ListedEntry,
  type OpenMode,
} from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';
import type { Node } from './nodes.ts';

/** Files and directories that a guest may have open in a folder at a time. */
export const HANDLES_MOST = 1024;
/** Entries that are kept for all listings under way. */
export const LISTED_MOST = 1_000_000;

export interface Handle {
  readonly id: number;
  readonly node: Node;
  /** Null for a directory. */
  readonly mode: OpenMode | null;
  /** Null when it could not be opened again after it was restored. */
  readonly fd: number | null;
  /** What a directory held when it was last looked at. */
  listing: readonly ListedEntry[] | null;
}

/** Of a file that could be opened. */
export type FileHandle = Handle & { readonly fd: number; readonly mode: OpenMode };

function isFile(handle: Handle): handle is FileHandle {
  return handle.mode !== null && handle.fd !== null;
}

/** What the guest has open. */
export class Handles {
  readonly #byId = new Map<number, Handle>();
  #listed = 0;
  #nextId = 1;

  get nextId(): number {
    return this.#nextId;
  }

  all(): Iterable<Handle> {
    return this.#byId.values();
  }

  /** To be called before a file is opened. @throws FileError ENFILE */
  makeRoom(): void {
    if (this.#byId.size >= HANDLES_MOST) throw new FileError('ENFILE');
  }

  add(node: Node, mode: OpenMode | null, fd: number | null, id = this.#nextId): Handle {
    const handle: Handle = { id, node, mode, fd, listing: null };
    this.#byId.set(id, handle);
    this.#nextId = Math.max(this.#nextId, id + 1);
    return handle;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  continueAt(nextId: number): void {
    this.#nextId = Math.max(nextId, this.#nextId);
  }

  /** @throws FileError EBADF */
  get(id: number): Handle {
    const handle = this.#byId.get(id);
    if (handle) return handle;
    throw new FileError('EBADF');
  }

  /** @throws FileError EBADF when it is none of a file's; ESTALE when its file went while the machine was away */
  file(id: number): FileHandle {
    const handle = this.get(id);
    if (isFile(handle)) return handle;
    throw new FileError(handle.mode === null ? 'EBADF' : 'ESTALE');
  }

  /** @throws FileError ENOMEM when too much is being listed at a time */
  keep(handle: Handle, listing: readonly ListedEntry[] | null): void {
    const listed = this.#listed - (handle.listing?.length ?? 0) + (listing?.length ?? 0);
    if (listed > LISTED_MOST) throw new FileError('ENOMEM');
    this.#listed = listed;
    handle.listing = listing;
  }

  /** How many entries a listing may still have. */
  get roomForEntries(): number {
    return LISTED_MOST - this.#listed;
  }

  remove(id: number): Handle {
    const handle = this.get(id);
    this.keep(handle, null);
    this.#byId.delete(id);
    if (handle.fd !== null && handle.fd >= 0) closeSync(handle.fd);
    return handle;
  }

  reset(): void {
    for (const id of [...this.#byId.keys()]) this.remove(id);
  }
}
