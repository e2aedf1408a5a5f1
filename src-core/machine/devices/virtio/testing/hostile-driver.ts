import { MEMORY_MAP } from '../../../core-interface.ts';
import { anySize, anyWord, type Random } from '../../testing/random.ts';
import type { FakeRam } from '../../testing/fake-ram.ts';
import type { VirtioFunction } from '../pci-transport.ts';
import { INDIRECT, NEXT, RING, WRITE } from './driver.ts';

/** Registers, written down from virtio 1.3 §4.1.4.3 and not taken from the code under test. */
const COMMON = { feature: 0x08, status: 0x14, queueSelect: 0x16, queueSize: 0x18, queueEnable: 0x1c, rings: 0x20 };
const DEVICE = 0x2000;
const NOTIFY = 0x3000;
const STRUCTURES = [0x0000, 0x0000, 0x1000, DEVICE, NOTIFY, 0x4000 - 0x100];

const RAM = MEMORY_MAP.ram.base;
/** In entries. Small, so that what is random meets itself. */
const QUEUE = 16;
/** Per queue: descriptors, then available ring, then used ring, then an indirect table. */
const RINGS_BYTES = 0x800;
const AVAILABLE = 0x100;
const USED = 0x200;
const TABLE = 0x400;
const MOST_QUEUES = 12;
/** Behind the rings: what requests read and write. */
const DATA = MOST_QUEUES * RINGS_BYTES;

/** What a driver may ask of a device. */
export interface Request {
  readonly queue: number;
  readonly readable: readonly Uint8Array[];
  readonly writable: readonly number[];
}

/** A driver that knows how its device is driven, and does so rightly, nearly rightly or not at all. */
export class HostileDriver {
  readonly #memory: FakeRam;
  readonly #random: Random;
  readonly #features: number;
  readonly #request: (random: Random) => Request;
  /** The device under attack; another one after its state was saved and restored. */
  device: VirtioFunction;

  constructor(
    memory: FakeRam,
    device: VirtioFunction,
    random: Random,
    { features, request }: { readonly features: number; readonly request: (random: Random) => Request },
  ) {
    this.#memory = memory;
    this.device = device;
    this.#random = random;
    this.#features = features;
    this.#request = request;
  }

  /** One operation. */
  misbehave(): void {
    const random = this.#random;
    const kind = random(64);
    if (kind < 4) this.#writeRegister();
    else if (kind < 8) this.#readRegister();
    else if (kind < 10) this.#configure();
    else if (kind < 13) this.#start();
    else if (kind === 13) this.device.writeWindow(COMMON.status, 1, 0);
    else if (kind === 14) this.#changeQueue();
    else if (kind === 15 && random(8) === 0) this.device.reset();
    else if (kind < 20) this.#scribble();
    else if (kind < 45) this.#ask();
    else if (kind < 60) this.#notify(1);
    else this.#notify(1 + random(64));
  }

  #writeRegister(): void {
    const [offset, size] = this.#register();
    this.device.writeWindow(offset, size, this.#value(size));
  }

  #readRegister(): void {
    const [offset, size] = this.#register();
    this.device.readWindow(offset, size);
  }

  #register(): [number, number] {
    const random = this.#random;
    const size = anySize(random);
    const structure = STRUCTURES[random(STRUCTURES.length)] ?? 0;
    return [structure + random(0x100 / size) * size, size];
  }

  #configure(): void {
    const random = this.#random;
    const size = anySize(random);
    const offset = random((random(4) === 0 ? 0x1000 : 0x100) / size) * size;
    if (random(2) === 0) this.device.configRead(offset, size);
    else this.device.configWrite(offset, size, this.#value(size));
  }

  #value(size: number): number {
    const value = anyWord(this.#random);
    return size === 4 ? value : value % 256 ** size;
  }

  /** §3.1.1 as it should be, but for what is put in its way now and then. */
  #start(): void {
    const random = this.#random;
    const { device } = this;
    device.configWrite(0x04, 2, random(16) === 0 ? random(8) : 6);
    for (const status of [0, 1, 3]) device.writeWindow(COMMON.status, 1, status);
    const rings = (random(2) === 0 ? RING.indirect : 0) | (random(2) === 0 ? RING.eventIndex : 0);
    const own = random(4) === 0 ? this.#features & random(2 ** 24) : this.#features;
    for (const [word, bits] of [(own | rings) >>> 0, random(16) === 0 ? random(4) : 1].entries()) {
      device.writeWindow(COMMON.feature, 4, word);
      device.writeWindow(COMMON.feature + 4, 4, bits);
    }
    device.writeWindow(COMMON.status, 1, 11);
    for (let queue = 0; queue < MOST_QUEUES; queue++) this.#setUp(queue);
    device.writeWindow(COMMON.status, 1, 15);
  }

  #setUp(queue: number): void {
    const random = this.#random;
    const rings = RAM + queue * RINGS_BYTES;
    const wrong = random(32) === 0 ? random(4) : -1;
    this.device.writeWindow(COMMON.queueSelect, 2, queue);
    this.device.writeWindow(COMMON.queueSize, 2, wrong === 3 ? anyWord(random) & 0xffff : QUEUE);
    for (const [index, offset] of [0, AVAILABLE, USED].entries()) {
      const at = wrong === index ? this.#anyAddress() : rings + offset;
      this.device.writeWindow(COMMON.rings + index * 8, 4, at % 2 ** 32);
      this.device.writeWindow(COMMON.rings + index * 8 + 4, 4, Math.floor(at / 2 ** 32) % 2 ** 32);
      this.#memory.ram.write32(rings + offset, 0);
    }
    this.device.writeWindow(COMMON.queueEnable, 2, 1);
  }

  /** In the middle of everything: where a queue is, how large, whether it is on. */
  #changeQueue(): void {
    const random = this.#random;
    this.device.writeWindow(COMMON.queueSelect, 2, random(MOST_QUEUES + 2));
    const registers = [0x18, 0x1c, 0x20, 0x24, 0x28, 0x2c, 0x30, 0x34];
    const at = registers[random(registers.length)] ?? 0x18;
    this.device.writeWindow(at, 4, random(2) === 0 ? this.#anyAddress() % 2 ** 32 : anyWord(random));
  }

  /** Anything, anywhere in the rings or what they point to. */
  #scribble(): void {
    const random = this.#random;
    const { ram } = this.#memory;
    const at = random(4) === 0 ? random(ram.sizeBytes / 4) : random(DATA / 4);
    ram.write32(RAM + at * 4, random(2) === 0 ? anyWord(random) : this.#anyAddress() % 2 ** 32);
  }

  /** Offers a request that makes sense, with now and then a piece of it that does not. */
  #ask(): void {
    const random = this.#random;
    const { ram } = this.#memory;
    const request = this.#request(random);
    const rings = RAM + request.queue * RINGS_BYTES;
    const isIndirect = random(4) === 0;
    const table = isIndirect ? rings + TABLE : rings;
    const first = isIndirect ? 0 : random(QUEUE);
    const entries = this.#describe(table, first, request);
    if (isIndirect) this.#writeDescriptor(rings, first, [table, entries * 16, INDIRECT, 0]);
    if (random(16) === 0) this.#scribble();
    const index = ram.read16(rings + AVAILABLE + 2);
    ram.write16(rings + AVAILABLE + 4 + (index % QUEUE) * 2, random(64) === 0 ? random(65_536) : first);
    ram.write16(rings + AVAILABLE + 2, (random(64) === 0 ? random(65_536) : index + 1) & 0xffff);
    if (random(2) === 0) this.device.writeWindow(NOTIFY + request.queue * 4, 2, request.queue);
  }

  /** @returns entries of the table that are used */
  #describe(table: number, first: number, { readable, writable }: Request): number {
    const random = this.#random;
    const { ram } = this.#memory;
    const lengths = [...readable.map(({ length }) => length), ...writable];
    const wrong = random(8) === 0 ? random(lengths.length) : -1;
    lengths.forEach((length, piece) => {
      const at = (first + piece) % QUEUE;
      const next = (at + 1) % QUEUE;
      const address = RAM + DATA + random(ram.sizeBytes - DATA - Math.min(length, ram.sizeBytes - DATA - 1));
      const bytes = readable[piece];
      if (bytes) ram.write(address, bytes);
      const flags = (piece < readable.length ? 0 : WRITE) | (piece < lengths.length - 1 ? NEXT : 0);
      const right = [address, length, flags, next] as const;
      this.#writeDescriptor(table, at, piece === wrong ? this.#spoil(right) : right);
    });
    return lengths.length;
  }

  #spoil([address, length, flags, next]: readonly [number, number, number, number]): [number, number, number, number] {
    const random = this.#random;
    const kind = random(4);
    if (kind === 0) return [this.#anyAddress(), length, flags, next];
    if (kind === 1) return [address, anyWord(random), flags, next];
    if (kind === 2) return [address, length, random(random(2) === 0 ? 8 : 65_536), next];
    return [address, length, flags | NEXT, random(QUEUE + 1)];
  }

  #writeDescriptor(table: number, index: number, descriptor: readonly [number, number, number, number]): void {
    const { ram } = this.#memory;
    const [address, length, flags, next] = descriptor;
    const at = table + index * 16;
    ram.write32(at, address % 2 ** 32);
    ram.write32(at + 4, Math.floor(address / 2 ** 32) % 2 ** 32);
    ram.write32(at + 8, length);
    ram.write16(at + 12, flags);
    ram.write16(at + 14, next);
  }

  /** In RAM, at its edges, in its rings, not aligned, or nowhere. */
  #anyAddress(): number {
    const random = this.#random;
    const { sizeBytes } = this.#memory.ram;
    const kind = random(6);
    if (kind === 0) return RAM + random(sizeBytes);
    if (kind === 1) return RAM + sizeBytes - random(64);
    if (kind === 2) return RAM - random(64);
    if (kind === 3) return RAM + random(DATA);
    return kind === 4 ? anyWord(random) : random(2 ** 32) * 2 ** 32 + random(2 ** 32);
  }

  #notify(times: number): void {
    const random = this.#random;
    for (let time = 0; time < times; time++)
      this.device.writeWindow(NOTIFY + random(MOST_QUEUES + 1) * 4, 2, random(65_536));
  }
}
