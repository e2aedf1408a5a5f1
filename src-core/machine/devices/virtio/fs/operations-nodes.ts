import { GETATTR_HANDLE, OPCODE, SET } from './fuse-protocol.ts';
import type { Operation } from './operation.ts';
import { attributesReply, entryReply, spaceReply } from './reply.ts';
import type { RequestBody } from './request.ts';
import { FileError, NAME_MOST_BYTES, TARGET_MOST_BYTES, type AttributeChange, type NewTime } from './shared-folder.ts';

const NS_PER_SECOND = 1_000_000_000n;
const ROOT_USER = 0;

/** Requests about nodes: what they are, and that the guest has forgotten them. */
export const nodeOperations: readonly (readonly [number, Operation])[] = [
  [OPCODE.lookup, (folder, body, { header }) => entryReply(folder, folder.lookup(header.node, body.name()))],
  [
    OPCODE.forget,
    (folder, body, { header }) => {
      folder.forget(header.node, body.u64());
      return 0;
    },
  ],
  [
    OPCODE.batchForget,
    (folder, body) => {
      const count = body.u32();
      body.skip(4);
      for (let index = 0; index < count; index++) folder.forget(body.u64(), body.u64());
      return 0;
    },
  ],
  [
    OPCODE.getattr,
    (folder, body, { header }) => {
      const flags = body.u32();
      body.skip(4);
      const handle = body.u64();
      return attributesReply(folder, folder.attributes(header.node, (flags & GETATTR_HANDLE) !== 0 ? handle : null));
    },
  ],
  [
    OPCODE.setattr,
    (folder, body, { header }) => {
      const { handle, change } = readChange(body);
      return attributesReply(folder, folder.changeAttributes(header.node, handle, change));
    },
  ],
  [OPCODE.readlink, (folder, _, { header }) => folder.readLink(header.node)],
  [
    OPCODE.symlink,
    (folder, body, { header }) => {
      const name = body.name();
      const target = body.text();
      if (target.length === 0) throw new FileError('ENOENT');
      if (target.length > TARGET_MOST_BYTES) throw new FileError('ENAMETOOLONG');
      return entryReply(folder, folder.makeSymbolicLink(header.node, name, target));
    },
  ],
  [
    OPCODE.link,
    (folder, body, { header }) => {
      const node = body.u64();
      return entryReply(folder, folder.link(node, header.node, body.name()));
    },
  ],
  [OPCODE.statfs, (folder) => spaceReply(folder.space(), NAME_MOST_BYTES)],
  [
    OPCODE.syncfs,
    (folder) => {
      folder.flushAll();
      return 0;
    },
  ],
];

/** struct fuse_setattr_in. */
function readChange(body: RequestBody): { handle: number | null; change: AttributeChange } {
  const valid = body.u32();
  body.skip(4);
  const handle = body.u64();
  const sizeBytes = body.u64();
  body.skip(8);
  const [accessed, modified] = [body.i64(), body.i64()];
  body.skip(8);
  const [accessedNs, modifiedNs] = [body.u32(), body.u32()];
  body.skip(4);
  const mode = body.u32();
  body.skip(4);
  const owners = [body.u32(), body.u32()];
  const has = (bit: number): boolean => (valid & bit) !== 0;
  // Everything is root's, and stays so.
  if ((has(SET.uid) && owners[0] !== ROOT_USER) || (has(SET.gid) && owners[1] !== ROOT_USER))
    throw new FileError('EPERM');
  const time = (now: number, seconds: bigint, ns: number): NewTime =>
    has(now) ? 'now' : seconds * NS_PER_SECOND + BigInt(ns);
  return {
    handle: has(SET.handle) ? handle : null,
    change: {
      ...(has(SET.mode) ? { permissions: mode & 0o777 } : {}),
      ...(has(SET.size) ? { sizeBytes } : {}),
      ...(has(SET.accessed) ? { accessed: time(SET.accessedNow, accessed, accessedNs) } : {}),
      ...(has(SET.modified) ? { modified: time(SET.modifiedNow, modified, modifiedNs) } : {}),
    },
  };
}
