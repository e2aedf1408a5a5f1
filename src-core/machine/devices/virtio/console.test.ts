import { expect, test } from 'vitest';
import { FakePort } from '../testing/fake-port.ts';
import { FakeRam } from '../testing/fake-ram.ts';
import { ConsoleDevice } from './console.ts';
import { VirtioFunction } from './pci-transport.ts';
import { Driver } from './testing/driver.ts';

const SIZE = 1;
const MULTIPORT = 2;

const DEVICE_READY = 0;
const PORT_ADD = 1;
const PORT_READY = 3;
const CONSOLE_PORT = 4;
const RESIZE = 5;
const PORT_OPEN = 6;
const PORT_NAME = 7;

function machine(features = SIZE | MULTIPORT, room = Infinity) {
  const memory = new FakeRam();
  const terminal = new FakePort(room);
  const agent = new FakePort();
  const opened: boolean[] = [];
  const console = new ConsoleDevice(memory.ram, [
    { name: null, outside: terminal, onOpen: (open) => opened.push(open) },
    { name: 'innkeeper.agent', outside: agent },
  ]);
  const device = new VirtioFunction(console, memory.ram);
  const driver = new Driver(memory, device);
  expect(driver.start(features, 32)).toBe(true);
  const say = (port: number, event: number, value: number) => {
    driver.queue(3).add([message(port, event, value)], []);
    driver.queue(3).kick();
  };
  const places: number[] = [];
  const offerControl = (count: number) => {
    for (let index = 0; index < count; index++) places.push(...driver.queue(2).add([], [32]));
    driver.queue(2).kick();
  };
  /** What the device said: port, event, value and payload. */
  const heard = () =>
    driver
      .queue(2)
      .collect()
      .map(({ written }) => {
        const bytes = memory.ram.view(places.shift() ?? 0, written).slice();
        const view = new DataView(bytes.buffer);
        return {
          port: view.getUint32(0, true),
          event: view.getUint16(4, true),
          value: view.getUint16(6, true),
          payload: [...bytes.subarray(8)],
        };
      });
  return { memory, terminal, agent, opened, console, device, driver, say, offerControl, heard };
}

function message(port: number, event: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, port, true);
  view.setUint16(4, event, true);
  view.setUint16(6, value, true);
  return bytes;
}

const text = (value: string) => new TextEncoder().encode(value);

test('there is a pair of queues for each port and one for control', () => {
  const { driver } = machine();
  expect(driver.queues).toHaveLength(6);
  expect(driver.config(4, 4)).toBe(2);
});

test('ports are announced, introduced by name and opened', () => {
  const { say, offerControl, heard } = machine();
  offerControl(16);
  say(0, DEVICE_READY, 1);
  expect(heard().map(({ port, event }) => [port, event])).toEqual([
    [0, PORT_ADD],
    [1, PORT_ADD],
  ]);
  say(0, PORT_READY, 1);
  expect(heard()).toEqual([
    { port: 0, event: CONSOLE_PORT, value: 1, payload: [] },
    { port: 0, event: RESIZE, value: 0, payload: [80, 0, 25, 0] },
    { port: 0, event: PORT_OPEN, value: 1, payload: [] },
  ]);
  say(1, PORT_READY, 1);
  expect(heard()).toEqual([
    { port: 1, event: PORT_NAME, value: 1, payload: [...text('innkeeper.agent')] },
    { port: 1, event: PORT_OPEN, value: 1, payload: [] },
  ]);
});

test('what the driver is told waits until it offers buffers, and does not grow however often it asks', () => {
  const { console, say, offerControl, heard } = machine();
  for (let round = 0; round < 1000; round++) {
    say(0, DEVICE_READY, 1);
    say(0, PORT_READY, 1);
  }
  expect(console.tidings.length).toBeLessThanOrEqual(5);
  offerControl(2);
  expect(heard()).toHaveLength(2);
  offerControl(16);
  expect(heard()).toHaveLength(3);
});

test('output goes to its port, all of it and in order', () => {
  const { driver, terminal, agent } = machine();
  driver.queue(1).add([text('to the '), text('terminal')], []);
  driver.queue(1).kick();
  driver.queue(5).add([text('to the agent')], []);
  driver.queue(5).kick();
  expect([terminal.output, agent.output]).toEqual(['to the terminal', 'to the agent']);
});

test('a full outside holds the guest back, and no byte is lost or doubled', () => {
  const { driver, terminal, device } = machine(SIZE | MULTIPORT, 5);
  driver.queue(1).add([text('abc'), text('defg')], []);
  driver.queue(1).add([text('hij')], []);
  driver.queue(1).kick();
  expect(terminal.output).toBe('abcde');
  expect(driver.queue(1).collect()).toEqual([]);
  terminal.room = 3;
  device.service();
  expect(terminal.output).toBe('abcdefgh');
  expect(driver.queue(1).collect()).toHaveLength(1);
  terminal.room = 100;
  device.service();
  expect(terminal.output).toBe('abcdefghij');
  expect(driver.queue(1).collect()).toHaveLength(1);
});

test('input waits until the port is open and a buffer is there', () => {
  const { memory, driver, terminal, device, opened, say } = machine();
  terminal.input = 'typed';
  const [first, second] = [...driver.queue(0).add([], [3]), ...driver.queue(0).add([], [100])];
  driver.queue(0).kick();
  expect(driver.queue(0).collect()).toEqual([]);
  say(0, PORT_OPEN, 1);
  expect(opened).toEqual([true]);
  expect(
    driver
      .queue(0)
      .collect()
      .map(({ written }) => written),
  ).toEqual([3, 2]);
  expect(String.fromCharCode(...memory.ram.view(first ?? 0, 3), ...memory.ram.view(second ?? 0, 2))).toBe('typed');
  terminal.input = 'more';
  device.service();
  expect(terminal.available).toBe(4);
  driver.queue(0).add([], [100]);
  driver.queue(0).kick();
  expect(terminal.available).toBe(0);
  say(0, PORT_OPEN, 0);
  terminal.input = 'later';
  driver.queue(0).add([], [100]);
  driver.queue(0).kick();
  expect(terminal.available).toBe(5);
  expect(opened).toEqual([true, false]);
});

test('input for the terminal interrupts', () => {
  const { driver, terminal, device, say } = machine();
  let level = false;
  device.connect((to) => {
    level = to;
  });
  say(0, PORT_OPEN, 1);
  driver.queue(0).add([], [100]);
  driver.queue(0).kick();
  driver.interrupts();
  expect(level).toBe(false);
  terminal.input = 'x';
  device.service();
  expect(level).toBe(true);
});

test('a new size is told as a message, or without control messages as a changed configuration', () => {
  const ports = machine();
  ports.offerControl(1);
  ports.console.resize(132, 43);
  expect(ports.heard()).toEqual([{ port: 0, event: RESIZE, value: 0, payload: [132, 0, 43, 0] }]);
  const single = machine(SIZE);
  const generation = single.driver.common(0x15, 1);
  single.console.resize(132, 43);
  expect(single.driver.interrupts()).toBe(2);
  expect(single.driver.common(0x15, 1)).not.toBe(generation);
  expect(single.driver.config(0, 4)).toBe(132 | (43 << 16));
});

test('without control messages the one port is open from the start', () => {
  const { driver, terminal, device } = machine(SIZE);
  terminal.input = 'x';
  driver.queue(0).add([], [8]);
  device.service();
  expect(terminal.available).toBe(0);
  driver.queue(1).add([text('out')], []);
  driver.queue(1).kick();
  expect(terminal.output).toBe('out');
});

test('emergency output works without a driver', () => {
  const { driver, terminal } = machine();
  driver.status = 0;
  driver.setConfig(8, 4, 0x21);
  expect(terminal.output).toBe('!');
});

test('a control message that is too short stops the device, one about a strange port does nothing', () => {
  const { driver, say } = machine();
  say(99, PORT_READY, 1);
  say(99, PORT_OPEN, 1);
  say(1, 77, 1);
  expect(driver.needsReset).toBe(false);
  driver.queue(3).add([new Uint8Array(4)], []);
  driver.queue(3).kick();
  expect(driver.needsReset).toBe(true);
});
