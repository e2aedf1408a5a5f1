import { OPCODE } from './fuse-protocol.ts';
import type { FuseRequest, Operation } from './operation.ts';
import { flush, readPermissions, readTransfer } from './operations-files.ts';
import { DirectoryReply, entryReply, openReply } from './reply.ts';
import type { RequestBody } from './request.ts';
import { FILE_TYPE, FileError, type ListedEntry, type SharedFolder } from './shared-folder.ts';

/** No reply is larger: a kernel asks for less. */
const LISTING_MOST_BYTES = 64 * 1024;
/** They stand before what the folder lists. Where they are, the guest's kernel knows itself. */
const OWN_ENTRIES: readonly ListedEntry[] = ['.', '..'].map((name) => ({ name, type: FILE_TYPE.directory }));

/** Requests that make, remove and list entries of directories. */
export const directoryOperations: readonly (readonly [number, Operation])[] = [
  [
    OPCODE.mknod,
    (folder, body, { header }) => {
      const mode = body.u32();
      body.skip(12);
      const type = mode & FILE_TYPE.mask;
      // A device or a pipe of a guest has no place among the files of this computer.
      if (type !== FILE_TYPE.file && type !== 0) throw new FileError('EPERM');
      return entryReply(folder, folder.makeFile(header.node, body.name(), mode & 0o777));
    },
  ],
  [
    OPCODE.mkdir,
    (folder, body, { header }) => {
      const permissions = readPermissions(body);
      return entryReply(folder, folder.makeDirectory(header.node, body.name(), permissions));
    },
  ],
  [
    OPCODE.unlink,
    (folder, body, { header }) => {
      folder.unlink(header.node, body.name());
      return 0;
    },
  ],
  [
    OPCODE.rmdir,
    (folder, body, { header }) => {
      folder.removeDirectory(header.node, body.name());
      return 0;
    },
  ],
  [OPCODE.rename, (folder, body, request) => rename(folder, body, request, body.u64())],
  [
    OPCODE.rename2,
    (folder, body, request) => {
      const target = body.u64();
      const flags = body.u32();
      body.skip(4);
      // To exchange, or not to replace, is more than hosts offer in one step.
      if (flags !== 0) throw new FileError('EINVAL');
      return rename(folder, body, request, target);
    },
  ],
  [
    OPCODE.opendir,
    (folder, _, { header }) => {
      // A kernel that is told so opens no directory any more.
      if (folder.isImmutable) throw new FileError('ENOSYS');
      return openReply(folder.openDirectory(header.node));
    },
  ],
  [OPCODE.readdir, (folder, body, request) => list(folder, body, request, false)],
  [OPCODE.readdirplus, (folder, body, request) => list(folder, body, request, true)],
  [
    OPCODE.releasedir,
    (folder, body) => {
      folder.release(body.u64());
      return 0;
    },
  ],
  [OPCODE.fsyncdir, flush],
];

function rename(folder: SharedFolder, body: RequestBody, { header }: FuseRequest, target: number): number {
  const name = body.name();
  folder.rename(header.node, name, target, body.name());
  return 0;
}

function list(folder: SharedFolder, body: RequestBody, { header, roomBytes }: FuseRequest, plus: boolean): Uint8Array {
  const { handle: given, offset, sizeBytes } = readTransfer(body);
  const handle = folder.isImmutable ? folder.openDirectory(header.node) : given;
  const reply = new DirectoryReply(folder, Math.min(sizeBytes, roomBytes, LISTING_MOST_BYTES), plus);
  if (offset === 0) folder.rewind(handle);
  for (let at = offset; ; at++) {
    const entry = OWN_ENTRIES[at] ?? folder.listed(handle, at - OWN_ENTRIES.length);
    if (entry === null || !reply.fits(entry)) return reply.filled;
    // Only what is in the reply is known to the guest: what does not fit must not be counted.
    reply.add(entry, at + 1, plus && at >= OWN_ENTRIES.length ? find(folder, header.node, entry.name) : null);
  }
}

/** An entry may be gone by now, or be one more than can be known at a time: its name alone is listed then. */
function find(folder: SharedFolder, directory: number, name: string): ReturnType<SharedFolder['lookup']> | null {
  try {
    return folder.lookup(directory, name);
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}
