import { z } from 'zod';
import { u16Schema } from '../../state/values.ts';
import type { GuestRam } from '../guest-ram.ts';
import { readChain, type Chain, type ChainSource } from './chain.ts';

/** virtio 1.3 §2.7 "Split Virtqueues": sizes of their parts. */
const AVAILABLE_HEADER = 4;
const AVAILABLE_ENTRY = 2;
const USED_HEADER = 4;
const USED_ENTRY = 8;
const DESCRIPTOR_BYTES = 16;
const EVENT_BYTES = 2;
const NO_INTERRUPT = 1;

const U16 = 0xffff;

/** What a driver may write into the registers of an address: beyond 2^53 it is not exact, and still no address of RAM. */
const addressSchema = z
  .number()
  .min(0)
  .max(2 ** 64);

export const virtqueueStateSchema = z.strictObject({
  /** In entries, a power of two. */
  size: u16Schema,
  enabled: z.boolean(),
  /** Guest physical addresses of the descriptor table, the available ring and the used ring. */
  descriptors: addressSchema,
  available: addressSchema,
  used: addressSchema,
  /** Free-running indices of the next entry to take and to give back. */
  nextAvailable: u16Schema,
  nextUsed: u16Schema,
  /** `nextUsed` when the driver was last told; null before the first time. */
  lastTold: u16Schema.nullable(),
});
export type VirtqueueState = z.infer<typeof virtqueueStateSchema>;

function powerOnState(maxSize: number): VirtqueueState {
  return {
    size: maxSize,
    enabled: false,
    descriptors: 0,
    available: 0,
    used: 0,
    nextAvailable: 0,
    nextUsed: 0,
    lastTold: null,
  };
}

/** What a queue is part of. */
export interface QueueOwner {
  /** Features of the ring that were negotiated. */
  readonly indirect: boolean;
  readonly eventIndex: boolean;
  /** Whether the device may look at the queue now: the driver is ready, and nothing is broken. */
  readonly live: boolean;
  /** The guest made a mistake: no queue of the device is looked at again until it is reset. */
  broken(why: string): void;
  /** Buffers were used, and the driver wants to know. */
  interrupt(): void;
}

/**
 * The device's side of one split virtqueue. A chain is looked at with `peek` and stays in the queue until it is
 * `complete`d: between two guest instructions no device holds a chain, so there is nothing of that to save.
 */
export class Virtqueue {
  state: VirtqueueState;
  readonly maxSize: number;
  readonly #ram: GuestRam;
  readonly #owner: QueueOwner;
  /** Looked at and not completed yet, in their order. */
  #chains: Chain[] = [];

  /** @param maxSize in entries, a power of two */
  constructor(ram: GuestRam, owner: QueueOwner, maxSize: number) {
    this.maxSize = maxSize;
    this.#ram = ram;
    this.#owner = owner;
    this.state = powerOnState(maxSize);
  }

  reset(): void {
    this.state = powerOnState(this.maxSize);
    this.#chains = [];
  }

  /** @returns what is wrong with it, or null */
  restore(state: VirtqueueState): string | null {
    this.state = { ...state };
    this.#chains = [];
    return state.enabled ? this.#inspect() : null;
  }

  /** Checks what the driver set up, once: from here on the rings themselves are known to be inside RAM. */
  enable(): void {
    const wrong = this.#inspect();
    if (wrong === null) this.state.enabled = true;
    else this.#owner.broken(wrong);
  }

  /** @returns what is wrong with the rings, or null */
  #inspect(): string | null {
    const { size, descriptors, available, used } = this.state;
    const powerOfTwo = size > 0 && size <= this.maxSize && (size & (size - 1)) === 0;
    if (!powerOfTwo) return `a queue of ${size} entries`;
    if (descriptors % 16 !== 0 || available % 2 !== 0 || used % 4 !== 0) return 'a queue that is not aligned';
    const inside =
      this.#ram.contains(descriptors, size * DESCRIPTOR_BYTES) &&
      this.#ram.contains(available, AVAILABLE_HEADER + size * AVAILABLE_ENTRY + EVENT_BYTES) &&
      this.#ram.contains(used, USED_HEADER + size * USED_ENTRY + EVENT_BYTES);
    return inside ? null : 'a queue outside memory';
  }

  /**
   * The chain that is next, or null. The same one again until it is completed.
   * @param ahead the one so many places behind it, for what fills several; those before it were looked at
   */
  peek(ahead = 0): Chain | null {
    if (!this.state.enabled || !this.#owner.live) return null;
    const known = this.#chains[ahead];
    if (known) return known;
    if (!this.#hasMore(ahead)) return null;
    const { available, nextAvailable, size } = this.state;
    const head = this.#ram.read16(
      available + AVAILABLE_HEADER + ((nextAvailable + ahead) & (size - 1)) * AVAILABLE_ENTRY,
    );
    const chain = readChain(this.#chainSource(), head);
    if (typeof chain === 'string') {
      this.#owner.broken(chain);
      return null;
    }
    this.#chains[ahead] = chain;
    return chain;
  }

  /**
   * Gives chains that `peek` showed back to the driver, all at the same moment.
   * @param writtenBytes how much of the writable part of each was filled, from the start
   */
  complete(...writtenBytes: readonly number[]): void {
    const { state } = this;
    if (this.#chains.length === 0) return;
    for (const [index, { head }] of this.#chains.splice(0, writtenBytes.length).entries()) {
      const entry = state.used + USED_HEADER + (state.nextUsed & (state.size - 1)) * USED_ENTRY;
      this.#ram.write32(entry, head);
      this.#ram.write32(entry + 4, writtenBytes[index] ?? 0);
      state.nextAvailable = (state.nextAvailable + 1) & U16;
      state.nextUsed = (state.nextUsed + 1) & U16;
    }
    this.#ram.write16(state.used + 2, state.nextUsed);
  }

  /** Tells the driver about what was completed since the last time, if it wants to know. Once per batch. */
  tell(): void {
    const { state } = this;
    if (!state.enabled || state.lastTold === state.nextUsed) return;
    if (state.lastTold === null && state.nextUsed === 0) return;
    if (this.#wanted(state.lastTold, state.nextUsed)) this.#owner.interrupt();
    state.lastTold = state.nextUsed;
  }

  /** Whether more than `seen` entries wait. With event indices, also asks to be notified of the next one when not. */
  #hasMore(seen: number): boolean {
    const { state } = this;
    const waits = (): number => (this.#ram.read16(state.available + 2) - state.nextAvailable) & U16;
    let waiting = waits();
    if (waiting <= seen && this.#owner.eventIndex) {
      this.#ram.write16(state.used + USED_HEADER + state.size * USED_ENTRY, (state.nextAvailable + waiting) & U16);
      waiting = waits();
    }
    if (waiting <= state.size) return waiting > seen;
    this.#owner.broken(`${waiting} entries in a queue of ${state.size}`);
    return false;
  }

  /** virtio 1.3 §2.7.7.2 "Device Requirements: Used Buffer Notification Suppression". */
  #wanted(before: number | null, now: number): boolean {
    const { available, size } = this.state;
    if (!this.#owner.eventIndex) return (this.#ram.read16(available) & NO_INTERRUPT) === 0;
    if (before === null) return true;
    const event = this.#ram.read16(available + AVAILABLE_HEADER + size * AVAILABLE_ENTRY);
    return ((now - event - 1) & U16) < ((now - before) & U16);
  }

  #chainSource(): ChainSource {
    const { descriptors, size } = this.state;
    return { ram: this.#ram, table: descriptors, size, indirect: this.#owner.indirect };
  }
}
