import { FSYNC_DATA_ONLY, OPCODE, OPEN } from './fuse-protocol.ts';
import type { Operation } from './operation.ts';
import { entryReply, openReply, writeReply } from './reply.ts';
import type { RequestBody } from './request.ts';
import { FileError, type OpenMode } from './shared-folder.ts';

/** Requests about files that are open, or are to be. */
export const fileOperations: readonly (readonly [number, Operation])[] = [
  [
    OPCODE.open,
    (folder, body, { header }) => {
      const mode = openMode(body.u32());
      if (folder.readOnly && (mode.write || mode.truncate)) throw new FileError('EROFS');
      // A kernel that is told so opens nothing any more.
      if (folder.isImmutable) throw new FileError('ENOSYS');
      return openReply(folder.open(header.node, mode));
    },
  ],
  [
    OPCODE.create,
    (folder, body, { header }) => {
      const flags = body.u32();
      const permissions = readPermissions(body);
      body.skip(4);
      const { entry, handle } = folder.create(header.node, body.name(), permissions, openMode(flags));
      return Uint8Array.of(...entryReply(folder, entry), ...openReply(handle));
    },
  ],
  [
    OPCODE.read,
    (folder, body, { header, room }) => {
      const { handle, offset } = readTransfer(body);
      return folder.read(folder.isImmutable ? header.node : handle, room, offset);
    },
  ],
  [
    OPCODE.write,
    (folder, body, { data }) => {
      const { handle, offset, sizeBytes } = readTransfer(body);
      if (data.reduce((sum, { length }) => sum + length, 0) !== sizeBytes) throw new FileError('EINVAL');
      return writeReply(folder.write(handle, data, offset));
    },
  ],
  [OPCODE.fsync, flush],
  [
    OPCODE.release,
    (folder, body) => {
      folder.release(body.u64());
      return 0;
    },
  ],
];

/** FSYNC and FSYNCDIR: struct fuse_fsync_in. */
export function flush(...[folder, body]: Parameters<Operation>): number {
  const handle = body.u64();
  folder.flush(handle, (body.u32() & FSYNC_DATA_ONLY) !== 0);
  return 0;
}

function openMode(flags: number): OpenMode {
  const access = flags & OPEN.accessMode;
  if (access > OPEN.readWrite) throw new FileError('EINVAL');
  return {
    read: access !== OPEN.writeOnly,
    write: access !== 0,
    append: (flags & OPEN.append) !== 0,
    truncate: (flags & OPEN.truncate) !== 0,
    synchronous: (flags & OPEN.dataSynchronous) !== 0,
    exclusive: (flags & OPEN.exclusive) !== 0,
  };
}

/** A mode and the umask, which the guest's kernel has applied already. */
export function readPermissions(body: RequestBody): number {
  const permissions = body.u32() & 0o777;
  body.skip(4);
  return permissions;
}

/** struct fuse_read_in and fuse_write_in, as far as they are the same. */
export function readTransfer(body: RequestBody): { handle: number; offset: number; sizeBytes: number } {
  const handle = body.u64();
  const offset = body.u64();
  const sizeBytes = body.u32();
  body.skip(20);
  if (offset + sizeBytes > Number.MAX_SAFE_INTEGER) throw new FileError('EFBIG');
  return { handle, offset, sizeBytes };
}
