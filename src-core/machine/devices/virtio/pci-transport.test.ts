import { expect, test } from 'vitest';
import { FakeRam } from '../testing/fake-ram.ts';
import { COMMAND, CONFIG, STATUS } from '../pci/config-space.ts';
import { EntropyDevice } from './entropy.ts';
import { VirtioFunction } from './pci-transport.ts';
import { Driver, DRIVER_STATUS } from './testing/driver.ts';

function machine() {
  const memory = new FakeRam();
  const device = new VirtioFunction(new EntropyDevice(memory.ram, (into) => into.fill(0x5a)), memory.ram);
  return { memory, device, driver: new Driver(memory, device) };
}

/** Walks the capability list as a driver does. */
function capabilities(device: VirtioFunction) {
  const found = [];
  for (let at = device.configRead(CONFIG.capabilities, 1); at !== 0; at = device.configRead(at + 1, 1))
    found.push({
      at,
      id: device.configRead(at, 1),
      length: device.configRead(at + 2, 1),
      type: device.configRead(at + 3, 1),
      bar: device.configRead(at + 4, 1),
      offset: device.configRead(at + 8, 4),
      size: device.configRead(at + 12, 4),
    });
  return found;
}

test('it is a virtio 1.x device: vendor, device ID, revision and capabilities say so', () => {
  const { device } = machine();
  expect(device.configRead(CONFIG.vendor, 2)).toBe(0x1af4);
  expect(device.configRead(CONFIG.device, 2)).toBe(0x1044);
  expect(device.configRead(CONFIG.revision, 1)).toBeGreaterThanOrEqual(1);
  expect(device.configRead(CONFIG.status, 2) & STATUS.capabilities).toBe(STATUS.capabilities);
  const list = capabilities(device);
  expect(list.map(({ type }) => type)).toEqual([1, 3, 4, 2, 5]);
  expect(list.every(({ id, bar }) => id === 9 && bar === 0)).toBe(true);
  expect(list.map(({ length }) => length)).toEqual([16, 16, 16, 20, 20]);
});

test('features that were not offered are refused, and so is a driver of the legacy kind', () => {
  const { driver } = machine();
  driver.status = 3;
  expect(driver.negotiate(1 << 3)).toBe(false);
  driver.status = 0;
  driver.status = 3;
  expect(driver.negotiate(0, 0)).toBe(false);
  driver.status = 0;
  driver.status = 3;
  expect(driver.negotiate(0)).toBe(true);
});

test('a driver cannot be ready before its features are accepted', () => {
  const { driver } = machine();
  driver.status = DRIVER_STATUS.acknowledge | DRIVER_STATUS.driver | DRIVER_STATUS.driverOk;
  expect(driver.status & DRIVER_STATUS.driverOk).toBe(0);
});

test('registers can be read in parts, and read back what was written', () => {
  const { driver } = machine();
  driver.setCommon(0x16, 2, 0);
  expect(driver.common(0x18, 2)).toBe(16);
  driver.setCommon(0x20, 4, 0x1234_5670);
  driver.setCommon(0x24, 4, 0x9);
  expect([driver.common(0x20, 4), driver.common(0x24, 4), driver.common(0x22, 2)]).toEqual([0x1234_5670, 9, 0x1234]);
  driver.setCommon(0x16, 2, 7);
  expect(driver.common(0x18, 2)).toBe(0);
  expect(driver.common(0x16, 2)).toBe(7);
  expect(driver.common(0x12, 2)).toBe(1);
});

test('a reset forgets everything that the driver set', () => {
  const { driver } = machine();
  driver.start();
  driver.status = 0;
  expect(driver.status).toBe(0);
  expect(driver.common(0x1c, 2)).toBe(0);
  expect(driver.common(0x20, 4)).toBe(0);
});

test('a device that may not reach memory leaves it alone', () => {
  const { device, driver, memory } = machine();
  driver.start();
  device.configWrite(CONFIG.command, 2, COMMAND.memory);
  const [into] = driver.queue(0).add([], [16]);
  driver.queue(0).kick();
  expect(memory.ram.view(into ?? 0, 16).every((byte) => byte === 0)).toBe(true);
  expect(driver.queue(0).collect()).toEqual([]);
});

test('the interrupt pin obeys the switch in the command register, the status bit does not', () => {
  const { device, driver } = machine();
  let level = false;
  device.connect((to) => {
    level = to;
  });
  driver.start();
  device.configWrite(CONFIG.command, 2, COMMAND.memory | COMMAND.busMaster | COMMAND.interruptDisable);
  driver.queue(0).add([], [16]);
  driver.queue(0).kick();
  expect(level).toBe(false);
  expect(device.configRead(CONFIG.status, 2) & STATUS.interrupt).toBe(STATUS.interrupt);
  device.configWrite(CONFIG.command, 2, COMMAND.memory | COMMAND.busMaster);
  expect(level).toBe(true);
  driver.interrupts();
  expect(level).toBe(false);
});

test('firmware can reach the registers through configuration space', () => {
  const { device, driver } = machine();
  driver.status = 3;
  const access = capabilities(device).find(({ type }) => type === 5);
  const at = access?.at ?? 0;
  device.configWrite(at + 4, 1, 0);
  device.configWrite(at + 8, 4, 0x14);
  device.configWrite(at + 12, 4, 1);
  expect(device.configRead(at + 16, 1)).toBe(3);
  device.configWrite(at + 16, 1, 0);
  expect(driver.status).toBe(0);
  device.configWrite(at + 8, 4, 0x4000);
  expect(device.configRead(at + 16, 1)).toBe(0);
});

test('entropy fills what it is given and never more than 64 KiB of it', () => {
  const { driver, memory } = machine();
  driver.start();
  const queue = driver.queue(0);
  const [into] = queue.add([], [24]);
  queue.add([], [100_000]);
  queue.kick();
  expect(queue.collect()).toEqual([
    { head: 0, written: 24 },
    { head: 1, written: 65_536 },
  ]);
  expect(memory.ram.view(into ?? 0, 24).every((byte) => byte === 0x5a)).toBe(true);
});
