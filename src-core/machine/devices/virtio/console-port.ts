import { z } from 'zod';
import type { BytePort } from '../../board-interface.ts';
import { u32Schema } from '../../state/values.ts';
import type { GuestRam } from '../guest-ram.ts';
import { cut, type Chain } from './chain.ts';
import type { Virtqueue } from './queue.ts';

/** Moved in one direction before the guest runs again. */
const BATCH_BYTES = 256 * 1024;

export const consolePortStateSchema = z.strictObject({
  /** A program in the guest has the port open: before that its driver would throw away what arrives. */
  open: z.boolean(),
  /** Bytes of the chain at the head of the transmit queue that the outside has taken. */
  taken: u32Schema,
});
export type ConsolePortState = z.infer<typeof consolePortStateSchema>;

/** One port of the console: a queue to the guest, a queue from it, and the outside. */
export class ConsolePort {
  state: ConsolePortState = { open: false, taken: 0 };
  readonly #ram: GuestRam;
  readonly #outside: BytePort;
  readonly #receive: Virtqueue;
  readonly #transmit: Virtqueue;

  constructor(ram: GuestRam, outside: BytePort, receive: Virtqueue, transmit: Virtqueue) {
    this.#ram = ram;
    this.#outside = outside;
    this.#receive = receive;
    this.#transmit = transmit;
  }

  /** @returns whether it was cut off although more could be moved at once */
  service(): boolean {
    const more = this.#send();
    return this.#deliver() || more;
  }

  /** Guest to outside. A chain stays in the queue until the outside has taken all of it: nothing is dropped. */
  #send(): boolean {
    const queue = this.#transmit;
    let left = BATCH_BYTES;
    for (let chain = queue.peek(); chain && left > 0; chain = queue.peek()) {
      left -= 1 + chain.readableBytes - this.state.taken;
      if (!this.#offer(chain)) break;
      this.state.taken = 0;
      queue.complete(0);
    }
    queue.tell();
    return left <= 0;
  }

  /** @returns whether the outside has taken the whole chain */
  #offer(chain: Chain): boolean {
    for (const { address, length } of cut(chain.readable, this.state.taken, chain.readableBytes)) {
      const taken = this.#outside.write(this.#ram.view(address, length));
      this.state.taken += taken;
      if (taken < length) return false;
    }
    return true;
  }

  /** Outside to guest, as far as it has offered buffers. */
  #deliver(): boolean {
    if (!this.state.open) return false;
    const queue = this.#receive;
    let left = BATCH_BYTES;
    while (this.#outside.available > 0 && left > 0) {
      const chain = queue.peek();
      if (!chain) break;
      const count = this.#fill(chain);
      queue.complete(count);
      left -= 1 + count;
    }
    queue.tell();
    return left <= 0;
  }

  #fill(chain: Chain): number {
    let filled = 0;
    for (const { address, length } of chain.writable) {
      const count = this.#outside.read(this.#ram.view(address, length));
      this.#ram.written(address, count);
      filled += count;
      if (count < length) break;
    }
    return filled;
  }
}
