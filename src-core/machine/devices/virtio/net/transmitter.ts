import type { FramePort } from '../../../../host/frame-port.ts';
import type { GuestRam } from '../../guest-ram.ts';
import { cut, gather, type Chain } from '../chain.ts';
import type { Virtqueue } from '../queue.ts';
import type { CardCounters } from './counters.ts';
import { PACKET_HEADER_BYTES, readPacketHeader } from './packet-header.ts';

/** Moved before the guest runs again, so that its other devices do not wait for long. A frame counts as some bytes too. */
const BATCH_BYTES = 2 * 1024 * 1024;
const FRAME_COST_BYTES = 4096;

/** virtio 1.3 §5.1.6.2 "Packet Transmission". */
export class Transmitter {
  readonly #ram: GuestRam;
  readonly #counters: CardCounters;
  readonly #header = new Uint8Array(PACKET_HEADER_BYTES);
  #sentFrames = 0;

  constructor(ram: GuestRam, counters: CardCounters) {
    this.#ram = ram;
    this.#counters = counters;
  }

  /** Frames that went out by a port, since this object is there. */
  get sentFrames(): number {
    return this.#sentFrames;
  }

  /**
   * Sends what waits in the queue. What the port has no room for stays in the queue. Without a port it is thrown away,
   * as by any card without a carrier.
   * The driver is not told: it takes back what was sent when it sends the next time, and an interrupt for each frame
   * costs the guest more than the frame does.
   * @param can bits of `CAN`: what the driver may leave unfinished
   * @returns whether it was cut off and more could be done at once
   */
  transmit(queue: Virtqueue, port: FramePort | null, can: number): boolean {
    let left = BATCH_BYTES;
    let full = false;
    for (let chain = queue.peek(); chain && left > 0; chain = queue.peek()) {
      left -= FRAME_COST_BYTES + chain.readableBytes;
      full = !this.#send(chain, port, can);
      if (full) break;
      queue.complete(0);
    }
    return left <= 0 && !full;
  }

  /** @returns whether it is dealt with */
  #send({ readable, readableBytes }: Chain, port: FramePort | null, can: number): boolean {
    gather(this.#ram, readable, this.#header);
    const frameBytes = readableBytes - PACKET_HEADER_BYTES;
    const offload = readPacketHeader(this.#header, frameBytes, can);
    if (!offload) this.#counters.malformed++;
    else if (!port) this.#counters.withoutCarrier++;
    else {
      const pieces = cut(readable, PACKET_HEADER_BYTES, readableBytes).map((piece) =>
        this.#ram.view(piece.address, piece.length),
      );
      const isSent = port.send(pieces, offload);
      if (isSent) this.#sentFrames++;
      return isSent;
    }
    return true;
  }
}
