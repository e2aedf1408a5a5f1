import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, futimesSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { FILE_TYPE, FileError, type NewTime } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';
import type { Ground, HostTimes } from './ground.ts';
import type { Handles } from './handles.ts';
import { attempt } from './host-problem.ts';
import type { Node } from './nodes.ts';

const { O_WRONLY } = constants;

/** What files are beside their contents: through a handle where one is open, else at their places. */
export class NodeAttributes {
  readonly #ground: Ground;
  readonly #handles: Handles;

  constructor(ground: Ground, handles: Handles) {
    this.#ground = ground;
    this.#handles = handles;
  }

  /** Of what is open, as it is there, with a name or without. */
  of(node: Node, handle: number | null): BigIntStats {
    const given = handle === null ? null : this.#handles.get(handle);
    if (given && given.node !== node) throw new FileError('EBADF');
    const fd = given?.fd ?? this.#openDescriptor(node);
    return fd !== null && fd >= 0 ? fstatSync(fd, { bigint: true }) : this.#ground.attributes(node);
  }

  #openDescriptor(node: Node, forWriting = false): number | null {
    for (const id of node.handles) {
      const { fd, mode } = this.#handles.get(id);
      if (fd !== null && fd >= 0 && (!forWriting || mode?.write)) return fd;
    }
    return null;
  }

  setSize(node: Node, handle: number | null, sizeBytes: number): void {
    if (node.type === FILE_TYPE.directory) throw new FileError('EISDIR');
    if (node.type !== FILE_TYPE.file) throw new FileError('EINVAL');
    if (sizeBytes > Number.MAX_SAFE_INTEGER) throw new FileError('EFBIG');
    const given = handle === null ? null : this.#handles.file(handle);
    if (given && (given.node !== node || !given.mode.write)) throw new FileError('EBADF');
    const open = given?.fd ?? this.#openDescriptor(node, true);
    if (open !== null) {
      attempt(() => ftruncateSync(open, sizeBytes));
      return;
    }
    const fd = this.#ground.open(node, O_WRONLY);
    try {
      attempt(() => ftruncateSync(fd, sizeBytes));
    } finally {
      closeSync(fd);
    }
  }

  setPermissions(node: Node, permissions: number): void {
    const fd = this.#openDescriptor(node);
    if (fd === null) this.#ground.setPermissions(node, permissions);
    else attempt(() => fchmodSync(fd, permissions));
  }

  setTimes(node: Node, accessed: NewTime | undefined, modified: NewTime | undefined): void {
    const before = this.of(node, null);
    const now = Date.now() / 1000;
    const times: HostTimes = {
      accessed: accessed === 'now' ? now : secondsOf(accessed ?? before.atimeNs),
      modified: modified === 'now' ? now : secondsOf(modified ?? before.mtimeNs),
    };
    const fd = this.#openDescriptor(node);
    if (fd === null) this.#ground.setTimes(node, times);
    else attempt(() => futimesSync(fd, times.accessed, times.modified));
  }
}

/**
 * Seconds as a floating-point number. That is coarser than a nanosecond; half of the grain that the guest sees is
 * added so that it sees again what it set.
 */
function secondsOf(ns: bigint): number {
  const grains = ns / 1000n;
  return (Number(grains) + 0.5) / 1e6;
}
