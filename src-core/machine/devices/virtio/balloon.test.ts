import { expect, test } from 'vitest';
import { FakeRam } from '../testing/fake-ram.ts';
import { BalloonDevice } from './balloon.ts';
import { VirtioFunction } from './pci-transport.ts';
import { Driver } from './testing/driver.ts';
import { describeHostileDriver } from './testing/hostile-driver.suite.ts';

const ALL = (1 << 1) | (1 << 2) | (1 << 5);
const PAGE = 4096;

function started(features = ALL) {
  const memory = new FakeRam(1 << 20);
  const device = new BalloonDevice(memory.ram);
  const slot = new VirtioFunction(device, memory.ram);
  const driver = new Driver(memory, slot);
  expect(driver.start(features)).toBe(true);
  return { memory, device, slot, driver };
}

/** Pages behind what the driver uses itself, full of something. */
function fullPages(memory: FakeRam, count: number): number {
  const at = memory.allocate(count * PAGE, PAGE);
  memory.ram.write(at, new Uint8Array(count * PAGE).fill(7));
  memory.reported.length = 0;
  return at;
}

function numbers(...addresses: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(addresses.map((address) => address / PAGE)).buffer);
}

test('a guest is asked for pages by a change of the configuration, and says how many it has given', () => {
  const { device, driver } = started();
  driver.interrupts();
  device.ask(40 * PAGE + 100);
  expect(driver.interrupts()).toBe(2);
  expect(driver.config(0, 4)).toBe(40);
  expect(device.heldBytes).toBe(0);
  driver.setConfig(4, 4, 12);
  expect(device.heldBytes).toBe(12 * PAGE);
  device.ask(40 * PAGE);
  expect(driver.interrupts()).toBe(0);
  // A guest that claims more than there is does not make numbers negative.
  driver.setConfig(4, 4, 0xffff_ffff);
  expect(device.heldBytes).toBe(1 << 20);
});

test('what a guest hands over is zero afterwards, and reported as written; other pages are not touched', () => {
  const { memory, driver } = started();
  const at = fullPages(memory, 3);
  driver.queue(0).add([numbers(at, at + 2 * PAGE)], []);
  driver.queue(0).kick();
  expect(driver.queue(0).collect()).toEqual([{ head: 0, written: 0 }]);
  const bytes = memory.ram.view(at, 3 * PAGE);
  expect(bytes.subarray(0, PAGE).every((byte) => byte === 0)).toBe(true);
  expect(bytes.subarray(PAGE, 2 * PAGE).every((byte) => byte === 7)).toBe(true);
  expect(bytes.subarray(2 * PAGE).every((byte) => byte === 0)).toBe(true);
  const pages = memory.reported.filter(({ bytes: length }) => length === PAGE);
  expect(pages.map(({ offset }) => offset)).toEqual([at - 0x8000_0000, at + 2 * PAGE - 0x8000_0000]);
  expect(driver.interrupts() & 1).toBe(1);
});

test('a page that is zero already is not written', () => {
  const { memory, driver } = started();
  const at = memory.allocate(PAGE, PAGE);
  memory.reported.length = 0;
  driver.queue(0).add([numbers(at)], []);
  driver.queue(0).kick();
  expect(memory.reported.some(({ bytes }) => bytes === PAGE)).toBe(false);
});

test('a page that was never written is not even looked at', () => {
  const { memory, driver } = started();
  const at = fullPages(memory, 2);
  memory.untouched.add((at - 0x8000_0000) / PAGE);
  driver.queue(0).add([numbers(at, at + PAGE)], []);
  driver.queue(0).kick();
  expect([memory.ram.read8(at), memory.ram.read8(at + PAGE)]).toEqual([7, 0]);
});

test('a bit at the end of a page is not overlooked', () => {
  const { memory, driver } = started();
  const at = memory.allocate(PAGE, PAGE);
  memory.ram.write(at + PAGE - 1, Uint8Array.of(0x80));
  driver.queue(0).add([numbers(at)], []);
  driver.queue(0).kick();
  expect(memory.ram.read8(at + PAGE - 1)).toBe(0);
});

test('page numbers outside memory are of no use, and no harm', () => {
  const { memory, driver } = started();
  driver.queue(0).add([new Uint8Array(Uint32Array.from([0, 0xffff_ffff, 0x7_ffff, 0x8_0100]).buffer)], []);
  driver.queue(0).kick();
  expect(driver.queue(0).collect()).toHaveLength(1);
  expect(driver.needsReset).toBe(false);
  expect(memory.guardsIntact).toBe(true);
});

test.each([3, 4])('free pages that are reported become zero: by queue %d', (index) => {
  const { memory, driver } = started();
  const queue = driver.queue(index);
  const [at = 0] = queue.add([], [2 * PAGE + 100]);
  memory.ram.write(at, new Uint8Array(2 * PAGE + 100).fill(7));
  queue.kick();
  expect(queue.collect()).toEqual([{ head: 0, written: 0 }]);
  // Only whole pages are; the buffer begins somewhere in one.
  const bytes = memory.ram.view(at, 2 * PAGE + 100);
  const first = (PAGE - (at % PAGE)) % PAGE;
  expect(bytes.subarray(first, first + PAGE).every((byte) => byte === 0)).toBe(true);
});

test('statistics are read when they come, and the buffer goes back when more are wanted', () => {
  const { device, driver } = started();
  expect(device.takeStatistics()).toBeNull();
  const entries = [
    [4, 1000],
    [5, 900_000],
    [6, 2 ** 40],
  ] as const;
  const bytes = new Uint8Array(10 * entries.length + 3);
  const view = new DataView(bytes.buffer);
  entries.forEach(([tag, value], index) => {
    view.setUint16(index * 10, tag, true);
    view.setBigUint64(index * 10 + 2, BigInt(value), true);
  });
  driver.queue(2).add([bytes], []);
  driver.queue(2).kick();
  expect(driver.queue(2).collect()).toEqual([]);
  expect(device.takeStatistics()).toEqual({
    freeBytes: 1000,
    totalBytes: 900_000,
    availableBytes: 1 << 20,
    cachesBytes: null,
  });
  expect(driver.queue(2).collect()).toEqual([{ head: 0, written: 0 }]);
});

test('a large batch is cut off, and goes on when it is served again', () => {
  const { memory, slot, driver } = started();
  const at = fullPages(memory, 1);
  const many = new Uint8Array(Uint32Array.from({ length: 4096 }, () => at / PAGE).buffer);
  driver.queue(0).add([many], []);
  driver.queue(0).add([many], []);
  driver.queue(0).kick();
  expect(driver.queue(0).collect()).toHaveLength(1);
  slot.service();
  expect(driver.queue(0).collect()).toHaveLength(1);
});

test('it comes back as it was, and is empty again for another driver', () => {
  const { memory, device, slot, driver } = started();
  device.ask(8 * PAGE);
  driver.setConfig(4, 4, 5);
  const again = new BalloonDevice(memory.ram);
  const other = new VirtioFunction(again, memory.ram);
  expect(other.restore(slot.save())).toBeNull();
  expect(other.save()).toEqual(slot.save());
  expect([again.heldBytes, again.isDriven]).toEqual([5 * PAGE, true]);
  driver.status = 0;
  expect([device.heldBytes, device.isDriven]).toEqual([0, false]);
  expect(driver.config(0, 4)).toBe(8);
});

describeHostileDriver('the balloon', {
  make: (ram) => new BalloonDevice(ram),
  features: ALL,
  queue: 0,
  request: (random) => {
    const queue = random(5);
    if (queue > 2) return { queue, readable: [], writable: [1 + random(3 * PAGE), 1 + random(PAGE)] };
    const words = Uint32Array.from({ length: 1 + random(32) }, () =>
      random(4) === 0 ? random(2 ** 32) : 0x8_0000 + random(70),
    );
    return { queue, readable: [new Uint8Array(words.buffer)], writable: [] };
  },
  prove: (driver) => {
    const at = driver.memory.allocate(PAGE, PAGE);
    driver.memory.ram.write(at, Uint8Array.of(1, 2, 3));
    driver.queue(0).add([numbers(at)], []);
    driver.queue(0).kick();
    expect(driver.queue(0).collect()).toEqual([{ head: 0, written: 0 }]);
    expect(driver.memory.ram.read32(at)).toBe(0);
  },
});
