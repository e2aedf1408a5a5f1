import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MEMORY_MAP } from '../../core-interface.ts';
import { FakeRam } from '../testing/fake-ram.ts';
import { gather, scatter } from './chain.ts';
import type { VirtioDevice } from './device.ts';
import { VirtioFunction } from './pci-transport.ts';
import type { Virtqueue } from './queue.ts';
import { Driver, INDIRECT, NEXT, RING, WRITE, type Descriptor } from './testing/driver.ts';

/** Gives back what it is given, as far as it fits. */
class Echo implements VirtioDevice {
  readonly name = 'echo';
  readonly type = 42;
  readonly classCode = 0xff_0000;
  readonly features = 0;
  readonly queueSizes = [8, 8];
  readonly config = Uint8Array.of(1, 2, 3, 4);
  #queues: readonly Virtqueue[] = [];
  readonly #memory: FakeRam;

  constructor(memory: FakeRam) {
    this.#memory = memory;
  }

  activate(queues: readonly Virtqueue[]): void {
    this.#queues = queues;
  }

  deactivate(): void {
    this.#queues = [];
  }

  notify(index: number): void {
    const queue = this.#queues[index];
    if (!queue) return;
    for (let chain = queue.peek(); chain; chain = queue.peek()) {
      const bytes = new Uint8Array(Math.min(chain.readableBytes, 1 << 20));
      gather(this.#memory.ram, chain.readable, bytes);
      queue.complete(scatter(this.#memory.ram, chain.writable, bytes));
    }
    queue.tell();
  }

  service(): boolean {
    return false;
  }
}

function machine(features = RING.indirect | RING.eventIndex) {
  const memory = new FakeRam();
  const device = new VirtioFunction(new Echo(memory), memory.ram);
  let level = false;
  device.connect((to) => {
    level = to;
  });
  const driver = new Driver(memory, device);
  expect(driver.start(features)).toBe(true);
  return { memory, device, driver, queue: driver.queue(0), level: () => level };
}

const hello = new TextEncoder().encode('hello, device');

test.each([false, true])('a chain of several pieces arrives whole and in order (indirect: %s)', (indirect) => {
  const { memory, driver, queue, level } = machine();
  const [one, two] = queue.add([hello.subarray(0, 3), hello.subarray(3)], [4, 100], indirect);
  queue.kick();
  expect(queue.collect()).toEqual([{ head: 0, written: hello.length }]);
  const text = [...memory.ram.view(one ?? 0, 4), ...memory.ram.view(two ?? 0, hello.length - 4)];
  expect(Uint8Array.from(text)).toEqual(hello);
  expect(level()).toBe(true);
  expect(driver.interrupts()).toBe(1);
  expect(level()).toBe(false);
});

test('the rings go round, past the end of their indices', () => {
  const { memory, queue } = machine();
  const rings = memory.allocate(0);
  let returned = 0;
  for (let round = 0; round < 70_000; round++) {
    queue.add([hello], [32]);
    queue.kick();
    returned += queue.collect().length;
    memory.freeAll();
    memory.allocate(rings - MEMORY_MAP.ram.base);
    memory.reported.length = 0;
  }
  expect(returned).toBe(70_000);
});

test('what a device writes is reported, so that no decoded code of it survives', () => {
  const { memory, queue } = machine();
  const [into] = queue.add([hello], [32]);
  memory.reported.length = 0;
  queue.kick();
  expect(memory.reported).toContainEqual({ offset: (into ?? 0) - MEMORY_MAP.ram.base, bytes: hello.length });
});

test('without event indices the driver can ask for silence', () => {
  const { memory, queue, level } = machine(0);
  memory.ram.write16(queue.available, 1);
  queue.add([hello], [32]);
  queue.kick();
  expect(queue.collect()).toHaveLength(1);
  expect(level()).toBe(false);
});

test('with event indices an interrupt comes when the index that was asked for is passed', () => {
  const { driver, queue, level } = machine();
  queue.interruptAt = 2;
  queue.add([hello], [32]);
  queue.kick();
  expect(driver.interrupts()).toBe(1); // the first completion is always told
  queue.add([hello], [32]);
  queue.kick();
  expect(level()).toBe(false);
  expect(queue.notifyAt).toBe(2);
  queue.add([hello], [32]);
  queue.kick();
  expect(level()).toBe(true);
});

const table: Record<string, (queue: Driver['queues'][number], memory: FakeRam) => void> = {
  'a head that is no descriptor': (queue) => queue.offer(8),
  'a next that is no descriptor': (queue, { ram }) => {
    queue.writeDescriptor(queue.descriptors, 0, { address: ram.end - 16, length: 16, flags: NEXT, next: 9 });
    queue.offer(0);
  },
  'a chain that bites its tail': (queue, { ram }) => {
    queue.writeDescriptor(queue.descriptors, 0, { address: ram.end - 16, length: 16, flags: NEXT, next: 1 });
    queue.writeDescriptor(queue.descriptors, 1, { address: ram.end - 16, length: 16, flags: NEXT, next: 0 });
    queue.offer(0);
  },
  'a descriptor of no bytes': (queue, { ram }) => single(queue, { address: ram.end - 16, length: 0 }),
  'a descriptor that ends behind memory': (queue, { ram }) => single(queue, { address: ram.end - 16, length: 17 }),
  'a descriptor that begins before memory': (queue) => single(queue, { address: MEMORY_MAP.ram.base - 1, length: 16 }),
  'a descriptor at the end of the address space': (queue) => single(queue, { address: 2 ** 64 - 4096, length: 8192 }),
  'an indirect table of half a descriptor': (queue, { ram }) =>
    single(queue, { address: ram.end - 64, length: 24, flags: INDIRECT }),
  'an indirect table outside memory': (queue) => single(queue, { address: 0x1000, length: 32, flags: INDIRECT }),
  'an indirect table that is longer than the queue': (queue, { ram }) => {
    const at = ram.end - 1024;
    queue.writeDescriptor(at, 0, { address: ram.end - 16, length: 16, flags: WRITE, next: 0 });
    single(queue, { address: at, length: 16 * 9, flags: INDIRECT });
  },
  'an indirect table in an indirect table': (queue, { ram }) => {
    const at = ram.end - 64;
    queue.writeDescriptor(at, 0, { address: at, length: 16, flags: INDIRECT, next: 0 });
    single(queue, { address: at, length: 16, flags: INDIRECT });
  },
  'something to read behind something to write': (queue, { ram }) => {
    queue.writeDescriptor(queue.descriptors, 0, { address: ram.end - 16, length: 16, flags: WRITE | NEXT, next: 1 });
    queue.writeDescriptor(queue.descriptors, 1, { address: ram.end - 16, length: 16, flags: 0, next: 0 });
    queue.offer(0);
  },
  'more entries than the queue has': (queue, { ram }) => {
    queue.writeDescriptor(queue.descriptors, 0, { address: ram.end - 16, length: 16, flags: WRITE, next: 0 });
    ram.write16(queue.available + 2, 9);
  },
};

function single(queue: Driver['queues'][number], fields: Partial<Descriptor>): void {
  queue.writeDescriptor(queue.descriptors, 0, { address: 0, length: 0, flags: 0, next: 0, ...fields });
  queue.offer(0);
}

test.each(Object.entries(table))('%s stops the device until it is reset', (_, mistake) => {
  const { memory, driver, queue, level } = machine();
  mistake(queue, memory);
  queue.kick();
  expect(driver.needsReset).toBe(true);
  expect(queue.collect()).toEqual([]);
  expect(level()).toBe(true);
  expect(driver.interrupts() & 2).toBe(2);
  queue.add([hello], [32]);
  queue.kick();
  expect(queue.collect()).toEqual([]);

  expect(driver.start(RING.indirect)).toBe(true);
  expect(driver.needsReset).toBe(false);
  driver.queue(0).add([hello], [32]);
  driver.queue(0).kick();
  expect(driver.queue(0).collect()).toHaveLength(1);
});

test('an indirect table is a mistake where it was not negotiated', () => {
  const { driver, queue } = machine(0);
  queue.add([hello], [32], true);
  queue.kick();
  expect(driver.needsReset).toBe(true);
});

test.each([
  ['outside memory', { address: 0x1000 }],
  ['at an odd address', { address: MEMORY_MAP.ram.base + 8 }],
  ['with a size that is no power of two', { size: 3 }],
  ['larger than the device allows', { size: 16 }],
  ['of no entries', { size: 0 }],
])('a queue %s is refused', (_, { address, size }: { address?: number; size?: number }) => {
  const memory = new FakeRam();
  const driver = new Driver(memory, new VirtioFunction(new Echo(memory), memory.ram));
  driver.status = 3;
  driver.negotiate(0);
  driver.setCommon(0x16, 2, 0);
  driver.setCommon(0x18, 2, size ?? 8);
  for (const offset of [0x20, 0x28, 0x30]) driver.setCommon(offset, 4, address ?? MEMORY_MAP.ram.base);
  driver.setCommon(0x1c, 2, 1);
  expect(driver.needsReset).toBe(true);
  expect(driver.common(0x1c, 2)).toBe(0);
});

test('whatever stands in the rings, nothing is thrown and nothing outside memory is touched', () => {
  const address = fc.oneof(
    fc.integer({ min: MEMORY_MAP.ram.base - 64, max: MEMORY_MAP.ram.base + (1 << 20) + 64 }),
    fc.integer({ min: 0, max: 2 ** 32 }),
    fc.constant(2 ** 64 - 2048),
  );
  const length = fc.oneof(fc.integer({ min: 0, max: 256 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  const descriptor = fc.record({
    address,
    length,
    flags: fc.integer({ min: 0, max: 15 }),
    next: fc.integer({ min: 0, max: 9 }),
  });
  const rings = fc.record({
    descriptors: fc.array(descriptor, { minLength: 8, maxLength: 8 }),
    heads: fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 8 }),
    jump: fc.oneof(
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 65_535 }) },
    ),
  });
  const { memory, driver } = machine();
  const free = memory.allocate(0);
  fc.assert(
    fc.property(rings, ({ descriptors, heads, jump }) => {
      memory.freeAll();
      memory.allocate(free - MEMORY_MAP.ram.base);
      expect(driver.start(RING.indirect | RING.eventIndex)).toBe(true);
      const queue = driver.queue(0);
      descriptors.forEach((each, index) => queue.writeDescriptor(queue.descriptors, index, each));
      for (const head of heads) queue.offer(head);
      if (jump > 0) memory.ram.write16(queue.available + 2, jump);
      queue.kick();
      driver.interrupts();
      // A hostile chain may overwrite the rings themselves: the device must survive that as well.
      for (let again = 0; again < 3; again++) queue.kick();
      memory.freeAll();
    }),
    { seed: 20_261_122, numRuns: 3000 },
  );
  expect(memory.guardsIntact).toBe(true);
});
