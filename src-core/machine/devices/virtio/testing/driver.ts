import { COMMAND, CONFIG } from '../../pci/config-space.ts';
import type { FakeRam } from '../../testing/fake-ram.ts';
import type { VirtioFunction } from '../pci-transport.ts';

/** Offsets of the registers, written down from virtio 1.3 §4.1.4.3 and not taken from the code under test. */
const COMMON = 0x0000;
const ISR = 0x1000;
const DEVICE = 0x2000;
const NOTIFY = 0x3000;

export const DRIVER_STATUS = { acknowledge: 1, driver: 2, driverOk: 4, featuresOk: 8, needsReset: 64 } as const;
export const RING = { indirect: 1 << 28, eventIndex: 1 << 29 } as const;

export const NEXT = 1;
export const WRITE = 2;
export const INDIRECT = 4;

export interface Descriptor {
  readonly address: number;
  readonly length: number;
  readonly flags: number;
  readonly next: number;
}

/** The driver's side of one queue. */
export class DriverQueue {
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
  #added = 0;
  #seen = 0;
  #nextDescriptor = 0;
  readonly #memory: FakeRam;
  readonly #device: VirtioFunction;
  readonly size: number;
  readonly index: number;

  constructor(memory: FakeRam, device: VirtioFunction, index: number, size: number) {
    this.#memory = memory;
    this.#device = device;
    this.index = index;
    this.size = size;
    this.descriptors = memory.allocate(size * 16);
    this.available = memory.allocate(6 + size * 2, 2);
    this.used = memory.allocate(6 + size * 8, 4);
  }

  /** Offers one buffer: bytes to read and places to write. @returns addresses of the places */
  add(readable: readonly Uint8Array[], writable: readonly number[], indirect = false): number[] {
    const pieces = [
      ...readable.map((bytes) => ({ address: this.#place(bytes), length: bytes.length, flags: 0 })),
      ...writable.map((length) => ({ address: this.#memory.allocate(length), length, flags: WRITE })),
    ];
    const table = indirect ? this.#memory.allocate(pieces.length * 16) : this.descriptors;
    const first = indirect ? 0 : this.#nextDescriptor;
    pieces.forEach((piece, index) => {
      const last = index === pieces.length - 1;
      const at = (first + index) % (indirect ? pieces.length : this.size);
      const next = (at + 1) % this.size;
      this.writeDescriptor(table, at, { ...piece, flags: piece.flags | (last ? 0 : NEXT), next: last ? 0 : next });
    });
    this.offer(indirect ? this.#offerTable(table, pieces.length) : first);
    if (!indirect) this.#nextDescriptor = (first + pieces.length) % this.size;
    return pieces.slice(readable.length).map(({ address }) => address);
  }

  writeDescriptor(table: number, index: number, { address, length, flags, next }: Descriptor): void {
    const { ram } = this.#memory;
    ram.write32(table + index * 16, address % 2 ** 32);
    ram.write32(table + index * 16 + 4, Math.floor(address / 2 ** 32));
    ram.write32(table + index * 16 + 8, length);
    ram.write16(table + index * 16 + 12, flags);
    ram.write16(table + index * 16 + 14, next);
  }

  /** Puts a head into the available ring. */
  offer(head: number): void {
    const { ram } = this.#memory;
    ram.write16(this.available + 4 + (this.#added % this.size) * 2, head);
    this.#added = (this.#added + 1) & 0xffff;
    ram.write16(this.available + 2, this.#added);
  }

  kick(): void {
    this.#device.writeWindow(NOTIFY + this.index * 4, 2, this.index);
  }

  /** What the device gave back since the last call. */
  collect(): { readonly head: number; readonly written: number }[] {
    const { ram } = this.#memory;
    const returned = [];
    while (ram.read16(this.used + 2) !== this.#seen) {
      const at = this.used + 4 + (this.#seen % this.size) * 8;
      returned.push({ head: ram.read32(at), written: ram.read32(at + 4) });
      this.#seen = (this.#seen + 1) & 0xffff;
    }
    return returned;
  }

  /** With event indices: interrupt when the device's index passes this one. */
  set interruptAt(index: number) {
    this.#memory.ram.write16(this.available + 4 + this.size * 2, index);
  }

  /** With event indices: the entry at which the device wants to be notified. */
  get notifyAt(): number {
    return this.#memory.ram.read16(this.used + 4 + this.size * 8);
  }

  #offerTable(table: number, entries: number): number {
    const head = this.#nextDescriptor;
    this.writeDescriptor(this.descriptors, head, { address: table, length: entries * 16, flags: INDIRECT, next: 0 });
    this.#nextDescriptor = (head + 1) % this.size;
    return head;
  }

  #place(bytes: Uint8Array): number {
    const at = this.#memory.allocate(bytes.length, 1);
    this.#memory.ram.write(at, bytes);
    return at;
  }
}

/** A driver as it would be in a guest, talking to the device by its registers only. */
export class Driver {
  queues: DriverQueue[] = [];
  readonly memory: FakeRam;
  readonly #device: VirtioFunction;

  constructor(memory: FakeRam, device: VirtioFunction) {
    this.memory = memory;
    this.#device = device;
    device.configWrite(CONFIG.command, 2, COMMAND.memory | COMMAND.busMaster);
  }

  /** §3.1.1 "Driver Requirements: Device Initialization". @returns whether the device accepted the features */
  start(features = 0, queueSize = 8): boolean {
    this.status = 0;
    this.status = DRIVER_STATUS.acknowledge;
    this.status |= DRIVER_STATUS.driver;
    if (!this.negotiate(features)) return false;
    this.queues = Array.from({ length: this.common(0x12, 2) }, (_, index) => this.#setUp(index, queueSize));
    this.status |= DRIVER_STATUS.driverOk;
    return true;
  }

  negotiate(low: number, high = 1): boolean {
    for (const [word, bits] of [low, high].entries()) {
      this.setCommon(0x08, 4, word);
      this.setCommon(0x0c, 4, bits >>> 0);
    }
    this.status |= DRIVER_STATUS.featuresOk;
    return (this.status & DRIVER_STATUS.featuresOk) !== 0;
  }

  queue(index: number): DriverQueue {
    const queue = this.queues[index];
    if (!queue) throw new RangeError(`no queue ${index}`);
    return queue;
  }

  get status(): number {
    return this.common(0x14, 1);
  }

  set status(value: number) {
    this.setCommon(0x14, 1, value);
  }

  get needsReset(): boolean {
    return (this.status & DRIVER_STATUS.needsReset) !== 0;
  }

  /** Reads the interrupt causes, which clears them. */
  interrupts(): number {
    return this.#device.readWindow(ISR, 1);
  }

  common(offset: number, size: number): number {
    return this.#device.readWindow(COMMON + offset, size);
  }

  setCommon(offset: number, size: number, value: number): void {
    this.#device.writeWindow(COMMON + offset, size, value);
  }

  config(offset: number, size: number): number {
    return this.#device.readWindow(DEVICE + offset, size);
  }

  setConfig(offset: number, size: number, value: number): void {
    this.#device.writeWindow(DEVICE + offset, size, value);
  }

  #setUp(index: number, size: number): DriverQueue {
    const queue = new DriverQueue(this.memory, this.#device, index, size);
    this.setCommon(0x16, 2, index);
    this.setCommon(0x18, 2, size);
    for (const [offset, address] of [
      [0x20, queue.descriptors],
      [0x28, queue.available],
      [0x30, queue.used],
    ] as const) {
      this.setCommon(offset, 4, address % 2 ** 32);
      this.setCommon(offset + 4, 4, Math.floor(address / 2 ** 32));
    }
    this.setCommon(0x1c, 2, 1);
    return queue;
  }
}
