import { assert } from '../../../../base/errors.ts';
import { cut, gather, scatter, type Chain, type Segment } from '../chain.ts';
import { VIRTIO_TYPE, type VirtioDevice, type VirtioTransport } from '../device.ts';
import type { GuestRam } from '../../guest-ram.ts';
import type { Virtqueue } from '../queue.ts';
import { OPCODE, SIZE } from './fuse-protocol.ts';
import { FuseServer, hasNoReply, TRANSFER_MOST_BYTES } from './fuse-server.ts';
import type { FuseReply } from './operation.ts';
import { readHeader, type RequestHeader } from './request.ts';
import type { SharedFolder } from './shared-folder.ts';

/** virtio 1.3 §5.11.4 "Device configuration layout": the tag, padded with zeros, and the number of request queues. */
const TAG_BYTES = 36;
const CONFIG_BYTES = 44;
/** One hart at a time asks: more queues would only wait for each other. */
const REQUEST_QUEUES = 1;

/** A request of 256 pages, its header and its reply fit into one table of descriptors. */
const REQUEST_QUEUE_SIZE = 512;
const PRIORITY_QUEUE_SIZE = 128;

/** Of anything but the data of a WRITE: a request holds two names or a link's target at most. */
const BODY_MOST_BYTES = 64 * 1024;
const REQUEST_MOST_BYTES = SIZE.requestHeader + SIZE.transfer + TRANSFER_MOST_BYTES;

/** Moved before the guest runs again, so that other devices do not wait for long. A request counts as some bytes too. */
const BATCH_BYTES = 4 * 1024 * 1024;
const REQUEST_COST_BYTES = 16 * 1024;

/** virtio 1.3 §5.11 "File System Device". */
export class FileSystemDevice implements VirtioDevice {
  readonly name: string;
  readonly type = VIRTIO_TYPE.fileSystem;
  readonly classCode = 0x01_8000;
  readonly features = 0;
  readonly queueSizes = [PRIORITY_QUEUE_SIZE, ...new Array<number>(REQUEST_QUEUES).fill(REQUEST_QUEUE_SIZE)];
  readonly config: Uint8Array;
  readonly #ram: GuestRam;
  readonly #server: FuseServer;
  #queues: readonly Virtqueue[] = [];
  #transport: VirtioTransport | undefined;

  /** @param tag what the guest mounts it by, 1 to 36 ASCII characters */
  constructor(ram: GuestRam, folder: SharedFolder, tag: string) {
    assert(tag.length > 0 && tag.length <= TAG_BYTES, `"${tag}" is no tag of a file system`);
    this.name = tag;
    this.#ram = ram;
    this.#server = new FuseServer(folder);
    this.config = new Uint8Array(CONFIG_BYTES);
    for (let index = 0; index < tag.length; index++) this.config[index] = tag.charCodeAt(index);
    new DataView(this.config.buffer).setUint32(TAG_BYTES, REQUEST_QUEUES, true);
  }

  activate(queues: readonly Virtqueue[], _features: number, transport: VirtioTransport): void {
    this.#queues = queues;
    this.#transport = transport;
  }

  deactivate(): void {
    this.#queues = [];
    this.#server.reset();
  }

  save(): unknown {
    return this.#server.save();
  }

  restore(saved: unknown): string | null {
    return this.#server.restore(saved);
  }

  notify(): void {
    this.service();
  }

  service(): boolean {
    let left = BATCH_BYTES;
    for (const queue of this.#queues) {
      for (let chain = queue.peek(); chain && left > 0; chain = queue.peek()) {
        left -= REQUEST_COST_BYTES + chain.readableBytes + chain.writableBytes;
        const written = this.#carryOut(chain);
        if (written === null) break;
        queue.complete(written);
      }
      queue.tell();
    }
    return left <= 0;
  }

  /** @returns bytes written to the chain, or null when it was no request and the device is broken */
  #carryOut(chain: Chain): number | null {
    const { readableBytes, writableBytes } = chain;
    if (readableBytes < SIZE.requestHeader) return this.#broken('a file system request without a header');
    const header = readHeader(this.#gather(chain, 0, SIZE.requestHeader));
    if (header.length !== readableBytes) return this.#broken('a file system request of another length than it says');
    if (readableBytes > REQUEST_MOST_BYTES) return this.#broken('a file system request that is too long');
    if (hasNoReply(header.opcode)) {
      this.#answer(chain, header);
      return 0;
    }
    if (writableBytes < SIZE.replyHeader) return this.#broken('a file system request without a place for its reply');
    return this.#reply(chain, header, this.#answer(chain, header));
  }

  #answer(chain: Chain, header: RequestHeader): FuseReply {
    const { readable, writable, readableBytes, writableBytes } = chain;
    const isWrite = header.opcode === OPCODE.write;
    const most = isWrite ? SIZE.transfer : BODY_MOST_BYTES;
    const bodyEnd = Math.min(readableBytes, SIZE.requestHeader + most);
    const roomBytes = Math.max(0, Math.min(writableBytes - SIZE.replyHeader, TRANSFER_MOST_BYTES));
    return this.#server.answer({
      header,
      body: this.#gather(chain, SIZE.requestHeader, bodyEnd),
      data: isWrite ? this.#views(cut(readable, bodyEnd, readableBytes)) : [],
      room:
        header.opcode === OPCODE.read
          ? this.#views(cut(writable, SIZE.replyHeader, SIZE.replyHeader + this.#wanted(chain, roomBytes)))
          : [],
      roomBytes,
    });
  }

  /** struct fuse_read_in: how much a READ asks for, which may be less than it has room for. */
  #wanted({ readable, readableBytes }: Chain, roomBytes: number): number {
    const at = SIZE.requestHeader + 16;
    if (readableBytes < at + 4) return 0;
    const size = new Uint8Array(4);
    gather(this.#ram, cut(readable, at, at + 4), size);
    return Math.min(roomBytes, new DataView(size.buffer).getUint32(0, true));
  }

  #reply({ writable }: Chain, header: RequestHeader, reply: FuseReply): number {
    const failed = typeof reply === 'number' && reply < 0;
    const payloadBytes = failed ? 0 : typeof reply === 'number' ? reply : reply.length;
    const bytes = new Uint8Array(SIZE.replyHeader);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, SIZE.replyHeader + payloadBytes, true);
    view.setInt32(4, failed ? reply : 0, true);
    view.setUint32(8, header.unique[0], true);
    view.setUint32(12, header.unique[1], true);
    scatter(this.#ram, writable, bytes);
    if (typeof reply !== 'number') {
      scatter(this.#ram, cut(writable, SIZE.replyHeader, SIZE.replyHeader + payloadBytes), reply);
    } else if (header.opcode === OPCODE.read) {
      // A read that failed may have changed any of it.
      const end = failed ? Infinity : SIZE.replyHeader + payloadBytes;
      for (const { address, length } of cut(writable, SIZE.replyHeader, end)) this.#ram.written(address, length);
    }
    return SIZE.replyHeader + payloadBytes;
  }

  #gather({ readable }: Chain, from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(to - from);
    gather(this.#ram, cut(readable, from, to), bytes);
    return bytes;
  }

  /** Guest memory itself. Neighbours become one: the fewer the pieces, the faster the host. */
  #views(segments: readonly Segment[]): Uint8Array[] {
    const joined: { address: number; length: number }[] = [];
    for (const { address, length } of segments) {
      const last = joined.at(-1);
      if (last && last.address + last.length === address) last.length += length;
      else joined.push({ address, length });
    }
    return joined.map(({ address, length }) => this.#ram.view(address, length));
  }

  #broken(why: string): null {
    this.#transport?.broken(why);
    return null;
  }
}
