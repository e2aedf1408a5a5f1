import { expect, test } from 'vitest';
import type { BoardSpec, DiskInSlot } from '../board-interface.ts';
import { MEMORY_MAP } from '../core-interface.ts';
import { FakeFramePort } from '../devices/testing/fake-frame-port.ts';
import { FakePort } from '../devices/testing/fake-port.ts';
import { FakeRam } from '../devices/testing/fake-ram.ts';
import { anySize, anyWord, seededRandom, type Random } from '../devices/testing/random.ts';
import type { VirtioFunction } from '../devices/virtio/pci-transport.ts';
import { HostileDriver } from '../devices/virtio/testing/hostile-driver.ts';
import { RING } from '../devices/virtio/testing/driver.ts';
import { ConsoleHub } from './console-hub.ts';
import { Devices, devicesStateSchema } from './devices.ts';

const MOMENTS = 60;
const OPERATIONS = 60;
const WINDOWS = ['test', 'rtc', 'generationId', 'uart', 'pciEcam', 'pciMmio', 'bootRom'] as const;

/** Everything that hangs on a board's bus, without the board: the test is the guest. */
function everyDevice(
  memory: FakeRam,
  random: Random,
): { devices: Devices; lines: Map<number, boolean>; ports: FakePort[] } {
  const lines = new Map<number, boolean>();
  const cable = new FakeFramePort();
  for (let frame = 0; frame < 5; frame++) cable.bring(14 + random(600));
  cable.room = random(10);
  const ports = [new FakePort(40), new FakePort(5)] as const;
  const [terminal, agent] = ports;
  const spec: BoardSpec = {
    harts: 2,
    memoryBytes: memory.ram.sizeBytes,
    boot: { commandLine: '' },
    disks: [disk(0, false), disk(5, true)],
    cards: [
      { slot: 0, mac: Uint8Array.of(2, 0, 0, 0, 0, 1), port: cable },
      { slot: 2, mac: Uint8Array.of(2, 0, 0, 0, 0, 2), port: null },
    ],
    console: terminal,
    ports: [{ name: 'agent', port: agent }],
    random: (into) => into.forEach((_, at) => (into[at] = random(256))),
    wallClockNs: () => 1_795_000_000_000_000_000n,
  };
  const devices = new Devices(spec, {
    ram: memory.ram,
    hub: new ConsoleHub(terminal, () => undefined),
    line: (source) => (level) => void lines.set(source, level),
    finish: () => undefined,
  });
  return { devices, lines, ports: [...ports] };
}

function disk(slot: number, readOnly: boolean): DiskInSlot {
  const nothing = (): void => undefined;
  const read = (into: Uint8Array): void => void into.fill(slot);
  const changes = { write: nothing, flush: nothing, discard: nothing, writeZeroes: nothing };
  return { slot, sizeBytes: 1 << 20, readOnly, read, ...changes };
}

/** What makes sense to no device in particular, and to each of them sometimes. */
function anyRequest(random: Random) {
  const bytes = Uint8Array.from({ length: 16 + random(100) }, () => (random(3) === 0 ? random(256) : 0));
  bytes[0] = random(16);
  return { queue: random(8), readable: [bytes], writable: [[512, 1], [64], []][random(3)] ?? [] };
}

function touchRegisters(devices: Devices, random: Random): void {
  const window = MEMORY_MAP[WINDOWS[random(WINDOWS.length)] ?? 'uart'];
  const size = anySize(random);
  const at = window.base + Math.floor(random(Math.min(window.size, 0x4000)) / size) * size;
  if (random(2) === 0) devices.bus.read(at, size);
  else devices.bus.write(at, size, anyWord(random) % 2 ** (size * 8));
}

/** The bytes of each device's state: one is compared at a time, so that a difference can be read. */
function bytesOf(devices: Devices): string[] {
  const { virtio, ...others } = devices.save();
  return [...Object.entries(others), ...Object.entries(virtio)].map(
    ([name, state]) => `${name} ${JSON.stringify(state)}`,
  );
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'saved, restored and saved again, every device of a board is the same bytes at any moment (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    const memory = new FakeRam(1 << 18);
    let now = everyDevice(memory, random);
    now.devices.reset();
    const drive = (device: VirtioFunction) =>
      new HostileDriver(memory, device, random, { features: RING.indirect | RING.eventIndex, request: anyRequest });
    const drivers = now.devices.functions.map(drive);
    const seen = { active: 0, waiting: 0 };
    expect(drivers.length).toBeGreaterThanOrEqual(5);
    for (let moment = 0; moment < MOMENTS; moment++) {
      for (let operation = 0; operation < OPERATIONS; operation++) {
        if (random(3) === 0) touchRegisters(now.devices, random);
        else drivers[random(drivers.length)]?.misbehave();
        if (random(20) === 0) for (const port of now.ports) port.input += 'typed';
        if (random(20) === 0) for (const port of now.ports) port.room += random(30);
        if (random(10) === 0) now.devices.service();
        if (random(50) === 0) now.devices.renewGeneration();
        if (random(50) === 0) now.devices.cards.connect(random(2) * 2, random(2) === 0 ? null : new FakeFramePort());
      }
      const before = bytesOf(now.devices);
      const state = devicesStateSchema.parse(JSON.parse(JSON.stringify(now.devices.save())));
      const again = everyDevice(memory, random);
      expect(again.devices.restore(state)).toBeNull();
      expect(bytesOf(again.devices)).toEqual(before);
      for (const [source, level] of now.lines)
        expect([source, again.lines.get(source) ?? false]).toEqual([source, level]);
      // What was restored goes on in its place.
      now = again;
      for (const [index, device] of now.devices.functions.entries()) Object.assign(drivers[index] ?? {}, { device });
      for (const { active, queues } of state.virtio) {
        if (active) seen.active++;
        if (
          queues.some(
            ({ enabled, available, nextAvailable }) => enabled && memory.ram.read16(available + 2) !== nextAvailable,
          )
        )
          seen.waiting++;
      }
    }
    expect(seen.active).toBeGreaterThan(MOMENTS / 2);
    expect(seen.waiting).toBeGreaterThan(MOMENTS / 4);
  },
);
