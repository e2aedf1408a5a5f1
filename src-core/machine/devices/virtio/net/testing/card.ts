import { expect } from 'vitest';
import { FakeFramePort } from '../../../testing/fake-frame-port.ts';
import { FakeRam } from '../../../testing/fake-ram.ts';
import { VirtioFunction } from '../../pci-transport.ts';
import { Driver, RING } from '../../testing/driver.ts';
import { NetDevice } from '../device.ts';

/** Bits written down from virtio 1.3 §5.1.3 and not taken from the code under test. */
export const BIT = {
  ...{ checksum: 1 << 0, guestChecksum: 1 << 1, mtu: 1 << 3, mac: 1 << 5 },
  ...{ guestTcp4: 1 << 7, guestTcp6: 1 << 8, guestEcn: 1 << 9 },
  ...{ hostTcp4: 1 << 11, hostTcp6: 1 << 12, hostEcn: 1 << 13, merge: 1 << 15 },
  ...{ status: 1 << 16, control: 1 << 17, controlReceiving: 1 << 18, announce: 1 << 21 },
} as const;
export const EVERYTHING = Object.values(BIT).reduce((all, bit) => all | bit, 0);

export const RECEIVE = 0;
export const SEND = 1;
export const CONTROL = 2;

export const MAC = Uint8Array.of(0x52, 0x54, 0, 1, 2, 3);
export const STATUS_AT = 6;

/** A card with a cable in it and a driver that has just begun. */
export function startedCard(features = EVERYTHING, { queueSize = 32, ramBytes = 1 << 20, rings = 0 } = {}) {
  const memory = new FakeRam(ramBytes);
  const port = new FakeFramePort();
  const card = new NetDevice(memory.ram, 'card0', MAC, port);
  const slot = new VirtioFunction(card, memory.ram);
  const driver = new Driver(memory, slot);
  expect(driver.start(features | (rings & (RING.indirect | RING.eventIndex)), queueSize)).toBe(true);
  return { memory, port, card, slot, driver };
}

/** struct virtio_net_hdr, field by field. */
export function packetHeader({ flags = 0, type = 0, header = 0, segment = 0, start = 0, offset = 0 } = {}): Uint8Array {
  const words = [flags | (type << 8), header, segment, start, offset, 0];
  return new Uint8Array(Uint16Array.from(words).buffer);
}

/** An Ethernet frame of so many bytes. */
export function frameOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7) % 253);
}
