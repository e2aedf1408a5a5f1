import { OPCODE } from './fuse-protocol.ts';
import type { FuseReply, FuseRequest, Operation } from './operation.ts';
import { attributeSizeReply } from './reply.ts';
import type { RequestBody } from './request.ts';
import { ERRNO, FileError } from './shared-folder.ts';

/** Requests about extended attributes. A kernel that is told once that there are none does not ask again. */
export const attributeOperations: readonly (readonly [number, Operation])[] = [
  [
    OPCODE.getxattr,
    (folder, body, request) => {
      if (!folder.attribute) throw new FileError('ENOSYS');
      const room = roomOf(body);
      const value = folder.attribute(request.header.node, nameOf(body));
      // What most files have not is no failure worth the cost of one: overlayfs asks for it at every directory.
      if (value === null) return -ERRNO.ENODATA;
      return answer(value, room, request);
    },
  ],
  [
    OPCODE.listxattr,
    (folder, body, request) => {
      if (!folder.attributeNames) throw new FileError('ENOSYS');
      const names = folder.attributeNames(request.header.node);
      return answer(new TextEncoder().encode(names.map((name) => `${name}\0`).join('')), roomOf(body), request);
    },
  ],
];

/** struct fuse_getxattr_in: for how many bytes there is room; 0 asks how many there are. */
function roomOf(body: RequestBody): number {
  const room = body.u32();
  body.skip(4);
  return room;
}

function nameOf(body: RequestBody): string {
  return new TextDecoder().decode(body.text());
}

function answer(value: Uint8Array, room: number, { roomBytes }: FuseRequest): FuseReply {
  if (room === 0) return attributeSizeReply(value.length);
  if (value.length > Math.min(room, roomBytes)) throw new FileError('ERANGE');
  return value;
}
