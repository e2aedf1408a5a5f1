import { z } from 'zod';
import type { BlockBackend } from '../../board-interface.ts';
import { countSchema } from '../../state/values.ts';
import type { GuestRam } from '../guest-ram.ts';
import { cut, gather, scatter, type Chain, type Segment } from './chain.ts';
import { VIRTIO_TYPE, type VirtioDevice, type VirtioTransport } from './device.ts';
import type { Virtqueue } from './queue.ts';

/** virtio 1.3 §5.2.3 "Feature bits". */
const FEATURE = {
  sizeMax: 1 << 1,
  segMax: 1 << 2,
  geometry: 1 << 4,
  readOnly: 1 << 5,
  blockSize: 1 << 6,
  flush: 1 << 9,
  severalQueues: 1 << 12,
  discard: 1 << 13,
  writeZeroes: 1 << 14,
};

/** §5.2.6 "Device Operation". */
const REQUEST = { in: 0, out: 1, flush: 4, getId: 8, discard: 11, writeZeroes: 13 } as const;
const STATUS = { ok: 0, ioError: 1, unsupported: 2 } as const;

/** §5.2.4 "Device configuration layout". */
const CONFIG = {
  capacity: 0x00,
  sizeMax: 0x08,
  segMax: 0x0c,
  cylinders: 0x10,
  heads: 0x12,
  sectors: 0x13,
  blockSize: 0x14,
  queueCount: 0x22,
  discardSectors: 0x24,
  discardRanges: 0x28,
  discardAlignment: 0x2c,
  zeroesSectors: 0x30,
  zeroesRanges: 0x34,
  zeroesMayUnmap: 0x38,
  bytes: 0x3c,
} as const;
const HEADS = 16;
const TRACK_SECTORS = 63;

const SECTOR_BYTES = 512;
const HEADER_BYTES = 16;
const STATUS_BYTES = 1;
const ID_BYTES = 20;
const QUEUE_SIZE = 256;

/** Together the most that one request may move: 32 MiB. A driver that keeps to both never meets that limit. */
const SEGMENT_MOST_BYTES = 256 * 1024;
const SEGMENTS_MOST = 126;
const REQUEST_MOST_BYTES = SEGMENT_MOST_BYTES * SEGMENTS_MOST + SEGMENT_MOST_BYTES * 2;

/** struct virtio_blk_discard_write_zeroes: one of them in a request. Zeros may really have to be written. */
const RANGE_BYTES = 16;
const DISCARD_MOST_SECTORS = 1 << 22;
const ZEROES_MOST_SECTORS = 1 << 17;
const UNMAP = 1;
/** Smaller pieces of a disk image are not given back. */
const DISCARD_ALIGNMENT_BYTES = 64 * 1024;

/** Moved before the guest runs again, so that a deep queue does not keep its other devices waiting. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** What is scattered over several segments goes through one buffer: one call of the backend instead of many. */
const BOUNCE_BYTES = 256 * 1024;

const countersSchema = z.strictObject({ readBytes: countSchema, writtenBytes: countSchema, errors: countSchema });
export type BlockCounters = z.infer<typeof countersSchema>;

export const blockStateSchema = countersSchema.extend({ capacityBytes: countSchema, readOnly: z.boolean() });
export type BlockState = z.infer<typeof blockStateSchema>;

interface Outcome {
  readonly status: number;
  /** Bytes filled in the data part. */
  readonly filled: number;
}

/** virtio 1.3 §5.2 "Block Device". */
export class BlockDevice implements VirtioDevice {
  readonly name: string;
  readonly type = VIRTIO_TYPE.block;
  readonly classCode = 0x01_0000;
  readonly features: number;
  readonly queueSizes: readonly number[];
  readonly config: Uint8Array;
  readonly counters: BlockCounters = { readBytes: 0, writtenBytes: 0, errors: 0 };
  readonly #ram: GuestRam;
  readonly #disk: BlockBackend;
  readonly #id: string;
  #capacityBytes = 0;
  #bounce: Uint8Array | undefined;
  #queues: readonly Virtqueue[] = [];
  /** The queue that is looked at first: each in its turn. */
  #first = 0;
  #transport: VirtioTransport | undefined;
  /** Without the flush command a driver expects that what is written is safe. */
  #writeThrough = false;

  /**
   * @param id what the guest sees as the serial number, at most 20 ASCII characters
   * @param queues how many: one for each of a guest's processors spares it a lock
   */
  constructor(ram: GuestRam, disk: BlockBackend, name: string, id: string, queues = 1) {
    this.name = name;
    this.#ram = ram;
    this.#disk = disk;
    this.#id = id;
    this.queueSizes = new Array<number>(queues).fill(QUEUE_SIZE);
    const { sizeMax, segMax, geometry, blockSize, flush, readOnly } = FEATURE;
    const several = queues > 1 ? FEATURE.severalQueues : 0;
    this.features =
      several | sizeMax | segMax | geometry | blockSize | flush | (disk.readOnly ? readOnly : giveUpFeatures(disk));
    this.config = describe(disk, queues);
    this.#measure();
  }

  activate(queues: readonly Virtqueue[], features: number, transport: VirtioTransport): void {
    // Without the feature a driver knows one queue only.
    this.#queues = (features & FEATURE.severalQueues) === 0 ? queues.slice(0, 1) : queues;
    this.#transport = transport;
    this.#writeThrough = (features & FEATURE.flush) === 0;
  }

  deactivate(): void {
    this.#queues = [];
    this.#transport = undefined;
  }

  save(): BlockState {
    return { capacityBytes: this.#capacityBytes, readOnly: this.#disk.readOnly, ...this.counters };
  }

  restore(saved: unknown): string | null {
    const parsed = blockStateSchema.safeParse(saved);
    if (!parsed.success) return 'it is not the state of a disk';
    const { capacityBytes, readOnly, ...counters } = parsed.data;
    if (capacityBytes !== this.#capacityBytes || readOnly !== this.#disk.readOnly) return 'the disk is another one';
    Object.assign(this.counters, counters);
    return null;
  }

  /** The disk has another size than before (§5.2.4: the driver is told of a changed capacity). */
  resized(): void {
    this.#measure();
    this.#transport?.configChanged();
  }

  notify(): void {
    this.service();
  }

  service(): boolean {
    let left = BATCH_BYTES;
    this.#first++;
    for (let turn = 0; turn < this.#queues.length && left > 0; turn++) {
      const queue = this.#queues[(this.#first + turn) % this.#queues.length];
      if (queue) left = this.#serve(queue, left);
    }
    return left <= 0;
  }

  /** @returns what is left of the batch */
  #serve(queue: Virtqueue, batch: number): number {
    let left = batch;
    for (let chain = queue.peek(); chain && left > 0; chain = queue.peek()) {
      if (chain.readableBytes < HEADER_BYTES || chain.writableBytes < STATUS_BYTES) {
        this.#transport?.broken('a block request without a header or a place for its status');
        break;
      }
      left -= SECTOR_BYTES + chain.readableBytes + chain.writableBytes;
      queue.complete(this.#carryOut(chain));
    }
    queue.tell();
    return left;
  }

  /** The geometry is the usual fiction of 16 heads and 63 sectors. */
  #measure(): void {
    const sectors = Math.floor(this.#disk.sizeBytes / SECTOR_BYTES);
    this.#capacityBytes = sectors * SECTOR_BYTES;
    const view = new DataView(this.config.buffer);
    view.setBigUint64(CONFIG.capacity, BigInt(sectors), true);
    view.setUint16(CONFIG.cylinders, Math.min(Math.floor(sectors / (HEADS * TRACK_SECTORS)), 0xffff), true);
  }

  /** @returns bytes written to the chain */
  #carryOut(chain: Chain): number {
    const { readable, writable, readableBytes, writableBytes } = chain;
    const status = cut(writable, writableBytes - STATUS_BYTES, writableBytes);
    const into = cut(writable, 0, writableBytes - STATUS_BYTES);
    const header = new Uint8Array(HEADER_BYTES);
    gather(this.#ram, cut(readable, 0, HEADER_BYTES), header);
    const outcome = this.#request(header, cut(readable, HEADER_BYTES, readableBytes), into);
    if (outcome.status === STATUS.ioError) this.counters.errors++;
    scatter(this.#ram, status, Uint8Array.of(outcome.status));
    // The used length counts from the start: the status lies behind the whole data part, filled or not.
    return outcome.status === STATUS.ok ? outcome.filled + STATUS_BYTES : STATUS_BYTES;
  }

  #request(header: Uint8Array, from: readonly Segment[], into: readonly Segment[]): Outcome {
    const view = new DataView(header.buffer);
    const type = view.getUint32(0, true);
    const offset = (view.getUint32(8, true) + view.getUint32(12, true) * 0x1_0000_0000) * SECTOR_BYTES;
    try {
      if (type === REQUEST.in) return this.#read(into, offset);
      if (type === REQUEST.out) return this.#write(from, offset);
      if (type === REQUEST.flush) return this.#flush();
      if (type === REQUEST.getId) return this.#identify(into);
      if (type === REQUEST.discard || type === REQUEST.writeZeroes) return this.#giveUp(type, from);
      return { status: STATUS.unsupported, filled: 0 };
    } catch {
      // The backend says why by its own means; the guest learns that its request failed.
      return { status: STATUS.ioError, filled: 0 };
    }
  }

  #read(into: readonly Segment[], offset: number): Outcome {
    const bytes = total(into);
    if (!this.#covers(offset, bytes)) return { status: STATUS.ioError, filled: 0 };
    this.#inPieces(into, offset, (piece, at) => {
      this.#disk.read(piece, at);
    });
    for (const { address, length } of into) this.#ram.written(address, length);
    this.counters.readBytes += bytes;
    return { status: STATUS.ok, filled: bytes };
  }

  #write(from: readonly Segment[], offset: number): Outcome {
    const bytes = total(from);
    if (this.#disk.readOnly || !this.#covers(offset, bytes)) return { status: STATUS.ioError, filled: 0 };
    this.#outPieces(from, offset);
    if (this.#writeThrough) this.#disk.flush();
    this.counters.writtenBytes += bytes;
    return { status: STATUS.ok, filled: 0 };
  }

  #flush(): Outcome {
    this.#disk.flush();
    return { status: STATUS.ok, filled: 0 };
  }

  /** §5.2.6, discard and write zeroes: what they are about stands in the data part. */
  #giveUp(type: number, from: readonly Segment[]): Outcome {
    const disk = this.#disk;
    if (disk.readOnly || total(from) !== RANGE_BYTES) return { status: STATUS.ioError, filled: 0 };
    const range = new Uint8Array(RANGE_BYTES);
    gather(this.#ram, from, range);
    const view = new DataView(range.buffer);
    const offset = (view.getUint32(0, true) + view.getUint32(4, true) * 0x1_0000_0000) * SECTOR_BYTES;
    const sectors = view.getUint32(8, true);
    const flags = view.getUint32(12, true);
    const isDiscard = type === REQUEST.discard;
    if (!(isDiscard ? disk.discard : disk.writeZeroes) || (flags & ~(isDiscard ? 0 : UNMAP)) !== 0) {
      return { status: STATUS.unsupported, filled: 0 };
    }
    const most = isDiscard ? DISCARD_MOST_SECTORS : ZEROES_MOST_SECTORS;
    const bytes = sectors * SECTOR_BYTES;
    if (sectors > most || offset + bytes > this.#capacityBytes) return { status: STATUS.ioError, filled: 0 };
    if (isDiscard) disk.discard?.(offset, bytes);
    else disk.writeZeroes?.(offset, bytes, { keepAllocated: (flags & UNMAP) === 0 });
    if (this.#writeThrough) disk.flush();
    return { status: STATUS.ok, filled: 0 };
  }

  #identify(into: readonly Segment[]): Outcome {
    const id = new Uint8Array(ID_BYTES);
    for (let index = 0; index < Math.min(this.#id.length, ID_BYTES); index++) id[index] = this.#id.charCodeAt(index);
    return { status: STATUS.ok, filled: scatter(this.#ram, into, id) };
  }

  #covers(offset: number, bytes: number): boolean {
    return bytes % SECTOR_BYTES === 0 && bytes <= REQUEST_MOST_BYTES && offset + bytes <= this.#capacityBytes;
  }

  #inPieces(into: readonly Segment[], offset: number, read: (piece: Uint8Array, at: number) => void): void {
    const [first] = into;
    if (first && into.length === 1) {
      read(this.#ram.view(first.address, first.length), offset);
      return;
    }
    const bytes = total(into);
    for (let done = 0; done < bytes; done += BOUNCE_BYTES) {
      const piece = this.#buffer(Math.min(BOUNCE_BYTES, bytes - done));
      read(piece, offset + done);
      scatter(this.#ram, cut(into, done, done + piece.length), piece);
    }
  }

  #outPieces(from: readonly Segment[], offset: number): void {
    const [first] = from;
    if (first && from.length === 1) {
      this.#disk.write(this.#ram.view(first.address, first.length), offset);
      return;
    }
    const bytes = total(from);
    for (let done = 0; done < bytes; done += BOUNCE_BYTES) {
      const piece = this.#buffer(Math.min(BOUNCE_BYTES, bytes - done));
      gather(this.#ram, cut(from, done, done + piece.length), piece);
      this.#disk.write(piece, offset + done);
    }
  }

  #buffer(bytes: number): Uint8Array {
    this.#bounce ??= new Uint8Array(BOUNCE_BYTES);
    return this.#bounce.subarray(0, bytes);
  }
}

function giveUpFeatures(disk: BlockBackend): number {
  return (disk.discard ? FEATURE.discard : 0) | (disk.writeZeroes ? FEATURE.writeZeroes : 0);
}

function total(segments: readonly Segment[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}

/** What of the configuration does not depend on the disk's size. */
function describe(disk: BlockBackend, queues: number): Uint8Array {
  const config = new Uint8Array(CONFIG.bytes);
  const view = new DataView(config.buffer);
  view.setUint32(CONFIG.sizeMax, SEGMENT_MOST_BYTES, true);
  view.setUint32(CONFIG.segMax, SEGMENTS_MOST, true);
  view.setUint8(CONFIG.heads, HEADS);
  view.setUint8(CONFIG.sectors, TRACK_SECTORS);
  view.setUint32(CONFIG.blockSize, SECTOR_BYTES, true);
  view.setUint16(CONFIG.queueCount, queues, true);
  view.setUint32(CONFIG.discardSectors, disk.discard ? DISCARD_MOST_SECTORS : 0, true);
  view.setUint32(CONFIG.discardRanges, disk.discard ? 1 : 0, true);
  view.setUint32(CONFIG.discardAlignment, DISCARD_ALIGNMENT_BYTES / SECTOR_BYTES, true);
  view.setUint32(CONFIG.zeroesSectors, disk.writeZeroes ? ZEROES_MOST_SECTORS : 0, true);
  view.setUint32(CONFIG.zeroesRanges, disk.writeZeroes ? 1 : 0, true);
  view.setUint8(CONFIG.zeroesMayUnmap, disk.writeZeroes ? 1 : 0);
  return config;
}
