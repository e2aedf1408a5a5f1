import { z } from 'zod';
import { FUSE_MAJOR, FUSE_MINOR, INIT, OPCODE } from './fuse-protocol.ts';
import { attributeOperations } from './operations-attributes.ts';
import { directoryOperations } from './operations-directories.ts';
import { fileOperations } from './operations-files.ts';
import { nodeOperations } from './operations-nodes.ts';
import type { FuseReply, FuseRequest, Operation } from './operation.ts';
import { TIME_GRAIN_NS } from './reply.ts';
import { RequestBody } from './request.ts';
import { ERRNO, FileError, type SharedFolder } from './shared-folder.ts';

/** Data of one WRITE or READ: 256 pages of 4 KiB. */
export const TRANSFER_MOST_BYTES = 1024 * 1024;
const PAGE_BYTES = 4096;
/** Requests that the guest may leave unanswered in the background; all are answered at once. */
const MOST_BACKGROUND = 64;
/** The largest readahead that is of use: one READ. */
const READAHEAD_MOST_BYTES = TRANSFER_MOST_BYTES;

const FEATURES =
  INIT.asyncRead |
  INIT.atomicTruncate |
  INIT.bigWrites |
  INIT.autoInvalidate |
  INIT.readdirplus |
  INIT.readdirplusAuto |
  INIT.parallelDirectories |
  INIT.maxPages;

/** In a folder that never changes nothing is opened, and what the guest has read stays true. */
const IMMUTABLE_FEATURES =
  (FEATURES & ~(INIT.autoInvalidate | INIT.readdirplusAuto)) | INIT.noOpen | INIT.noOpenDirectory | INIT.cacheSymlinks;

/** Requests that are never answered. */
export function hasNoReply(opcode: number): boolean {
  return opcode === OPCODE.forget || opcode === OPCODE.batchForget;
}

const OPERATIONS: ReadonlyMap<number, Operation> = new Map([
  ...nodeOperations,
  ...fileOperations,
  ...directoryOperations,
  ...attributeOperations,
]);

/** Operations that change something: none of them goes further in a folder that can only be read. */
const CHANGING: ReadonlySet<number> = new Set([
  OPCODE.setattr,
  OPCODE.symlink,
  OPCODE.mknod,
  OPCODE.mkdir,
  OPCODE.unlink,
  OPCODE.rmdir,
  OPCODE.rename,
  OPCODE.rename2,
  OPCODE.link,
  OPCODE.create,
  OPCODE.write,
]);

export const fuseStateSchema = z.strictObject({
  /** The guest's kernel has begun a session. */
  begun: z.boolean(),
  folder: z.unknown(),
});

/** Answers what a guest's kernel asks of a shared folder. What the guest does wrong is an error number. */
export class FuseServer {
  readonly #folder: SharedFolder;
  #begun = false;

  constructor(folder: SharedFolder) {
    this.#folder = folder;
  }

  /** @returns the reply, or the negative of an error number */
  answer(request: FuseRequest): FuseReply {
    try {
      const reply = this.#carryOut(request);
      if (typeof reply !== 'number' && reply.length > request.roomBytes) return -ERRNO.ERANGE;
      return reply;
    } catch (error) {
      if (error instanceof FileError) return -ERRNO[error.code];
      // What the host says that has no better name.
      return -ERRNO.EIO;
    }
  }

  /** The driver is gone, and with it all that its kernel knew. */
  reset(): void {
    this.#begun = false;
    this.#folder.reset();
  }

  save(): z.infer<typeof fuseStateSchema> {
    return { begun: this.#begun, folder: this.#folder.save() };
  }

  /** @returns what is wrong with it, or null */
  restore(saved: unknown): string | null {
    const parsed = fuseStateSchema.safeParse(saved);
    if (!parsed.success) return 'it is not the state of a shared folder';
    this.#begun = parsed.data.begun;
    return this.#folder.restore(parsed.data.folder);
  }

  #carryOut(request: FuseRequest): FuseReply {
    const { opcode } = request.header;
    const body = new RequestBody(request.body);
    if (opcode === OPCODE.init) return this.#init(body);
    if (!this.#begun) throw new FileError('EPROTO');
    if (opcode === OPCODE.destroy) return this.#destroy();
    if (this.#folder.readOnly && CHANGING.has(opcode)) throw new FileError('EROFS');
    const operation = OPERATIONS.get(opcode);
    // A kernel that is told so once does not ask again.
    if (!operation) throw new FileError('ENOSYS');
    return operation(this.#folder, body, request);
  }

  /** FUSE_INIT. A kernel that speaks a newer major version is told ours, and asks again in that. */
  #init(body: RequestBody): FuseReply {
    const major = body.u32();
    const minor = body.u32();
    const readahead = body.u32();
    const offered = body.u32();
    if (major < FUSE_MAJOR || (major === FUSE_MAJOR && minor < FUSE_MINOR)) throw new FileError('EPROTO');
    this.reset();
    const reply = new Uint8Array(64);
    const view = new DataView(reply.buffer);
    view.setUint32(0, FUSE_MAJOR, true);
    view.setUint32(4, FUSE_MINOR, true);
    if (major > FUSE_MAJOR) return reply;
    this.#begun = true;
    view.setUint32(8, Math.min(readahead, READAHEAD_MOST_BYTES), true);
    view.setUint32(12, (offered & (this.#folder.isImmutable ? IMMUTABLE_FEATURES : FEATURES)) >>> 0, true);
    view.setUint16(16, MOST_BACKGROUND, true);
    view.setUint16(18, MOST_BACKGROUND, true);
    view.setUint32(20, TRANSFER_MOST_BYTES, true);
    view.setUint32(24, TIME_GRAIN_NS, true);
    view.setUint16(28, TRANSFER_MOST_BYTES / PAGE_BYTES, true);
    return reply;
  }

  #destroy(): FuseReply {
    this.reset();
    return 0;
  }
}
