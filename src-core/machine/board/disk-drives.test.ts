import { expect, test } from 'vitest';
import type { BoardSpec, DiskInSlot } from '../board-interface.ts';
import { MEMORY_MAP } from '../core-interface.ts';
import { FakePort } from '../devices/testing/fake-port.ts';
import { FakeRam } from '../devices/testing/fake-ram.ts';
import type { VirtioDevice } from '../devices/virtio/device.ts';
import { VirtioFunction } from '../devices/virtio/pci-transport.ts';
import { Driver } from '../devices/virtio/testing/driver.ts';
import { createBoard } from './board.ts';
import { DiskDrives } from './disk-drives.ts';
import { PCI_SLOT, pciAddress } from './pci-slots.ts';
import { FakeCore } from './testing/fake-core.ts';
import { kernelBytes, sourceOf } from './testing/sources.ts';

const SECTORS = 64;

function disk(slot?: number): DiskInSlot & { flushes: number } {
  return {
    ...(slot === undefined ? {} : { slot }),
    sizeBytes: SECTORS * 512,
    readOnly: false,
    flushes: 0,
    read: (into) => void into.fill(1),
    write: () => undefined,
    flush() {
      this.flushes++;
    },
  };
}

function machine(disks: readonly DiskInSlot[]) {
  const core = new FakeCore();
  const spec: BoardSpec = {
    harts: 1,
    memoryBytes: 16 * 2 ** 20,
    boot: { kernel: sourceOf(kernelBytes()), commandLine: '' },
    disks,
    console: new FakePort(),
    ports: [],
    random: (into) => into.fill(3),
    wallClockNs: () => 1n,
  };
  const board = createBoard(spec, core);
  const config = (slot: number) => core.imports?.mmioRead(MEMORY_MAP.pciEcam.base + (slot << 15), 4) ?? 0;
  const names = () => board.save().devices.virtio.map(({ name }) => name);
  return { core, board, config, names };
}

const BLOCK = 0x1042_1af4;
const NOTHING = 0xffff_ffff;

test('disks have their places on the bus by their slots, whatever their order', () => {
  const { config, names } = machine([disk(5), disk(2)]);
  expect([2, 5, 0].map((slot) => config(PCI_SLOT.disks + slot))).toEqual([BLOCK, BLOCK, NOTHING]);
  expect(names()).toEqual(['console', 'rng', 'disk2', 'disk5', 'balloon']);
  expect(pciAddress(PCI_SLOT.disks + 13)).toBe('0000:00:10.0');
});

test('a list of disks without slots is numbered', () => {
  expect(machine([disk(), disk()]).names()).toEqual(['console', 'rng', 'disk0', 'disk1', 'balloon']);
});

test('a disk comes and goes while the others stay', () => {
  const first = disk(0);
  const second = disk(1);
  const { board, config, names } = machine([first]);
  board.disks.attach(1, second);
  expect([config(PCI_SLOT.disks + 1), names()]).toEqual([BLOCK, ['console', 'rng', 'disk0', 'disk1', 'balloon']]);
  expect(() => board.disks.attach(1, disk())).toThrow('disk 1 cannot be attached');
  expect(() => board.disks.attach(16, disk())).toThrow('disk 16 cannot be attached');
  const saved = board.save();
  expect([first.flushes, second.flushes]).toEqual([2, 2]);
  board.disks.detach(1);
  expect([config(PCI_SLOT.disks + 1), names()]).toEqual([NOTHING, ['console', 'rng', 'disk0', 'balloon']]);
  expect(() => board.disks.detach(1)).toThrow('there is no disk 1');
  // What is gone is not flushed any more.
  expect(second.flushes).toBe(2);
  expect(saved.devices.virtio).toHaveLength(5);
});

test('what was read from a disk still counts when it is gone', () => {
  const memory = new FakeRam();
  const plugged = new Map<number, VirtioFunction>();
  const sockets = {
    plug: (slot: number, device: VirtioDevice) => void plugged.set(slot, new VirtioFunction(device, memory.ram)),
    unplug: (slot: number) => void plugged.delete(slot),
  };
  const drives = new DiskDrives(memory.ram, sockets, 1);
  drives.attach(4, disk());
  const [device] = plugged.values();
  if (!device) throw new Error('nothing was plugged in');
  const driver = new Driver(memory, device);
  driver.start();
  driver.queue(0).add([new Uint8Array(16)], [512, 1]);
  driver.queue(0).kick();
  expect(drives.traffic).toEqual({ readBytes: 512, writtenBytes: 0 });
  drives.detach(4);
  expect([plugged.size, drives.traffic.readBytes]).toEqual([0, 512]);
});

test('devices that are plugged in are on the bus until they are taken out, also over a reset', () => {
  const { board, config } = machine([]);
  const { balloon } = board;
  board.plug(PCI_SLOT.shares + 3, balloon);
  expect(config(PCI_SLOT.shares + 3) & 0xffff).toBe(0x1af4);
  board.reset();
  expect(config(PCI_SLOT.shares + 3) & 0xffff).toBe(0x1af4);
  board.unplug(PCI_SLOT.shares + 3);
  expect(config(PCI_SLOT.shares + 3)).toBe(NOTHING);
});
