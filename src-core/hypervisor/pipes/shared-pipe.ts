import { ByteRing } from '../../base/byte-ring.ts';
import { Emitter } from '../../base/emitter.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { BytePort } from '../../machine/board-interface.ts';
import type { Doorbell } from './doorbell.ts';
import type { GuestPipe } from '../runner.ts';

/**
 * A pair of byte rings between the service and a machine's thread. Bytes travel in shared memory; a message is
 * sent only to wake a side that said it found nothing to do, so a busy pipe costs no messages at all.
 */
export interface SharedPipeBuffers {
  readonly toService: SharedArrayBuffer;
  readonly toGuest: SharedArrayBuffer;
  readonly flags: SharedArrayBuffer;
}

/** Words of `flags`: 1 while that side waits to be woken. */
const SERVICE_WANTS_BYTES = 0;
const GUEST_WANTS_ROOM = 1;
const SERVICE_WANTS_ROOM = 2;
const FLAG_BYTES = 3 * 4;

/** @param capacity of each direction, in bytes, a power of two */
export function allocateSharedPipe(capacity: number): SharedPipeBuffers {
  return {
    toService: ByteRing.allocate(capacity).buffer,
    toGuest: ByteRing.allocate(capacity).buffer,
    flags: new SharedArrayBuffer(FLAG_BYTES),
  };
}

/** The machine thread's end, which the board's devices read and write. */
export class GuestEnd implements BytePort {
  readonly #output: ByteRing;
  readonly #input: ByteRing;
  readonly #flags: Int32Array;
  readonly #nudge: () => void;

  /** @param nudge tells the service, by a message, that it has something to do here */
  constructor(buffers: SharedPipeBuffers, nudge: () => void) {
    this.#output = new ByteRing(buffers.toService);
    this.#input = new ByteRing(buffers.toGuest);
    this.#flags = new Int32Array(buffers.flags);
    this.#nudge = nudge;
  }

  get available(): number {
    return this.#input.available;
  }

  write(bytes: Uint8Array): number {
    let count = this.#output.write(bytes);
    if (count < bytes.length) {
      // Room made between the first try and the flag would wake nobody: so try again once it is up.
      Atomics.store(this.#flags, GUEST_WANTS_ROOM, 1);
      count += this.#output.write(bytes.subarray(count));
    }
    if (count > 0) this.#wake(SERVICE_WANTS_BYTES);
    return count;
  }

  read(into: Uint8Array): number {
    const count = this.#input.read(into);
    if (count > 0) this.#wake(SERVICE_WANTS_ROOM);
    return count;
  }

  #wake(flag: number): void {
    if (Atomics.exchange(this.#flags, flag, 0) === 1) this.#nudge();
  }
}

/** The service's end. `nudged` is to be called when the thread's message arrives. */
export class ServiceEnd implements GuestPipe {
  readonly #output: ByteRing;
  readonly #input: ByteRing;
  readonly #flags: Int32Array;
  readonly #doorbell: Doorbell;
  readonly #readable = new Emitter<undefined>();
  readonly #writable = new Emitter<undefined>();
  #wantsRoom = false;

  constructor(buffers: SharedPipeBuffers, doorbell: Doorbell) {
    this.#output = new ByteRing(buffers.toService);
    this.#input = new ByteRing(buffers.toGuest);
    this.#flags = new Int32Array(buffers.flags);
    this.#doorbell = doorbell;
    Atomics.store(this.#flags, SERVICE_WANTS_BYTES, 1);
  }

  nudged(): void {
    this.#readable.fire(undefined);
    if (!this.#wantsRoom) return;
    this.#wantsRoom = false;
    this.#writable.fire(undefined);
  }

  onReadable(listener: () => void): Disposable {
    return this.#readable.on(listener);
  }

  onWritable(listener: () => void): Disposable {
    return this.#writable.on(listener);
  }

  read(into: Uint8Array): number {
    let count = this.#output.read(into);
    if (count === 0) {
      Atomics.store(this.#flags, SERVICE_WANTS_BYTES, 1);
      count = this.#output.read(into);
      if (count > 0) Atomics.store(this.#flags, SERVICE_WANTS_BYTES, 0);
    }
    if (count > 0 && Atomics.exchange(this.#flags, GUEST_WANTS_ROOM, 0) === 1) this.#doorbell.ring();
    return count;
  }

  write(bytes: Uint8Array): number {
    let count = this.#input.write(bytes);
    if (count < bytes.length) {
      this.#wantsRoom = true;
      Atomics.store(this.#flags, SERVICE_WANTS_ROOM, 1);
      count += this.#input.write(bytes.subarray(count));
    }
    if (count > 0) this.#doorbell.ring();
    return count;
  }
}
