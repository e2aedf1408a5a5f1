import { describe, expect, it } from 'vitest';
import { FakeRam } from '../../testing/fake-ram.ts';
import { HOSTILE_OPERATIONS, seededRandom, type Random } from '../../testing/random.ts';
import type { VirtioDevice } from '../device.ts';
import { VirtioFunction, virtioStateSchema } from '../pci-transport.ts';
import type { GuestRam } from '../../guest-ram.ts';
import { Driver, INDIRECT, NEXT, RING, WRITE, type DriverQueue } from './driver.ts';
import { HostileDriver, type Request } from './hostile-driver.ts';

const RAM_BYTES = 1 << 18;
const CHECK_EVERY = 512;
const PROVE_EVERY = 4096;
const ISR_CONFIG = 2;

/** A device that is to withstand whatever its driver does. */
export interface HostileSubject {
  /** As it is on a board, with an outside that works. */
  make(ram: GuestRam): VirtioDevice;
  /** Own features (bits 0-23) that a good driver accepts. */
  readonly features: number;
  /** A queue that the device looks at as soon as it is told. */
  readonly queue: number;
  /** A request that makes sense, or nearly. */
  request(random: Random): Request;
  /** Has a good driver, just started, do something, and expects that it works. */
  prove(driver: Driver): void;
  /** What happens outside between two operations. */
  outside?(random: Random): void;
}

/** What virtio 1.3 §2.7 forbids a driver to do with its rings. */
const MISTAKES: Record<string, (queue: DriverQueue, ram: FakeRam) => void> = {
  'a head that is no descriptor': (queue) => queue.offer(queue.size),
  'a chain that loops': (queue, ram) => {
    const address = ram.allocate(16);
    queue.writeDescriptor(queue.descriptors, 0, { address, length: 16, flags: NEXT, next: 1 });
    queue.writeDescriptor(queue.descriptors, 1, { address, length: 16, flags: NEXT, next: 0 });
    queue.offer(0);
  },
  'a buffer outside memory': (queue, { ram }) => {
    queue.writeDescriptor(queue.descriptors, 0, { address: ram.end - 8, length: 16, flags: 0, next: 0 });
    queue.offer(0);
  },
  'a buffer whose end wraps': (queue) => {
    queue.writeDescriptor(queue.descriptors, 0, { address: 2 ** 64 - 2048, length: 0x1000, flags: WRITE, next: 0 });
    queue.offer(0);
  },
  'a buffer to read behind one to write': (queue, ram) => {
    const address = ram.allocate(64);
    queue.writeDescriptor(queue.descriptors, 0, { address, length: 32, flags: WRITE | NEXT, next: 1 });
    queue.writeDescriptor(queue.descriptors, 1, { address, length: 32, flags: 0, next: 0 });
    queue.offer(0);
  },
  'an indirect table of a broken length': (queue, ram) => {
    queue.writeDescriptor(queue.descriptors, 0, { address: ram.allocate(32), length: 24, flags: INDIRECT, next: 0 });
    queue.offer(0);
  },
  'an indirect table in an indirect table': (queue, ram) => {
    const table = ram.allocate(16);
    queue.writeDescriptor(table, 0, { address: ram.allocate(16), length: 16, flags: INDIRECT, next: 0 });
    queue.writeDescriptor(queue.descriptors, 0, { address: table, length: 16, flags: INDIRECT, next: 0 });
    queue.offer(0);
  },
  'more entries than the ring has': (queue, { ram }) => ram.write16(queue.available + 2, queue.size + 1),
};

/** The suite that every virtio device runs: no guest brings it down, or out of the guest's memory. */
export function describeHostileDriver(name: string, subject: HostileSubject): void {
  describe(`${name}, driven by a hostile guest`, () => {
    it.each(Object.entries(MISTAKES))('needs a reset after %s, and works again after it', (_, mistake) => {
      const { ram, device } = assemble(subject);
      const driver = new Driver(ram, device);
      expect(driver.start(subject.features | RING.indirect)).toBe(true);
      driver.interrupts();
      const queue = driver.queue(subject.queue);
      mistake(queue, ram);
      queue.kick();
      expect(driver.needsReset).toBe(true);
      expect(driver.interrupts() & ISR_CONFIG).toBe(ISR_CONFIG);
      queue.add([new Uint8Array(16)], [512, 1]);
      queue.kick();
      device.service();
      expect(queue.collect()).toEqual([]);
      prove(subject, ram, device);
      expect(driver.needsReset).toBe(false);
      expect(ram.guardsIntact).toBe(true);
    });

    it(
      `survives ${HOSTILE_OPERATIONS} random operations and works after each reset`,
      () => survive(subject, HOSTILE_OPERATIONS),
      30_000 + HOSTILE_OPERATIONS,
    );
  });
}

function assemble(subject: HostileSubject): { ram: FakeRam; device: VirtioFunction } {
  const ram = new FakeRam(RAM_BYTES);
  return { ram, device: new VirtioFunction(subject.make(ram.ram), ram.ram) };
}

/** A good driver takes over: clears its memory, resets the device, and uses it. */
function prove(subject: HostileSubject, ram: FakeRam, device: VirtioFunction): void {
  ram.ram.write(0x8000_0000, new Uint8Array(ram.ram.sizeBytes));
  ram.freeAll();
  const driver = new Driver(ram, device);
  expect(driver.start(subject.features)).toBe(true);
  subject.prove(driver);
  expect(driver.needsReset).toBe(false);
}

function survive(subject: HostileSubject, operations: number): void {
  const { ram, device } = assemble(subject);
  const random = seededRandom(20_261_122);
  const driver = new HostileDriver(ram, device, random, subject);
  const shadow = ram.ram.bytes.slice();
  let [broken, wasBroken] = [0, false];
  for (let operation = 1; operation <= operations; operation++) {
    driver.misbehave();
    subject.outside?.(random);
    if (operation % 8 === 0) driver.device.service();
    const isBroken = driver.device.brokenBecause !== null;
    if (isBroken && !wasBroken) broken++;
    if (isBroken !== ((driver.device.readWindow(0x14, 1) & 64) !== 0)) expect.fail('the driver is not told');
    wasBroken = isBroken;
    if (operation % CHECK_EVERY === 0) checkMemory(ram, shadow);
    if (operation % PROVE_EVERY !== 0) continue;
    driver.device = reborn(subject, ram, driver.device);
    if (operation % (2 * PROVE_EVERY) === 0) prove(subject, ram, driver.device);
  }
  prove(subject, ram, driver.device);
  checkMemory(ram, shadow);
  // The attack reached what it was meant for.
  expect(broken).toBeGreaterThan(operations / 2000);
}

/** What is saved of a device under attack can be restored, and is the same again. */
function reborn(subject: HostileSubject, ram: FakeRam, device: VirtioFunction): VirtioFunction {
  const saved = virtioStateSchema.parse(JSON.parse(JSON.stringify(device.save())));
  const again = new VirtioFunction(subject.make(ram.ram), ram.ram);
  expect(again.restore(saved)).toBeNull();
  expect(again.save()).toEqual(saved);
  return again;
}

/** Nothing beside the RAM has changed, and all that changed in it was reported. */
function checkMemory(ram: FakeRam, shadow: Uint8Array): void {
  expect(ram.guardsIntact).toBe(true);
  const { bytes } = ram.ram;
  for (const { offset, bytes: length } of ram.reported) shadow.set(bytes.subarray(offset, offset + length), offset);
  ram.reported.length = 0;
  expect(sameBytes(bytes, shadow)).toBe(true);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const [words, others] = [new Uint32Array(a.buffer, a.byteOffset, a.length / 4), new Uint32Array(b.buffer)];
  return words.every((word, index) => word === others[index]);
}
