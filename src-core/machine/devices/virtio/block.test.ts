import { expect, test } from 'vitest';
import type { BlockBackend } from '../../board-interface.ts';
import { FakeRam } from '../testing/fake-ram.ts';
import { BlockDevice } from './block.ts';
import { VirtioFunction } from './pci-transport.ts';
import { Driver, RING } from './testing/driver.ts';

const IN = 0;
const OUT = 1;
const FLUSH = 4;
const GET_ID = 8;
const DISCARD = 11;
const WRITE_ZEROES = 13;
const FLUSH_FEATURE = 1 << 9;

class MemoryDisk implements BlockBackend {
  readonly bytes: Uint8Array;
  readonly readOnly: boolean;
  flushes = 0;
  calls = 0;
  failing = false;

  constructor(sectors = 1024, readOnly = false) {
    this.bytes = Uint8Array.from({ length: sectors * 512 }, (_, at) => (at * 7 + (at >> 9)) & 0xff);
    this.readOnly = readOnly;
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  read(into: Uint8Array, offset: number): void {
    this.calls++;
    if (this.failing) throw new Error('the disk is broken');
    into.set(this.bytes.subarray(offset, offset + into.length));
  }

  write(from: Uint8Array, offset: number): void {
    this.calls++;
    this.bytes.set(from, offset);
  }

  flush(): void {
    this.flushes++;
  }
}

function machine<Disk extends MemoryDisk = MemoryDisk>(
  disk: Disk = new MemoryDisk() as Disk,
  features = FLUSH_FEATURE | RING.indirect,
) {
  const memory = new FakeRam(8 << 20);
  const block = new BlockDevice(memory.ram, disk, 'disk0', 'serial-of-20-letters');
  const device = new VirtioFunction(block, memory.ram);
  const driver = new Driver(memory, device);
  expect(driver.start(features, 64)).toBe(true);
  const queue = driver.queue(0);
  const request = (type: number, sector: number, out: Uint8Array[], into: number[], indirect = false) => {
    const places = queue.add([header(type, sector), ...out], [...into, 1], indirect);
    queue.kick();
    return { places, returned: queue.collect(), status: memory.ram.read8(places[into.length] ?? 0) };
  };
  return { memory, disk, block, device, driver, queue, request };
}

function header(type: number, sector: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setBigUint64(8, BigInt(sector), true);
  return bytes;
}

test('the configuration tells capacity in sectors, block size and limits', () => {
  const { driver } = machine();
  expect(driver.config(0, 4)).toBe(1024);
  expect(driver.config(4, 4)).toBe(0);
  expect(driver.config(0x0c, 4)).toBe(126);
  expect(driver.config(0x14, 4)).toBe(512);
  expect(driver.config(0x100, 4)).toBe(0);
});

test('a read returns the sectors, into one piece or scattered over many', () => {
  const { memory, disk, request, block } = machine();
  const one = request(IN, 3, [], [1024]);
  expect(one).toMatchObject({ status: 0, returned: [{ written: 1025 }] });
  expect(memory.ram.view(one.places[0] ?? 0, 1024)).toEqual(disk.bytes.subarray(1536, 2560));
  const many = request(IN, 5, [], [100, 412, 512], true);
  expect(many.status).toBe(0);
  const [a, b, c] = many.places;
  const bytes = [...memory.ram.view(a ?? 0, 100), ...memory.ram.view(b ?? 0, 412), ...memory.ram.view(c ?? 0, 512)];
  expect(Uint8Array.from(bytes)).toEqual(disk.bytes.subarray(2560, 3584));
  expect(block.counters).toMatchObject({ readBytes: 2048, writtenBytes: 0, errors: 0 });
});

test('a write changes the sectors and nothing beside them, from one piece or many', () => {
  const { disk, request, block } = machine();
  const before = disk.bytes.slice();
  const data = new Uint8Array(1024).fill(0xee);
  expect(request(OUT, 2, [data.subarray(0, 512)], []).status).toBe(0);
  expect(request(OUT, 3, [data.subarray(0, 17), data.subarray(17, 512)], []).status).toBe(0);
  expect(disk.bytes.subarray(1024, 2048)).toEqual(data);
  expect(disk.bytes.subarray(0, 1024)).toEqual(before.subarray(0, 1024));
  expect(disk.bytes.subarray(2048)).toEqual(before.subarray(2048));
  expect(block.counters.writtenBytes).toBe(1024);
});

test('a large scattered request goes to the disk in few calls', () => {
  const { disk, request } = machine(new MemoryDisk(4096));
  disk.calls = 0;
  expect(request(IN, 0, [], new Array<number>(60).fill(8192), true).status).toBe(0);
  expect(disk.calls).toBeLessThanOrEqual(2);
});

test('flush reaches the disk; without the flush feature every write does', () => {
  const flushing = machine();
  flushing.request(OUT, 0, [new Uint8Array(512)], []);
  expect(flushing.disk.flushes).toBe(0);
  expect(flushing.request(FLUSH, 0, [], []).status).toBe(0);
  expect(flushing.disk.flushes).toBe(1);
  const through = machine(new MemoryDisk(), 0);
  through.request(OUT, 0, [new Uint8Array(512)], []);
  expect(through.disk.flushes).toBe(1);
});

test('the serial number is what the disk was given', () => {
  const { memory, request } = machine();
  const { places } = request(GET_ID, 0, [], [20]);
  expect(String.fromCharCode(...memory.ram.view(places[0] ?? 0, 20))).toBe('serial-of-20-letters');
});

test('a read-only disk says so and refuses writes', () => {
  const { driver, disk, request } = machine(new MemoryDisk(16, true));
  driver.setCommon(0, 4, 0);
  expect(driver.common(4, 4) & (1 << 5)).toBe(1 << 5);
  const before = disk.bytes.slice();
  expect(request(OUT, 0, [new Uint8Array(512)], []).status).toBe(1);
  expect(disk.bytes).toEqual(before);
});

test.each([
  ['beyond the end', 1024, 512],
  ['across the end', 1023, 1024],
  ['far beyond the end', 2 ** 50, 512],
  ['of half a sector', 0, 100],
])('a read %s is an I/O error', (_, sector, bytes) => {
  const { request, block } = machine();
  expect(request(IN, sector, [], [bytes]).status).toBe(1);
  expect(block.counters.errors).toBe(1);
});

test('an error of the backend is an I/O error of the request, and the next one works', () => {
  const { disk, request } = machine();
  disk.failing = true;
  expect(request(IN, 0, [], [512]).status).toBe(1);
  disk.failing = false;
  expect(request(IN, 0, [], [512]).status).toBe(0);
});

test('requests that the device does not know are unsupported', () => {
  expect(machine().request(DISCARD, 0, [new Uint8Array(16)], []).status).toBe(2);
});

test('a request without a whole header or without a place for the status stops the device', () => {
  const cut = machine();
  cut.queue.add([new Uint8Array(15)], [1]);
  cut.queue.kick();
  expect(cut.driver.needsReset).toBe(true);
  const mute = machine();
  mute.queue.add([header(IN, 0)], []);
  mute.queue.kick();
  expect(mute.driver.needsReset).toBe(true);
  expect(mute.device.brokenBecause).toContain('status');
});

test('a deep queue is cut off after a while and goes on with the next service', () => {
  const { device, queue } = machine(new MemoryDisk(8192));
  for (let index = 0; index < 10; index++) queue.add([header(IN, 0)], [700 * 1024, 1]);
  queue.kick();
  const first = queue.collect().length;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(10);
  let more = true;
  while (more) more = device.service();
  expect(first + queue.collect().length).toBe(10);
});

/** What discard and write zeroes are about: sector, number of sectors, flags. */
function range(sector: number, sectors: number, flags = 0): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(sector), true);
  view.setUint32(8, sectors, true);
  view.setUint32(12, flags, true);
  return bytes;
}

class ThinDisk extends MemoryDisk {
  readonly given: (readonly [what: string, offset: number, length: number])[] = [];

  discard(offset: number, length: number): void {
    this.given.push(['discard', offset, length]);
  }

  writeZeroes(offset: number, length: number, { keepAllocated }: { readonly keepAllocated: boolean }): void {
    this.given.push([keepAllocated ? 'zero, keep' : 'zero', offset, length]);
  }
}

test('a disk that can give up room offers discard and write zeroes, and is told of them', () => {
  const { driver, disk, request, block } = machine(new ThinDisk());
  expect(block.features & ((1 << 13) | (1 << 14))).toBe((1 << 13) | (1 << 14));
  expect(driver.config(0x24, 4)).toBeGreaterThan(0);
  expect(driver.config(0x28, 4)).toBe(1);
  expect(driver.config(0x34, 4)).toBe(1);
  expect(request(DISCARD, 0, [range(8, 16)], []).status).toBe(0);
  expect(request(WRITE_ZEROES, 0, [range(100, 1)], []).status).toBe(0);
  expect(request(WRITE_ZEROES, 0, [range(0, 1024, 1)], []).status).toBe(0);
  expect(disk.given).toEqual([
    ['discard', 4096, 8192],
    ['zero, keep', 51_200, 512],
    ['zero', 0, 1024 * 512],
  ]);
});

test.each([
  ['beyond the end', DISCARD, range(1020, 5), 1],
  ['far beyond the end', DISCARD, range(2 ** 52, 1), 1],
  ['more than is allowed at once', WRITE_ZEROES, range(0, 0xffff_ffff), 1],
  ['a discard that asks to unmap', DISCARD, range(0, 1, 1), 2],
  ['unknown flags', WRITE_ZEROES, range(0, 1, 2), 2],
  ['two ranges', DISCARD, Uint8Array.of(...range(0, 1), ...range(1, 1)), 1],
  ['half a range', DISCARD, range(0, 1).subarray(0, 8), 1],
])('room is not given up for %s', (_what, type, data, status) => {
  const { disk, request } = machine(new ThinDisk());
  expect(request(type, 0, [data], []).status).toBe(status);
  expect(disk.given).toEqual([]);
});

test('a disk that cannot give up room, or may not be written, offers neither', () => {
  for (const disk of [new MemoryDisk(), new ThinDisk(1024, true)]) {
    const { block, request } = machine(disk);
    expect(block.features & ((1 << 13) | (1 << 14))).toBe(0);
    expect(request(DISCARD, 0, [range(0, 1)], []).status).not.toBe(0);
  }
});
