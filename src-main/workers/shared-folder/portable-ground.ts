import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  futimesSync,
  lstatSync,
  lutimesSync,
  openSync,
  realpathSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { FILE_TYPE, FileError, ROOT_NODE } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';
import { typeOf, type Confirm, type Ground, type HostTimes, type Place } from './ground.ts';
import { attempt } from './host-problem.ts';
import type { Node } from './nodes.ts';

const { O_CREAT, O_EXCL, O_RDONLY } = constants;
/** Windows has neither; there, links are only what somebody made as an administrator. */
const offered: Readonly<Record<string, number | undefined>> = { ...constants };
const CAREFULLY = (offered['O_NOFOLLOW'] ?? 0) | (offered['O_NONBLOCK'] ?? 0);

/** To Windows these are more than a name: another folder, another stream, a device, or the same name once more. */
const WINDOWS_MEANINGS = /[\\:*?"<>|\u0001-\u001f]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * macOS, Windows, and Linux without /proc: nothing is held, so each directory on the way is looked at before an
 * operation, and what was opened is looked at again. Between the two, another program of this computer may put a link
 * in a directory's place; what is opened through it is closed unused, what is made through it is an empty file.
 */
export class PortableGround implements Ground {
  readonly root: BigIntStats;
  readonly #directory: string;
  readonly #confirm: Confirm;
  readonly #isWindows = process.platform === 'win32';

  /** @param directory its resolved path: one that leads elsewhere by now is refused. @throws FileError */
  constructor(directory: string, confirm: Confirm) {
    this.#directory = directory;
    this.#confirm = confirm;
    this.root = attempt(() => lstatSync(directory, { bigint: true }));
    if (!this.root.isDirectory() || attempt(() => realpathSync.native(directory)) !== directory)
      throw new FileError('ESTALE');
  }

  identityOf({ dev, ino }: BigIntStats): string {
    return `${dev}:${ino}`;
  }

  get place(): Place {
    return this.#directory;
  }

  entry(directory: Node, name: string): Place {
    return join(this.#path(directory), this.#text(name));
  }

  entries(directory: Node, name: string, otherDirectory: Node, otherName: string): readonly [Place, Place] {
    return [this.entry(directory, name), this.entry(otherDirectory, otherName)];
  }

  look(directory: Node, name: string): BigIntStats {
    const path = this.entry(directory, name);
    return attempt(() => lstatSync(path, { bigint: true }));
  }

  attributes(node: Node): BigIntStats {
    if (!node.parent) return attempt(() => lstatSync(this.#place(node), { bigint: true }));
    const stats = this.look(node.parent, node.name);
    this.#check(node, stats);
    return stats;
  }

  open(node: Node, flags: number): number {
    const path = this.#place(node);
    this.attributes(node);
    const fd = attempt(() => openSync(path, flags | CAREFULLY));
    return this.#verified(fd, node, path);
  }

  make(directory: Node, name: string, flags: number, permissions: number): number {
    const path = this.entry(directory, name) as string;
    const fd = attempt(() => openSync(path, flags | O_CREAT | O_EXCL | CAREFULLY, permissions));
    if (attempt(() => realpathSync.native(path)) === path) return fd;
    closeSync(fd);
    throw new FileError('ESTALE');
  }

  openDirectory(node: Node): number {
    const path = this.#path(node);
    // Windows opens no directory as a file.
    if (this.#isWindows) return -1;
    const fd = attempt(() => openSync(path, O_RDONLY | CAREFULLY));
    return this.#verified(fd, node, path);
  }

  listing(node: Node): Place {
    return this.#path(node);
  }

  setPermissions(node: Node, permissions: number): void {
    if (node.type === FILE_TYPE.link) throw new FileError('EOPNOTSUPP');
    this.#opened(node, (fd) => fchmodSync(fd, permissions));
  }

  setTimes(node: Node, { accessed, modified }: HostTimes): void {
    if (node.type === FILE_TYPE.link) attempt(() => lutimesSync(this.#place(node), accessed, modified));
    else this.#opened(node, (fd) => futimesSync(fd, accessed, modified));
  }

  forget(): void {
    // Nothing is held.
  }

  close(): void {
    // Likewise.
  }

  #opened(node: Node, work: (fd: number) => void): void {
    const fd = node.type === FILE_TYPE.directory ? this.openDirectory(node) : this.open(node, O_RDONLY);
    if (fd < 0) throw new FileError('EOPNOTSUPP');
    try {
      attempt(() => work(fd));
    } finally {
      closeSync(fd);
    }
  }

  #verified(fd: number, node: Node, path: string): number {
    try {
      this.#check(node, fstatSync(fd, { bigint: true }));
      if (realpathSync.native(path) !== path) throw new FileError('ESTALE');
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  #place(node: Node): string {
    return node.parent ? (this.entry(node.parent, node.name) as string) : this.#path(node);
  }

  /** The path of a directory, each on the way being what it was. */
  #path(node: Node): string {
    if (node.type !== FILE_TYPE.directory) throw new FileError('ENOTDIR');
    const way: Node[] = [];
    let from = node;
    for (; from.parent; from = from.parent) way.push(from);
    if (from.id !== ROOT_NODE) throw new FileError('ESTALE');
    let path = this.#directory;
    for (let next = way.pop(); next; next = way.pop()) {
      path = join(path, this.#text(next.name));
      const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (!stats) throw new FileError('ESTALE');
      this.#check(next, stats);
    }
    return path;
  }

  #check(node: Node, stats: BigIntStats): void {
    if (typeOf(stats) !== node.type) throw new FileError('ESTALE');
    const identity = this.identityOf(stats);
    if (node.identity === null) this.#confirm(node, identity);
    else if (node.identity !== identity) throw new FileError('ESTALE');
  }

  /** Names are text here. */
  #text(name: string): string {
    const bytes = Buffer.from(name, 'latin1');
    const text = bytes.toString('utf8');
    if (!Buffer.from(text).equals(bytes) || (this.#isWindows && WINDOWS_MEANINGS.test(text)))
      throw new FileError('EINVAL');
    return text;
  }
}
