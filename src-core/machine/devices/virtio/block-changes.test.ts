import { expect, test } from 'vitest';
import type { BlockBackend } from '../../board-interface.ts';
import { FakeRam } from '../testing/fake-ram.ts';
import { BlockDevice } from './block.ts';
import { VirtioFunction } from './pci-transport.ts';
import { Driver } from './testing/driver.ts';

const FLUSH = 1 << 9;
const SEVERAL_QUEUES = 1 << 12;
const SECTOR = 512;

class GrowingDisk implements BlockBackend {
  sizeBytes = 16 * SECTOR;
  readonly readOnly = false;
  readonly reads: number[] = [];

  read(into: Uint8Array, offset: number): void {
    this.reads.push(offset / SECTOR);
    into.fill(7);
  }

  write(): void {}

  flush(): void {}
}

function started(queues: number, features: number) {
  const memory = new FakeRam(16 << 20);
  const disk = new GrowingDisk();
  const block = new BlockDevice(memory.ram, disk, 'disk0', 'id', queues);
  const device = new VirtioFunction(block, memory.ram);
  const driver = new Driver(memory, device);
  expect(driver.start(features)).toBe(true);
  return { memory, disk, block, device, driver };
}

function readRequest(sector: number): Uint8Array {
  const header = new Uint8Array(16);
  new DataView(header.buffer).setUint32(8, sector, true);
  return header;
}

test('a disk that grows tells its driver, which can use the new part at once', () => {
  const { memory, disk, block, device, driver } = started(1, FLUSH);
  const read = (sector: number) => {
    const [, status = 0] = driver.queue(0).add([readRequest(sector)], [SECTOR, 1]);
    driver.queue(0).kick();
    return memory.ram.read8(status);
  };
  expect([driver.config(0, 4), read(15), read(16)]).toEqual([16, 0, 1]);
  driver.interrupts();
  disk.sizeBytes = 5000 * SECTOR;
  const generation = driver.common(0x15, 1);
  block.resized();
  // §5.2.4: a change of the capacity is a change of the configuration.
  expect(driver.interrupts()).toBe(2);
  expect(driver.common(0x15, 1)).not.toBe(generation);
  expect([driver.config(0, 4), driver.config(0x10, 2), read(16), read(5000)]).toEqual([5000, 4, 0, 1]);
  // A state knows the new size: it goes with the larger disk only.
  const state = device.save();
  const again = (sectors: number) => {
    const other = new GrowingDisk();
    other.sizeBytes = sectors * SECTOR;
    return new VirtioFunction(new BlockDevice(memory.ram, other, 'disk0', 'id'), memory.ram).restore(state);
  };
  expect([again(5000), again(16)]).toEqual([null, 'the disk is another one']);
});

test('a disk that grows before its driver is there has the new size when it comes', () => {
  const memory = new FakeRam();
  const disk = new GrowingDisk();
  const block = new BlockDevice(memory.ram, disk, 'disk0', 'id');
  const driver = new Driver(memory, new VirtioFunction(block, memory.ram));
  disk.sizeBytes = 32 * SECTOR;
  block.resized();
  expect(driver.start(FLUSH)).toBe(true);
  expect(driver.config(0, 4)).toBe(32);
});

test('each queue of several is served, and a full one does not keep the others waiting', () => {
  const { disk, device, driver } = started(3, FLUSH | SEVERAL_QUEUES);
  expect([driver.config(0x22, 2), driver.queues.length]).toEqual([3, 3]);
  const large = 2 << 20;
  disk.sizeBytes = 64 << 20;
  const [first, second, third] = driver.queues;
  second?.add([readRequest(10)], [SECTOR, 1]);
  third?.add([readRequest(11)], [SECTOR, 1]);
  for (let turn = 0; turn < 3; turn++) {
    // Two of these are a whole batch: queue 0 always has more than can be done in one turn.
    for (let request = 0; request < 2; request++) first?.add([readRequest(request)], [large, 1]);
    device.service();
  }
  expect([second, third].map((queue) => queue?.collect())).toEqual([
    [{ head: 0, written: SECTOR + 1 }],
    [{ head: 0, written: SECTOR + 1 }],
  ]);
});

test('a driver that does not know of several queues uses the first', () => {
  const { driver } = started(4, FLUSH);
  driver.queue(1).add([readRequest(1)], [SECTOR, 1]);
  driver.queue(1).kick();
  expect(driver.queue(1).collect()).toEqual([]);
  driver.queue(0).add([readRequest(1)], [SECTOR, 1]);
  driver.queue(0).kick();
  expect(driver.queue(0).collect()).toHaveLength(1);
});

test('a disk with one queue does not speak of several', () => {
  const { driver } = started(1, FLUSH);
  driver.setCommon(0x00, 4, 0);
  expect(driver.common(0x04, 4) & SEVERAL_QUEUES).toBe(0);
});
