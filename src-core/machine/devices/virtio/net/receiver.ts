import type { Frame, FramePort } from '../../../../host/frame-port.ts';
import type { GuestRam } from '../../guest-ram.ts';
import type { Virtqueue } from '../queue.ts';
import type { CardCounters } from './counters.ts';
import { isTaken, PACKET_HEADER_BYTES, writePacketHeader } from './packet-header.ts';

/** As for what is sent. */
const BATCH_BYTES = 2 * 1024 * 1024;
const FRAME_COST_BYTES = 4096;

/** What was negotiated about what a driver receives. */
export interface Receiving {
  /** Bits of `CAN`: what it takes unfinished. */
  readonly can: number;
  /** A frame may lie in several buffers. */
  readonly merges: boolean;
}

/** What became of a frame. */
type Fate = 'taken' | 'waits' | 'unfit';

/** virtio 1.3 §5.1.6.4 "Processing of Incoming Packets". */
export class Receiver {
  readonly #ram: GuestRam;
  readonly #counters: CardCounters;
  readonly #header = new Uint8Array(PACKET_HEADER_BYTES);

  constructor(ram: GuestRam, counters: CardCounters) {
    this.#ram = ram;
    this.#counters = counters;
  }

  /**
   * Gives the driver what waits on the cable, as long as it has buffers. @returns whether it was cut off and more could
   * be done at once
   */
  receive(queue: Virtqueue, port: FramePort, receiving: Receiving): boolean {
    let left = BATCH_BYTES;
    for (let frame = port.peek(); frame && left > 0; frame = port.peek()) {
      left -= FRAME_COST_BYTES + frame.bytes.length;
      const fate = isTaken(frame.offload, receiving.can) ? this.#deliver(queue, frame, receiving) : 'unfit';
      if (fate === 'waits') {
        queue.tell();
        return false;
      }
      if (fate === 'unfit') this.#counters.unfit++;
      port.take();
    }
    queue.tell();
    return left <= 0;
  }

  #deliver(queue: Virtqueue, frame: Frame, { can, merges }: Receiving): Fate {
    const needed = PACKET_HEADER_BYTES + frame.bytes.length;
    const fit = buffersFor(queue, needed, merges ? queue.state.size : 1);
    if (typeof fit !== 'number') return fit;
    this.#fill(queue, frame, can, fit, needed);
    return 'taken';
  }

  /** §5.1.6.4.1: all buffers of a frame are given back at the same moment, each full but the last. */
  #fill(queue: Virtqueue, { bytes, offload }: Frame, can: number, buffers: number, needed: number): void {
    writePacketHeader(this.#header, offload, can, buffers);
    const written: number[] = [];
    let position = 0;
    for (let index = 0; index < buffers; index++) {
      const { writable = [], writableBytes = 0 } = queue.peek(index) ?? {};
      const count = Math.min(writableBytes, needed - position);
      let at = 0;
      for (const { address, length } of writable) {
        if (at === count) break;
        const part = Math.min(length, count - at);
        this.#put(address, bytes, position + at, part);
        at += part;
      }
      position += count;
      written.push(count);
    }
    queue.complete(...written);
  }

  /** So many bytes from `position` of the header and the frame behind it. */
  #put(address: number, frame: Uint8Array, position: number, count: number): void {
    const fromHeader = Math.max(0, Math.min(count, PACKET_HEADER_BYTES - position));
    if (fromHeader > 0) this.#ram.write(address, this.#header.subarray(position, position + fromHeader));
    const at = position + fromHeader - PACKET_HEADER_BYTES;
    if (count > fromHeader) this.#ram.write(address + fromHeader, frame.subarray(at, at + count - fromHeader));
  }
}

/** @returns how many buffers of the queue hold `bytes`; 'waits' while there are too few, 'unfit' when more do not help */
function buffersFor(queue: Virtqueue, bytes: number, most: number): number | 'waits' | 'unfit' {
  let room = 0;
  for (let index = 0; index < most; index++) {
    const chain = queue.peek(index);
    if (!chain) return 'waits';
    room += chain.writableBytes;
    if (room >= bytes) return index + 1;
  }
  return 'unfit';
}
