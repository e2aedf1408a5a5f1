import { expect, test } from 'vitest';
import { MEMORY_MAP } from '../core-interface.ts';
import type { MmioDevice } from './device.ts';
import { PciHost } from './pci/host-bridge.ts';
import { Rom } from './rom.ts';
import { GoldfishRtc, rtcSavedSchema } from './rtc.ts';
import { TestFinisher, type Finish } from './test-finisher.ts';
import { FakePort } from './testing/fake-port.ts';
import { FakeRam } from './testing/fake-ram.ts';
import { anySize, anyWord, HOSTILE_OPERATIONS, seededRandom, type Random } from './testing/random.ts';
import { Uart, uartStateSchema } from './uart.ts';
import { EntropyDevice } from './virtio/entropy.ts';
import { VirtioFunction } from './virtio/pci-transport.ts';
import { Driver } from './virtio/testing/driver.ts';

const TIMEOUT = 30_000 + HOSTILE_OPERATIONS;

/** One aligned access of any size, anywhere in the first `bytes` of a window. */
function access(device: MmioDevice, random: Random, bytes: number): void {
  const size = anySize(random);
  const offset = random(bytes / size) * size;
  const value = anyWord(random);
  if (random(2) === 0) device.write(offset, size, size === 4 ? value : value % 256 ** size);
  else {
    const read = device.read(offset, size);
    if (!Number.isInteger(read) || read < 0 || read >= 2 ** 32) expect.fail(`${read} was read at ${offset}`);
  }
}

test(
  `a serial port survives ${HOSTILE_OPERATIONS} random operations`,
  () => {
    const random = seededRandom(1);
    const port = new FakePort(0);
    let uart = new Uart(port, () => undefined);
    for (let operation = 0; operation < HOSTILE_OPERATIONS; operation++) {
      access(uart, random, 0x100);
      if (random(8) === 0) uart.service();
      if (random(16) === 0) port.room = random(4);
      if (random(16) === 0 && port.input.length < 100) port.input += 'input';
      if (operation % 1024 !== 0) continue;
      port.output = '';
      const saved = uartStateSchema.parse(JSON.parse(JSON.stringify(uart.save())));
      uart = new Uart(port, () => undefined);
      uart.restore(saved);
      expect(uart.save()).toEqual(saved);
    }
    // What a driver does that resets the FIFOs and takes 8 bits without parity: it can send and receive.
    uart.reset();
    port.room = 100;
    for (const [offset, value] of [
      [3, 3],
      [2, 7],
      [0, 0x58],
    ] as const)
      uart.write(offset, 1, value);
    port.input = 'y';
    expect(port.output.endsWith('X')).toBe(true);
    expect(uart.read(5) & 1).toBe(1);
    expect(uart.read(0)).toBe('y'.charCodeAt(0));
  },
  TIMEOUT,
);

test(
  `a clock survives ${HOSTILE_OPERATIONS} random operations`,
  () => {
    const random = seededRandom(2);
    let now = 1_000n;
    let rtc = new GoldfishRtc(
      () => now,
      () => undefined,
    );
    for (let operation = 0; operation < HOSTILE_OPERATIONS; operation++) {
      access(rtc, random, random(4) === 0 ? 0x1000 : 0x20);
      now += BigInt(random(1_000_000));
      if (random(8) === 0) rtc.service();
      if (operation % 1024 !== 0) continue;
      const saved = rtcSavedSchema.parse(JSON.parse(JSON.stringify(rtc.save())));
      rtc = new GoldfishRtc(
        () => now,
        () => undefined,
      );
      rtc.restore(saved);
    }
    rtc.reset();
    expect(BigInt(rtc.read(0)) + (BigInt(rtc.read(4)) << 32n)).toBe(now);
  },
  TIMEOUT,
);

test(
  `the register that ends a run survives ${HOSTILE_OPERATIONS} random operations`,
  () => {
    const random = seededRandom(3);
    const ends: Finish[] = [];
    const finisher = new TestFinisher((how) => void (ends[0] = how));
    for (let operation = 0; operation < HOSTILE_OPERATIONS; operation++) access(finisher, random, 0x1000);
    finisher.write(0, 4, 0x5555);
    expect(ends).toEqual([{ kind: 'powered-off' }]);
  },
  TIMEOUT,
);

test(
  `the boot ROM is the same after ${HOSTILE_OPERATIONS} random operations`,
  () => {
    const random = seededRandom(4);
    const rom = new Rom();
    rom.contents = new Uint8Array(64).fill(7);
    for (let operation = 0; operation < HOSTILE_OPERATIONS; operation++) access(rom, random, MEMORY_MAP.bootRom.size);
    expect(rom.contents).toEqual(new Uint8Array(64).fill(7));
    expect(rom.read(60, 4)).toBe(0x0707_0707);
  },
  TIMEOUT,
);

test(
  `the PCI bus survives ${HOSTILE_OPERATIONS} random operations`,
  () => {
    const random = seededRandom(5);
    const ram = new FakeRam(1 << 16);
    const lines = [false, false, false, false];
    const host = new PciHost(lines.map((_, wire) => (level) => (lines[wire] = level)));
    const make = () => new VirtioFunction(new EntropyDevice(ram.ram, (into) => into.fill(1)), ram.ram);
    const functions = [make(), make(), make()];
    for (const slot of functions) host.add(slot);
    for (let operation = 0; operation < HOSTILE_OPERATIONS; operation++) {
      const kind = random(16);
      // Mostly the headers of slots that are there, often the registers that map and switch.
      const slot = random(5) << 15;
      if (kind < 6) access(shifted(host.ecam, slot), random, 0x100);
      else if (kind < 8) host.ecam.write(slot | 0x10, 4, MEMORY_MAP.pciMmio.base + random(8) * 0x2000);
      else if (kind < 10) host.ecam.write(slot | 0x04, 2, random(8));
      else if (kind < 14) access(shifted(host.memory, random(3) * 0x4000), random, 0x4000);
      else if (kind === 14) access(shifted(host.ecam, random(2 ** 16) * 0x1000), random, 0x1000);
      else if (random(64) === 0) host.reset();
      else access(host.ports, random, MEMORY_MAP.pciPio.size);
      if (operation % 1024 === 0) expect(ram.guardsIntact).toBe(true);
      ram.reported.length = 0;
    }
    host.reset();
    expect(lines).toEqual([false, false, false, false]);
    host.ecam.write((2 << 15) | 0x10, 4, MEMORY_MAP.pciMmio.base + 0x8000);
    for (const slot of functions) {
      const driver = new Driver(ram, slot);
      expect(driver.start()).toBe(true);
      driver.queue(0).add([], [8]);
      driver.queue(0).kick();
      expect(driver.queue(0).collect()).toEqual([{ head: 0, written: 8 }]);
    }
    expect(lines.filter(Boolean).length).toBe(3);
  },
  TIMEOUT,
);

/** The same window, seen from `base` on. */
function shifted(device: MmioDevice, base: number): MmioDevice {
  return {
    read: (offset, size) => device.read(base + offset, size),
    write: (offset, size, value) => device.write(base + offset, size, value),
  };
}
