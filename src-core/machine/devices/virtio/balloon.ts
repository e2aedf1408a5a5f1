import { z } from 'zod';
import { u32Schema } from '../../state/values.ts';
import type { GuestRam } from '../guest-ram.ts';
import { readMemoryStatistics, type MemoryStatistics } from './balloon-statistics.ts';
import { gather, type Chain, type Segment } from './chain.ts';
import { VIRTIO_TYPE, type VirtioDevice, type VirtioTransport } from './device.ts';
import type { Virtqueue } from './queue.ts';

/** virtio 1.3 §5.5.3 "Feature bits". Without hints and poisoning, which are for moving machines while they run. */
const FEATURE = { statistics: 1 << 1, deflateOnOutOfMemory: 1 << 2, pageReporting: 1 << 5 };

/** §5.5.4 "Device configuration layout". */
const CONFIG = { pages: 0, actual: 4, bytes: 16 } as const;

/** §5.5.2 "Virtqueues". Linux numbers only queues that are negotiated: it reports free pages with the fourth, not the fifth. */
const QUEUE = { inflate: 0, deflate: 1, statistics: 2, reporting: [3, 4] } as const;
const QUEUE_SIZES = [128, 128, 16, 64, 64];

/** Whatever the guest's own pages are, the balloon counts in these. */
const PAGE_BYTES = 4096;
const PAGE_NUMBER_BYTES = 4;
/** Looked at before the guest runs again, so that an inflating balloon does not keep its other devices waiting. */
const BATCH_BYTES = 8 * 1024 * 1024;
/** A driver sends up to 256 page numbers at once. */
const MOST_NUMBERS_BYTES = 64 * 1024;

export const balloonStateSchema = z.strictObject({ pages: u32Schema, actual: u32Schema });
export type BalloonState = z.infer<typeof balloonStateSchema>;

/**
 * virtio 1.3 §5.5 "Traditional Memory Balloon Device". What the guest hands over is filled with zeros: it takes no room
 * in a saved state any more. The host gets the pages themselves back only when the run ends, because a WebAssembly
 * memory has no way to give up a part of itself.
 */
export class BalloonDevice implements VirtioDevice {
  readonly name = 'balloon';
  readonly type = VIRTIO_TYPE.balloon;
  readonly classCode = 0xff_0000;
  readonly features = FEATURE.statistics | FEATURE.deflateOnOutOfMemory | FEATURE.pageReporting;
  readonly queueSizes = QUEUE_SIZES;
  readonly config = new Uint8Array(CONFIG.bytes);
  readonly #view = new DataView(this.config.buffer);
  readonly #ram: GuestRam;
  #queues: readonly Virtqueue[] = [];
  #transport: VirtioTransport | undefined;
  #statistics: MemoryStatistics | null = null;
  /** The buffer that waits was read. */
  #isRead = false;

  constructor(ram: GuestRam) {
    this.#ram = ram;
  }

  /** Whether the guest has a driver for it. */
  get isDriven(): boolean {
    return this.#transport !== undefined;
  }

  /** What the guest says that it has handed over, in bytes. */
  get heldBytes(): number {
    return Math.min(this.#view.getUint32(CONFIG.actual, true) * PAGE_BYTES, this.#ram.sizeBytes);
  }

  /** Asks the guest to hand over so many bytes, rounded down to pages, or to take back what is more. */
  ask(bytes: number): void {
    const pages = Math.floor(Math.min(bytes, this.#ram.sizeBytes) / PAGE_BYTES);
    if (pages === this.#view.getUint32(CONFIG.pages, true)) return;
    this.#view.setUint32(CONFIG.pages, pages, true);
    this.#transport?.configChanged();
  }

  /** What the guest said last of its memory, and asks it to say it again; null while it has not. */
  takeStatistics(): MemoryStatistics | null {
    const queue = this.#queues[QUEUE.statistics];
    if (queue?.peek()) {
      // §5.5.6.3: the driver answers the return of its buffer by filling it again.
      queue.complete(0);
      queue.tell();
      this.#isRead = false;
    }
    return this.#statistics;
  }

  activate(queues: readonly Virtqueue[], _features: number, transport: VirtioTransport): void {
    this.#queues = queues;
    this.#transport = transport;
    this.#isRead = false;
  }

  deactivate(): void {
    this.#queues = [];
    this.#transport = undefined;
    this.#statistics = null;
    this.#view.setUint32(CONFIG.actual, 0, true);
  }

  save(): BalloonState {
    return { pages: this.#view.getUint32(CONFIG.pages, true), actual: this.#view.getUint32(CONFIG.actual, true) };
  }

  restore(saved: unknown): string | null {
    const parsed = balloonStateSchema.safeParse(saved);
    if (!parsed.success) return 'it is not the state of a balloon';
    this.#view.setUint32(CONFIG.pages, parsed.data.pages, true);
    this.#view.setUint32(CONFIG.actual, parsed.data.actual, true);
    return null;
  }

  writeConfig(offset: number, size: number, value: number): void {
    if (offset === CONFIG.actual && size === 4) this.#view.setUint32(CONFIG.actual, value, true);
  }

  notify(): void {
    this.service();
  }

  service(): boolean {
    this.#readStatistics();
    let left = BATCH_BYTES;
    left = this.#each(QUEUE.inflate, left, (chain) => this.#inflate(chain));
    left = this.#each(QUEUE.deflate, left, () => PAGE_BYTES);
    for (const reporting of QUEUE.reporting)
      left = this.#each(reporting, left, ({ writable }) => this.#clear(writable));
    return left <= 0;
  }

  /** Once: this is called all the time, and the buffer stays until it is asked for again. */
  #readStatistics(): void {
    const statistics = this.#isRead ? null : this.#queues[QUEUE.statistics]?.peek();
    if (!statistics) return;
    this.#statistics = readMemoryStatistics(this.#ram, statistics.readable);
    this.#isRead = true;
  }

  /** @param work answers for how many bytes it counts @returns what is left of the batch */
  #each(index: number, batch: number, work: (chain: Chain) => number): number {
    const queue = this.#queues[index];
    if (!queue) return batch;
    let left = batch;
    for (let chain = queue.peek(); chain && left > 0; chain = queue.peek()) {
      left -= PAGE_BYTES + work(chain);
      queue.complete(0);
    }
    queue.tell();
    return left;
  }

  /** §5.5.6: an array of page numbers. One that is no page of RAM is of no use, and does no harm. */
  #inflate({ readable, readableBytes }: Chain): number {
    const numbers = new Uint8Array(Math.min(readableBytes, MOST_NUMBERS_BYTES));
    gather(this.#ram, readable, numbers);
    const view = new DataView(numbers.buffer);
    const pages: Segment[] = [];
    for (let at = 0; at + PAGE_NUMBER_BYTES <= numbers.length; at += PAGE_NUMBER_BYTES) {
      pages.push({ address: view.getUint32(at, true) * PAGE_BYTES, length: PAGE_BYTES });
    }
    return this.#clear(pages);
  }

  /** What is zero already is left alone: to write there, or to read what was never written, makes the host hold a page. */
  #clear(segments: readonly Segment[]): number {
    let bytes = 0;
    for (const { address, length } of segments) {
      const whole = Math.ceil(address / PAGE_BYTES) * PAGE_BYTES;
      for (let page = whole; page + PAGE_BYTES <= address + length; page += PAGE_BYTES) {
        if (!this.#ram.contains(page, PAGE_BYTES)) break;
        this.#clearPage(page);
        bytes += PAGE_BYTES;
      }
    }
    return bytes;
  }

  #clearPage(address: number): void {
    if (this.#ram.isUntouched(address)) return;
    const page = this.#ram.view(address, PAGE_BYTES);
    if (isZero(page)) return;
    page.fill(0);
    this.#ram.written(address, PAGE_BYTES);
  }
}

function isZero(page: Uint8Array): boolean {
  for (const word of new Uint32Array(page.buffer, page.byteOffset, PAGE_BYTES / 4)) if (word !== 0) return false;
  return true;
}
