import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  opendirSync,
  readlinkSync,
  readvSync,
  renameSync,
  rmdirSync,
  statfsSync,
  symlinkSync,
  unlinkSync,
  writevSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import {
  FILE_TYPE,
  FileError,
  type AttributeChange,
  type FileAttributes,
  type FolderEntry,
  type FolderSpace,
  type ListedEntry,
  type OpenMode,
  type SharedFolder,
} from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';
import { typeOf, type Ground } from './ground.ts';
import { Handles } from './handles.ts';
import { attempt } from './host-problem.ts';
import { readListing } from './listing.ts';
import { NodeAttributes } from './node-attributes.ts';
import { Nodes, type Node } from './nodes.ts';
import { restoreNodes, savedFolderSchema, saveFolder, type SavedFolder } from './saved-folder.ts';
import { inFull } from './transfer.ts';

const { O_APPEND, O_RDONLY, O_RDWR, O_WRONLY } = constants;
/** Windows has no such flag: there each write is followed by a flush in its stead. */
const O_SYNC: number | undefined = constants.O_SYNC;

/** A folder of this computer as a guest sees it. What may be reached, and how, is the ground's. */
export class HostFolder implements SharedFolder {
  readonly readOnly: boolean;
  readonly #ground: Ground;
  readonly #nodes: Nodes;
  readonly #handles = new Handles();
  readonly #attributes: NodeAttributes;

  constructor(openGround: (confirm: (node: Node, identity: string) => void) => Ground, readOnly: boolean) {
    this.readOnly = readOnly;
    this.#ground = openGround((node, identity) => this.#nodes.confirm(node, identity));
    this.#attributes = new NodeAttributes(this.#ground, this.#handles);
    this.#nodes = new Nodes(this.#ground.identityOf(this.#ground.root), (node) => this.#ground.forget(node));
  }

  lookup(parent: number, name: string): FolderEntry {
    return this.#learn(this.#nodes.get(parent), name);
  }

  forget(node: number, lookups: number): void {
    this.#nodes.forget(node, lookups);
  }

  attributes(id: number, handle: number | null): FileAttributes {
    return this.#show(this.#attributes.of(this.#nodes.get(id), handle));
  }

  changeAttributes(id: number, handle: number | null, change: AttributeChange): FileAttributes {
    this.#forWriting();
    const node = this.#nodes.get(id);
    if (change.sizeBytes !== undefined) this.#attributes.setSize(node, handle, change.sizeBytes);
    if (change.permissions !== undefined) this.#attributes.setPermissions(node, change.permissions);
    if (change.accessed !== undefined || change.modified !== undefined)
      this.#attributes.setTimes(node, change.accessed, change.modified);
    return this.#show(this.#attributes.of(node, handle));
  }

  readLink(id: number): Uint8Array {
    const node = this.#nodes.get(id);
    if (node.type !== FILE_TYPE.link) throw new FileError('EINVAL');
    this.#ground.attributes(node);
    if (!node.parent) throw new FileError('ESTALE');
    const place = this.#ground.entry(node.parent, node.name);
    return attempt(() => readlinkSync(place, { encoding: 'buffer' }));
  }

  makeFile(parent: number, name: string, permissions: number): FolderEntry {
    this.#forWriting();
    const directory = this.#nodes.get(parent);
    closeSync(this.#ground.make(directory, name, O_WRONLY, permissions));
    return this.#learn(directory, name);
  }

  makeDirectory(parent: number, name: string, permissions: number): FolderEntry {
    this.#forWriting();
    const directory = this.#nodes.get(parent);
    const place = this.#ground.entry(directory, name);
    attempt(() => mkdirSync(place, permissions));
    return this.#learn(directory, name);
  }

  makeSymbolicLink(parent: number, name: string, target: Uint8Array): FolderEntry {
    this.#forWriting();
    const directory = this.#nodes.get(parent);
    const place = this.#ground.entry(directory, name);
    attempt(() => symlinkSync(Buffer.from(target), place));
    return this.#learn(directory, name);
  }

  link(id: number, parent: number, name: string): FolderEntry {
    this.#forWriting();
    const node = this.#nodes.get(id);
    const directory = this.#nodes.get(parent);
    if (node.type !== FILE_TYPE.file && node.type !== FILE_TYPE.link) throw new FileError('EPERM');
    this.#ground.attributes(node);
    if (!node.parent) throw new FileError('ENOENT');
    const [from, to] = this.#ground.entries(node.parent, node.name, directory, name);
    attempt(() => linkSync(from, to));
    return this.#learn(directory, name);
  }

  unlink(parent: number, name: string): void {
    this.#remove(parent, name, unlinkSync);
  }

  removeDirectory(parent: number, name: string): void {
    this.#remove(parent, name, rmdirSync);
  }

  rename(parent: number, name: string, newParent: number, newName: string): void {
    this.#forWriting();
    const [directory, newDirectory] = [this.#nodes.get(parent), this.#nodes.get(newParent)];
    const moved = this.#known(directory, name);
    const replaced = this.#known(newDirectory, newName);
    const [from, to] = this.#ground.entries(directory, name, newDirectory, newName);
    attempt(() => renameSync(from, to));
    // Two names of one file: to rename one to the other changes nothing.
    if (moved && moved === replaced) return;
    if (replaced) this.#nodes.displace(replaced);
    if (moved) this.#nodes.place(moved, newDirectory, newName);
  }

  open(id: number, mode: OpenMode): number {
    if (mode.write || mode.truncate) this.#forWriting();
    const node = this.#nodes.get(id);
    this.#handles.makeRoom();
    return this.#opened(node, mode, this.#openFile(node, mode));
  }

  create(
    parent: number,
    name: string,
    permissions: number,
    mode: OpenMode,
  ): { readonly entry: FolderEntry; readonly handle: number } {
    this.#forWriting();
    const directory = this.#nodes.get(parent);
    this.#handles.makeRoom();
    const fd = this.#tryToMake(directory, name, permissions, mode);
    if (fd === null) {
      const entry = this.#learn(directory, name);
      return { entry, handle: this.#openKnown(entry, mode) };
    }
    try {
      const stats = fstatSync(fd, { bigint: true });
      const node = this.#nodes.learn(directory, name, typeOf(stats), this.#ground.identityOf(stats));
      return { entry: { node: node.id, attributes: this.#show(stats) }, handle: this.#opened(node, mode, fd) };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  read(id: number, into: readonly Uint8Array[], offset: number): number {
    const { fd, mode } = this.#handles.file(id);
    if (!mode.read) throw new FileError('EBADF');
    return inFull(into, (pieces, done) => readvSync(fd, pieces, offset + done));
  }

  write(id: number, from: readonly Uint8Array[], offset: number): number {
    this.#forWriting();
    const { fd, mode } = this.#handles.file(id);
    if (!mode.write) throw new FileError('EBADF');
    const count = inFull(from, (pieces, done) =>
      mode.append ? writevSync(fd, pieces) : writevSync(fd, pieces, offset + done),
    );
    if (mode.synchronous && O_SYNC === undefined) attempt(() => fsyncSync(fd));
    return count;
  }

  flush(id: number, dataOnly: boolean): void {
    const { fd } = this.#handles.get(id);
    if (fd === null) throw new FileError('ESTALE');
    if (fd >= 0) attempt(() => (dataOnly ? fdatasyncSync(fd) : fsyncSync(fd)));
  }

  flushAll(): void {
    for (const { fd, mode } of this.#handles.all()) if (mode?.write && fd !== null) attempt(() => fsyncSync(fd));
  }

  release(id: number): void {
    const { node } = this.#handles.remove(id);
    this.#nodes.closed(node, id);
  }

  openDirectory(id: number): number {
    const node = this.#nodes.get(id);
    this.#handles.makeRoom();
    return this.#opened(node, null, this.#ground.openDirectory(node));
  }

  rewind(id: number): void {
    this.#handles.keep(this.#handles.get(id), null);
  }

  listed(id: number, index: number): ListedEntry | null {
    const handle = this.#handles.get(id);
    const { mode, fd, node } = handle;
    if (mode !== null) throw new FileError('ENOTDIR');
    if (fd === null) throw new FileError('ESTALE');
    if (handle.listing === null) {
      const place = this.#ground.listing(node, fd);
      const listing = attempt(() =>
        readListing(opendirSync(place, { encoding: 'buffer' as 'utf8' }), this.#handles.roomForEntries),
      );
      this.#handles.keep(handle, listing);
    }
    return handle.listing?.[index] ?? null;
  }

  space(): FolderSpace {
    const place = this.#ground.place;
    const { bsize, blocks, bfree, bavail, files, ffree } = attempt(() => statfsSync(place, { bigint: true }));
    const blockBytes = Number(bsize);
    return { blockBytes, blocks, free: bfree, available: bavail, files, filesFree: ffree };
  }

  reset(): void {
    this.#handles.reset();
    this.#nodes.reset();
  }

  save(): SavedFolder {
    return saveFolder(this.readOnly, this.#nodes, this.#handles);
  }

  restore(value: unknown): string | null {
    const parsed = savedFolderSchema.safeParse(value);
    if (!parsed.success) return 'it is not the state of a shared folder';
    const saved = parsed.data;
    if (saved.readOnly !== this.readOnly) return 'the folder is shared in another way';
    const wrong = restoreNodes(saved, this.#nodes);
    if (wrong !== null) return wrong;
    for (const { id, node: nodeId, mode } of saved.handles) {
      const node = this.#nodes.at(nodeId);
      if (!node || id >= saved.nextHandle || this.#handles.has(id)) return 'a handle of nothing';
      this.#reopen(id, node, mode === null ? null : { ...mode, truncate: false, exclusive: false });
    }
    this.#handles.continueAt(saved.nextHandle);
    return null;
  }

  /** Closes everything. */
  close(): void {
    this.reset();
    this.#ground.close();
  }

  #forWriting(): void {
    if (this.readOnly) throw new FileError('EROFS');
  }

  #learn(directory: Node, name: string): FolderEntry {
    const stats = this.#ground.look(directory, name);
    const node = this.#nodes.learn(directory, name, typeOf(stats), this.#ground.identityOf(stats));
    return { node: node.id, attributes: this.#show(stats) };
  }

  /** What the guest knows of an entry that is about to go. */
  #known(directory: Node, name: string): Node | null {
    try {
      const stats = this.#ground.look(directory, name);
      return this.#nodes.find(directory, name, typeOf(stats), this.#ground.identityOf(stats));
    } catch {
      return null;
    }
  }

  #remove(parent: number, name: string, remove: (place: Buffer | string) => void): void {
    this.#forWriting();
    const directory = this.#nodes.get(parent);
    const known = this.#known(directory, name);
    const place = this.#ground.entry(directory, name);
    attempt(() => remove(place));
    if (known) this.#nodes.displace(known);
  }

  /** @returns null when something is there already that may be opened instead */
  #tryToMake(directory: Node, name: string, permissions: number, mode: OpenMode): number | null {
    try {
      return this.#ground.make(directory, name, flagsOf(mode), permissions);
    } catch (error) {
      if (mode.exclusive || !(error instanceof FileError) || error.code !== 'EEXIST') throw error;
      return null;
    }
  }

  #openKnown({ node }: FolderEntry, mode: OpenMode): number {
    try {
      return this.open(node, mode);
    } catch (error) {
      // The guest does not hear of the entry.
      this.forget(node, 1);
      throw error;
    }
  }

  #openFile(node: Node, mode: OpenMode): number {
    if (node.type === FILE_TYPE.directory) throw new FileError('EISDIR');
    if (node.type === FILE_TYPE.link) throw new FileError('ELOOP');
    // A pipe would block, and a device do things.
    if (node.type !== FILE_TYPE.file) throw new FileError('EACCES');
    const fd = this.#ground.open(node, flagsOf(mode));
    try {
      if (mode.truncate) attempt(() => ftruncateSync(fd, 0));
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  #opened(node: Node, mode: OpenMode | null, fd: number | null): number {
    const { id } = this.#handles.add(node, mode, fd);
    this.#nodes.opened(node, id);
    return id;
  }

  /** By name, as it was open before; without a descriptor where that cannot be. */
  #reopen(id: number, node: Node, mode: OpenMode | null): void {
    let fd: number | null = null;
    try {
      const allowed = !this.readOnly || mode?.write !== true;
      if (allowed) fd = mode === null ? this.#ground.openDirectory(node) : this.#openFile(node, mode);
    } catch {
      // Its file is gone: each use of the handle says so.
    }
    this.#handles.add(node, mode, fd, id);
    this.#nodes.opened(node, id);
  }

  #show(stats: BigIntStats): FileAttributes {
    const { dev, ino, mode, nlink, size, blocks, atimeNs, mtimeNs, ctimeNs } = stats;
    return {
      // Numbers of another file system that is mounted within must not be taken for those of this one.
      inode: dev === this.#ground.root.dev ? ino : BigInt.asUintN(64, ino ^ (dev << 40n)),
      // Set-user-ID and its like are not carried over from another system.
      mode: Number(mode) & (FILE_TYPE.mask | 0o777),
      links: Number(nlink),
      sizeBytes: size,
      blocks,
      accessedNs: atimeNs,
      modifiedNs: mtimeNs,
      changedNs: ctimeNs,
    };
  }
}

function flagsOf({ read, write, append, synchronous }: OpenMode): number {
  const access = write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY;
  return access | (write && append ? O_APPEND : 0) | (write && synchronous ? (O_SYNC ?? 0) : 0);
}
