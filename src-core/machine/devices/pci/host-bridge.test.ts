import { expect, test } from 'vitest';
import { MEMORY_MAP } from '../../core-interface.ts';
import { COMMAND, CONFIG } from './config-space.ts';
import { PciFunction } from './function.ts';
import { PciHost } from './host-bridge.ts';

class Probe extends PciFunction {
  readonly name = 'probe';
  readonly writes: string[] = [];

  constructor(windowBytes = 0x4000) {
    super(
      {
        vendor: 0x1234,
        device: 0x5678,
        subsystemVendor: 1,
        subsystem: 2,
        revision: 3,
        classCode: 0x0a_0b0c,
        interrupts: true,
      },
      windowBytes,
    );
  }

  readWindow(offset: number): number {
    return offset;
  }

  writeWindow(offset: number, size: number, value: number): void {
    this.writes.push(`${offset.toString()}:${size.toString()}=${value.toString()}`);
  }

  raise(asserted: boolean): void {
    this.interrupt(asserted);
  }
}

function machine(count = 1) {
  const lines = [false, false, false, false];
  const host = new PciHost(lines.map((_, wire) => (level) => (lines[wire] = level)));
  const probes = Array.from({ length: count }, () => new Probe());
  for (const probe of probes) host.add(probe);
  const at = (slot: number, register: number) => (slot << 15) | register;
  return {
    host,
    lines,
    probes,
    config: (slot: number, register: number, size = 4) => host.ecam.read(at(slot, register), size),
    configure: (slot: number, register: number, value: number, size = 4) =>
      host.ecam.write(at(slot, register), size, value),
  };
}

test('a scan of the bus finds the bridge and the functions, and nothing else', () => {
  const { config, host } = machine(2);
  const found = Array.from({ length: 32 }, (_, slot) => config(slot, CONFIG.vendor, 2));
  expect(found.slice(0, 3)).toEqual([0x1b36, 0x1234, 0x1234]);
  expect(found.slice(3).every((vendor) => vendor === 0xffff)).toBe(true);
  expect(host.ecam.read((1 << 15) | (1 << 12), 4)).toBe(0xffff_ffff);
  expect(host.ecam.read(1 << 20, 4)).toBe(0xffff_ffff);
});

test('a header says what the function is', () => {
  const { config } = machine();
  expect(config(1, 0)).toBe(0x5678_1234);
  expect(config(1, CONFIG.revision)).toBe(0x0a0b_0c03);
  expect(config(1, CONFIG.headerType, 1)).toBe(0);
  expect(config(1, CONFIG.subsystemVendor)).toBe(0x0002_0001);
  expect(config(1, CONFIG.interruptPin, 1)).toBe(1);
  expect(config(1, 0x100)).toBe(0);
});

test('identity cannot be written over', () => {
  const { config, configure } = machine();
  configure(1, 0, 0);
  configure(1, CONFIG.revision, 0);
  expect([config(1, 0), config(1, CONFIG.revision)]).toEqual([0x5678_1234, 0x0a0b_0c03]);
});

test('a base address register is sized by writing ones', () => {
  const { config, configure } = machine();
  configure(1, CONFIG.bar0, 0xffff_ffff);
  expect(config(1, CONFIG.bar0)).toBe(0xffff_c000);
  for (const other of [0x14, 0x18, 0x1c, 0x20, 0x24]) {
    configure(1, other, 0xffff_ffff);
    expect(config(1, other)).toBe(0);
  }
});

test('a window answers where it was put, moves, and disappears with its switch', () => {
  const { host, config, configure, probes } = machine();
  const { base } = MEMORY_MAP.pciMmio;
  configure(1, CONFIG.bar0, base + 0x8000);
  expect(host.memory.read(0x8004, 4)).toBe(0xffff_ffff);
  configure(1, CONFIG.command, COMMAND.memory, 2);
  expect(host.memory.read(0x8004, 4)).toBe(4);
  host.memory.write(0xbffc, 2, 7);
  expect(probes[0]?.writes).toEqual(['16380:2=7']);
  expect(host.memory.read(0xc000, 4)).toBe(0xffff_ffff);
  configure(1, CONFIG.bar0, base);
  expect(host.memory.read(0x8004, 4)).toBe(0xffff_ffff);
  expect(host.memory.read(8, 4)).toBe(8);
  configure(1, CONFIG.command, 0, 2);
  expect(host.memory.read(8, 1)).toBe(0xff);
  expect(config(1, CONFIG.bar0)).toBe(base);
});

test('interrupt wires follow the swizzle, and a shared wire stays up until all let go', () => {
  const { lines, probes } = machine(5);
  const [first, second, , , fifth] = probes;
  first?.raise(true);
  expect(lines).toEqual([false, true, false, false]);
  second?.raise(true);
  fifth?.raise(true); // slot 5 shares the wire of slot 1
  expect(lines).toEqual([false, true, true, false]);
  first?.raise(false);
  expect(lines[1]).toBe(true);
  fifth?.raise(false);
  expect(lines[1]).toBe(false);
});

test('a reset takes back what software set, and lets go of the wires', () => {
  const { host, config, configure, probes, lines } = machine();
  configure(1, CONFIG.bar0, MEMORY_MAP.pciMmio.base);
  configure(1, CONFIG.command, COMMAND.memory, 2);
  probes[0]?.raise(true);
  host.reset();
  expect(config(1, CONFIG.bar0)).toBe(0);
  expect(config(1, CONFIG.command)).toBe(0);
  expect(host.memory.read(8, 4)).toBe(0xffff_ffff);
  expect(lines[1]).toBe(false);
});

test('a function can be put into any slot while the machine runs, and taken out of it', () => {
  const { host, lines, config, configure } = machine(1);
  const probe = new Probe();
  host.add(probe, 19);
  expect(config(19, CONFIG.vendor, 2)).toBe(0x1234);
  configure(19, CONFIG.bar0, MEMORY_MAP.pciMmio.base);
  configure(19, CONFIG.command, COMMAND.memory, 2);
  probe.raise(true);
  expect(host.memory.read(4, 4)).toBe(4);
  expect(lines).toEqual([false, false, false, true]);
  host.remove(19);
  expect(config(19, CONFIG.vendor, 2)).toBe(0xffff);
  expect(host.memory.read(4, 4)).toBe(0xffff_ffff);
  expect(lines).toEqual([false, false, false, false]);
  // What the function does without a bus reaches nobody.
  probe.raise(true);
  expect(lines).toEqual([false, false, false, false]);
  host.add(new Probe(), 19);
  expect(config(19, CONFIG.bar0)).toBe(0);
  host.reset();
  expect(() => host.add(new Probe(), 19)).toThrow('taken');
  expect(() => host.remove(20)).toThrow('nothing');
});
