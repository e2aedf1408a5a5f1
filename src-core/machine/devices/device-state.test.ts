import { expect, test } from 'vitest';
import { GoldfishRtc } from './rtc.ts';
import { FakePort } from './testing/fake-port.ts';
import { FakeRam } from './testing/fake-ram.ts';
import { Uart } from './uart.ts';
import { BlockDevice } from './virtio/block.ts';
import { ConsoleDevice } from './virtio/console.ts';
import type { VirtioDevice } from './virtio/device.ts';
import { EntropyDevice } from './virtio/entropy.ts';
import { VirtioFunction } from './virtio/pci-transport.ts';
import { Driver } from './virtio/testing/driver.ts';

function wire() {
  const seen = { level: false };
  return { seen, line: (level: boolean) => void (seen.level = level) };
}

/** As in a file: what JSON cannot carry does not come back. */
function throughJson<T>(state: T): T {
  return JSON.parse(JSON.stringify(state)) as T;
}

test('a serial port comes back with what it holds, and with its interrupt', () => {
  const full = new FakePort(0);
  full.input = 'typed';
  const before = wire();
  const uart = new Uart(full, before.line);
  for (const [offset, value] of [
    [3, 0x83],
    [0, 9],
    [3, 3],
    [2, 1],
    [1, 7],
    [7, 0x5a],
    [0, 65],
    [0, 66],
  ] as const)
    uart.write(offset, 1, value);
  const state = uart.save();
  expect(state).toMatchObject({ divisor: 9, scratch: 0x5a, held: [65, 66], received: [...Buffer.from('typed')] });
  expect(before.seen.level).toBe(true);
  const after = wire();
  const port = new FakePort();
  const again = new Uart(port, after.line);
  again.restore(throughJson(state));
  expect(again.save()).toEqual(state);
  expect(after.seen.level).toBe(true);
  again.service();
  expect(port.output).toBe('AB');
  expect(again.read(0)).toBe('t'.charCodeAt(0));
});

test('a clock comes back with its alarm and shows the present time', () => {
  let now = 1_000n;
  const rtc = new GoldfishRtc(() => now, wire().line);
  for (const [offset, value] of [
    [4, 1],
    [0, 500],
    [0xc, 1],
    [8, 900],
    [0x10, 1],
  ] as const)
    rtc.write(offset, 4, value);
  const state = rtc.save();
  const after = wire();
  const again = new GoldfishRtc(() => now, after.line);
  again.restore(throughJson(state));
  expect(again.save()).toEqual(state);
  expect(again.read(0)).toBe(500);
  now += 1_000n;
  again.service();
  expect(again.read(0)).toBe(1_500);
  expect(after.seen.level).toBe(true);
});

interface Case {
  readonly make: (ram: FakeRam) => VirtioDevice;
  readonly work: (driver: Driver) => void;
  readonly features: number;
}

const disk = {
  sizeBytes: 1 << 20,
  readOnly: false,
  read: (into: Uint8Array) => void into.fill(7),
  flush: () => undefined,
};
const cases: Record<string, Case> = {
  entropy: {
    make: ({ ram }) => new EntropyDevice(ram, (into) => into.fill(3)),
    work: (driver) => {
      driver.queue(0).add([], [32]);
      driver.queue(0).kick();
    },
    features: 0,
  },
  block: {
    make: ({ ram }) =>
      new BlockDevice(
        ram,
        { ...disk, write: () => undefined, discard: () => undefined, writeZeroes: () => undefined },
        'disk0',
        'id',
      ),
    work: (driver) => {
      driver.queue(0).add([new Uint8Array(16)], [512, 1]);
      driver.queue(0).kick();
    },
    features: 1 << 9,
  },
  console: {
    make: ({ ram }) => {
      const device = new ConsoleDevice(ram, [
        { name: null, outside: new FakePort(3) },
        { name: 'agent', outside: new FakePort() },
      ]);
      device.resize(132, 50);
      return device;
    },
    work: (driver) => {
      // Device ready, then port 1 is opened; nothing waits to hear the answers, and the outside takes three bytes.
      driver.queue(3).add([Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0)], []);
      driver.queue(3).add([Uint8Array.of(1, 0, 0, 0, 6, 0, 1, 0)], []);
      driver.queue(3).kick();
      driver.queue(1).add([new TextEncoder().encode('hello')], []);
      driver.queue(1).kick();
    },
    features: 3,
  },
};

test.each(Object.entries(cases))('a virtio function comes back with queues, features and interrupt: %s', (_, each) => {
  const ram = new FakeRam();
  const slot = new VirtioFunction(each.make(ram), ram.ram);
  const before = wire();
  slot.connect(before.line);
  slot.configWrite(0x10, 4, 0x4000_0000);
  const driver = new Driver(ram, slot);
  expect(driver.start(each.features)).toBe(true);
  each.work(driver);
  const state = slot.save();
  expect(state.active).toBe(true);
  const again = new VirtioFunction(each.make(ram), ram.ram);
  const after = wire();
  again.connect(after.line);
  expect(again.restore(throughJson(state))).toBeNull();
  expect(again.save()).toEqual(state);
  expect(after.seen.level).toBe(before.seen.level);
  expect(again.config.bytes).toEqual(slot.config.bytes);
});

test('a console goes on within the buffer that the outside had taken a part of', () => {
  const ram = new FakeRam();
  const make = (port: FakePort) =>
    new VirtioFunction(new ConsoleDevice(ram.ram, [{ name: null, outside: port }]), ram.ram);
  const slow = new FakePort(3);
  const slot = make(slow);
  const driver = new Driver(ram, slot);
  driver.start();
  driver.queue(1).add([new TextEncoder().encode('hello')], []);
  driver.queue(1).kick();
  const fast = new FakePort();
  const again = make(fast);
  expect(again.restore(throughJson(slot.save()))).toBeNull();
  again.service();
  expect(slow.output + fast.output).toBe('hello');
});

test('a queue that points outside memory is not taken up', () => {
  const ram = new FakeRam();
  const make = () => new VirtioFunction(new EntropyDevice(ram.ram, () => undefined), ram.ram);
  const slot = make();
  new Driver(ram, slot).start();
  const state = slot.save();
  Object.assign(state.queues[0] ?? {}, { used: 0x10 });
  expect(make().restore(state)).toBe('a queue outside memory');
});
