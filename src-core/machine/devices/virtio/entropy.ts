import type { GuestRam } from '../guest-ram.ts';
import { scatter } from './chain.ts';
import { VIRTIO_TYPE, type VirtioDevice } from './device.ts';
import type { Virtqueue } from './queue.ts';

/** No request gets more, however large its buffers: a guest must not buy seconds of our time with one store. */
const MOST_BYTES = 64 * 1024;
/** Requests answered before the guest runs again. */
const MOST_REQUESTS = 64;

/** virtio 1.3 §5.4 "Entropy Device". */
export class EntropyDevice implements VirtioDevice {
  readonly name = 'rng';
  readonly type = VIRTIO_TYPE.entropy;
  readonly classCode = 0xff_0000;
  readonly features = 0;
  readonly queueSizes = [16];
  readonly config = new Uint8Array();
  readonly #ram: GuestRam;
  readonly #random: (into: Uint8Array) => void;
  #queue: Virtqueue | undefined;

  constructor(ram: GuestRam, random: (into: Uint8Array) => void) {
    this.#ram = ram;
    this.#random = random;
  }

  activate(queues: readonly Virtqueue[]): void {
    this.#queue = queues[0];
  }

  deactivate(): void {
    this.#queue = undefined;
  }

  notify(): void {
    this.service();
  }

  service(): boolean {
    const queue = this.#queue;
    if (!queue) return false;
    let left = MOST_REQUESTS;
    for (let chain = queue.peek(); chain && left > 0; chain = queue.peek(), left--) {
      const bytes = new Uint8Array(Math.min(chain.writableBytes, MOST_BYTES));
      this.#random(bytes);
      queue.complete(scatter(this.#ram, chain.writable, bytes));
    }
    queue.tell();
    return left === 0;
  }
}
