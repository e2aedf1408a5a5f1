import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  lutimesSync,
  openSync,
  readlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { FILE_TYPE, FileError, ROOT_NODE } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';
import { typeOf, type Confirm, type Ground, type HostTimes, type Place } from './ground.ts';
import { attempt } from './host-problem.ts';
import type { Node } from './nodes.ts';

/** Node does not name it: a descriptor that only stands for a file, and opens nothing. open(2). */
const O_PATH = 0o10000000;
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** Descriptors that only stand for nodes, of each folder: beyond, the one that was not used for longest is closed. */
const HELD_MOST = 256;
/** From a directory that is held to one that is to be. */
const DEEPEST = 1024;

/**
 * Linux: each directory is held by a descriptor, and an entry of it is /proc/self/fd/FD/NAME: openat(2) by another
 * name. No path is walked but its last component, and that one with O_NOFOLLOW; so it does not matter what anybody
 * puts in the place of a directory. That a directory was moved out of the shared folder is seen by its own path.
 */
export class LinuxGround implements Ground {
  readonly root: BigIntStats;
  readonly #rootFd: number;
  #rootPath: string;
  /** By node, the least recently used first. */
  readonly #held = new Map<Node, number>();
  #pinned: Node | null = null;
  readonly #knowsBirth: boolean;
  readonly #confirm: Confirm;

  /**
   * @param directory its resolved path: one that leads elsewhere by now is refused
   * @throws FileError
   */
  constructor(directory: string, confirm: Confirm) {
    this.#confirm = confirm;
    this.#rootFd = attempt(() => openSync(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    this.#rootPath = readlinkSync(`/proc/self/fd/${this.#rootFd}`);
    if (this.#rootPath !== directory) {
      closeSync(this.#rootFd);
      throw new FileError('ESTALE');
    }
    this.root = fstatSync(this.#rootFd, { bigint: true });
    // Where a file system keeps no time of birth, that of the last change may stand in its place.
    this.#knowsBirth = this.root.birthtimeNs > 0n && this.root.birthtimeNs !== this.root.ctimeNs;
  }

  identityOf({ dev, ino, birthtimeNs }: BigIntStats): string {
    return this.#knowsBirth ? `${dev}:${ino}:${birthtimeNs}` : `${dev}:${ino}`;
  }

  get place(): Place {
    return `/proc/self/fd/${this.#rootFd}`;
  }

  entry(directory: Node, name: string): Place {
    return join(this.#directory(directory), name);
  }

  /** The first directory stays held while the way to the second is looked for. */
  entries(directory: Node, name: string, otherDirectory: Node, otherName: string): readonly [Place, Place] {
    this.#pinned = directory;
    try {
      return [this.entry(directory, name), this.entry(otherDirectory, otherName)];
    } finally {
      this.#pinned = null;
    }
  }

  look(directory: Node, name: string): BigIntStats {
    const path = this.entry(directory, name);
    return attempt(() => lstatSync(path, { bigint: true }));
  }

  attributes(node: Node): BigIntStats {
    const held = this.#held.get(node);
    if (held !== undefined || node.parent === null) return fstatSync(this.#hold(node), { bigint: true });
    const stats = this.look(node.parent, node.name);
    this.#check(node, stats);
    return stats;
  }

  open(node: Node, flags: number): number {
    return this.#reopen(this.#hold(node), flags);
  }

  make(directory: Node, name: string, flags: number, permissions: number): number {
    const path = this.entry(directory, name);
    const fd = attempt(() => openSync(path, flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK, permissions));
    if (this.#isInside(fd)) return fd;
    closeSync(fd);
    attempt(() => unlinkSync(path));
    throw new FileError('ESTALE');
  }

  openDirectory(node: Node): number {
    return this.#reopen(this.#directory(node), O_RDONLY | O_DIRECTORY);
  }

  listing(_node: Node, fd: number): Place {
    if (!this.#isInside(fd)) throw new FileError('ESTALE');
    return `/proc/self/fd/${fd}`;
  }

  setPermissions(node: Node, permissions: number): void {
    if (node.type === FILE_TYPE.link) throw new FileError('EOPNOTSUPP');
    const fd = this.#inside(this.#hold(node));
    attempt(() => chmodSync(`/proc/self/fd/${fd}`, permissions));
  }

  setTimes(node: Node, { accessed, modified }: HostTimes): void {
    if (node.type === FILE_TYPE.link && node.parent) {
      const path = this.entry(node.parent, node.name);
      attempt(() => lutimesSync(path, accessed, modified));
      return;
    }
    const fd = this.#inside(this.#hold(node));
    attempt(() => utimesSync(`/proc/self/fd/${fd}`, accessed, modified));
  }

  forget(node: Node): void {
    const fd = this.#held.get(node);
    if (fd === undefined) return;
    this.#held.delete(node);
    closeSync(fd);
  }

  close(): void {
    for (const fd of this.#held.values()) closeSync(fd);
    this.#held.clear();
    closeSync(this.#rootFd);
  }

  /** A descriptor of a directory which is within the shared folder at this moment. */
  #directory(node: Node): number {
    if (node.type !== FILE_TYPE.directory) throw new FileError('ENOTDIR');
    return this.#inside(this.#hold(node));
  }

  #inside(fd: number): number {
    if (this.#isInside(fd)) return fd;
    throw new FileError('ESTALE');
  }

  #isInside(fd: number): boolean {
    if (fd === this.#rootFd) return true;
    const path = readlinkSync(`/proc/self/fd/${fd}`);
    if (this.#covers(path)) return true;
    // The shared folder itself may have been moved, with all that is in it.
    this.#rootPath = readlinkSync(`/proc/self/fd/${this.#rootFd}`);
    return this.#covers(path);
  }

  #covers(path: string): boolean {
    if (!path.startsWith(this.#rootPath)) return false;
    return path.length === this.#rootPath.length || path.charCodeAt(this.#rootPath.length) === 0x2f;
  }

  /** The descriptor that stands for a node, opened along the way from the nearest directory that is held. */
  #hold(node: Node): number {
    const way: Node[] = [];
    let from: Node = node;
    let fd = this.#find(from);
    while (fd === undefined) {
      if (from.parent === null || way.length === DEEPEST) throw new FileError('ESTALE');
      way.push(from);
      from = from.parent;
      fd = this.#find(from);
    }
    for (let next = way.pop(); next; next = way.pop()) fd = this.#step(this.#inside(fd), next);
    return fd;
  }

  #find(node: Node): number | undefined {
    if (node.id === ROOT_NODE) return this.#rootFd;
    const fd = this.#held.get(node);
    if (fd === undefined) return undefined;
    this.#held.delete(node);
    this.#held.set(node, fd);
    return fd;
  }

  #step(directory: number, node: Node): number {
    const path = join(directory, node.name);
    const fd = attempt(() => openSync(path, O_PATH | O_NOFOLLOW));
    try {
      this.#check(node, fstatSync(fd, { bigint: true }));
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#held.set(node, fd);
    if (this.#held.size > HELD_MOST) this.#closeOldest(node);
    return fd;
  }

  #closeOldest(newest: Node): void {
    for (const node of this.#held.keys()) {
      if (node === this.#pinned || node === newest) continue;
      this.forget(node);
      return;
    }
  }

  /** What it stands for is regular or a directory, and known to be: so this blocks on nothing, and has no side effect. */
  #reopen(held: number, flags: number): number {
    const fd = attempt(() => openSync(`/proc/self/fd/${held}`, flags | O_NONBLOCK));
    if (this.#isInside(fd)) return fd;
    closeSync(fd);
    throw new FileError('ESTALE');
  }

  #check(node: Node, stats: BigIntStats): void {
    if (typeOf(stats) !== node.type) throw new FileError('ESTALE');
    const identity = this.identityOf(stats);
    if (node.identity === null) this.#confirm(node, identity);
    else if (node.identity !== identity) throw new FileError('ESTALE');
  }
}

/** Names are bytes, in whatever encoding. */
function join(directory: number, name: string): Buffer {
  return Buffer.from(`/proc/self/fd/${directory}/${name}`, 'latin1');
}
