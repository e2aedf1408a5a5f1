import { expect, test } from 'vitest';
import type { BlockBackend, BoardSpec } from '../board-interface.ts';
import { MEMORY_MAP } from '../core-interface.ts';
import type { GuestRam } from '../devices/guest-ram.ts';
import { FakePort } from '../devices/testing/fake-port.ts';
import { FakeFramePort } from '../devices/testing/fake-frame-port.ts';
import { createBoard } from './board.ts';
import { FakeCore } from './testing/fake-core.ts';
import { kernelBytes, sourceOf } from './testing/sources.ts';

const RAM = MEMORY_MAP.ram.base;
const MEMORY = 16 * 2 ** 20;
/** Of the console, the entropy device, two disks and a network card. */
const SLOTS = [1, 2, 3, 4, 28];
const OPERATIONS = 200_000;

/** Marsaglia's xorshift32: the same guest for the same seed. */
function generator(seed: number) {
  let state = seed;
  return (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const disk: BlockBackend = {
  sizeBytes: 2 ** 20,
  readOnly: false,
  read: (into, offset) => {
    if (offset + into.length > 2 ** 20) throw new RangeError('the board asks for more than the disk has');
    into.fill(1);
  },
  write: (from, offset) => {
    if (offset + from.length > 2 ** 20) throw new RangeError('the board writes behind the end of the disk');
  },
  flush: () => undefined,
};

function machine() {
  const core = new FakeCore();
  const cable = new FakeFramePort();
  const spec: BoardSpec = {
    harts: 1,
    memoryBytes: MEMORY,
    boot: { kernel: sourceOf(kernelBytes()), commandLine: '' },
    disks: [disk, { ...disk, readOnly: true }],
    cards: [{ slot: 0, mac: Uint8Array.of(2, 0, 0, 0, 0, 1), port: cable }],
    console: new FakePort(1000),
    ports: [{ name: 'agent', port: new FakePort() }],
    random: (into) => into.fill(3),
    wallClockNs: () => 1n,
  };
  const board = createBoard(spec, core);
  if (!core.imports) throw new Error('the board has not asked for a core');
  return { core, board, host: core.imports, cable };
}

type Host = ReturnType<typeof machine>['host'];
type Random = (below: number) => number;

const PLACES = [MEMORY_MAP.uart, MEMORY_MAP.rtc, MEMORY_MAP.pciPio, MEMORY_MAP.bootRom, MEMORY_MAP.clint];

/** A guest that knows where things are, and does anything with them: one operation of it. */
function misbehave(host: Host, ram: GuestRam, random: Random): void {
  const slot = SLOTS[random(SLOTS.length)] ?? 1;
  const window = MEMORY_MAP.pciMmio.base + slot * 0x4000;
  const config = MEMORY_MAP.pciEcam.base + (slot << 15);
  const value = random(3) === 0 ? random(2 ** 32) : random(256);
  const size = [1, 2, 4][random(3)] ?? 4;
  const within = (bytes: number) => random(bytes / size) * size;
  const place = PLACES[random(PLACES.length)] ?? MEMORY_MAP.uart;
  const kind = random(32);
  if (kind === 0) host.mmioWrite(config + within(256), size, value);
  else if (kind === 1) host.mmioRead(config + within(256), size);
  else if (kind < 4) mapWindow(host, config, window);
  else if (kind < 6) host.mmioWrite(place.base + within(256), size, value);
  else if (kind < 8) host.mmioRead(place.base + within(256), size);
  else if (kind < 9) host.mmioWrite(window + within(0x4000), size, value);
  else if (kind < 12) host.mmioRead(window + within(0x4000), size);
  else if (kind < 15) startDriver(host, ram, random, window);
  else host.mmioWrite(window + 0x3000 + random(6) * 4, 2, 0);
}

/** Where the other operations look for it. */
function mapWindow(host: Host, config: number, window: number): void {
  host.mmioWrite(config + 0x10, 4, window);
  host.mmioWrite(config + 4, 2, 6);
}

/** A driver's first steps as they should be; its rings are where it will use them, or anywhere. */
function startDriver(host: Host, ram: GuestRam, random: Random, window: number): void {
  host.mmioWrite(window + 0x14, 1, 0);
  host.mmioWrite(window + 0x14, 1, 3);
  for (const [word, bits] of [random(2) === 0 ? 0x3000_0000 : 0x3000_0002, 1].entries()) {
    host.mmioWrite(window + 0x08, 4, word);
    host.mmioWrite(window + 0x0c, 4, bits);
  }
  host.mmioWrite(window + 0x14, 1, 11);
  const anywhere = random(4) === 0;
  for (const ring of [RINGS.available, RINGS.used]) ram.write16(ring + 2, 0);
  for (let queue = 0; queue < 6; queue++) {
    host.mmioWrite(window + 0x16, 2, queue);
    host.mmioWrite(window + 0x18, 2, 8);
    for (const [offset, at] of [
      [0x20, RINGS.descriptors],
      [0x28, RINGS.available],
      [0x30, RINGS.used],
    ] as const)
      host.mmioWrite(window + offset, 4, anywhere ? RAM + 16 * random(64) : at);
    host.mmioWrite(window + 0x1c, 2, 1);
  }
  host.mmioWrite(window + 0x14, 1, 15);
}

const RINGS = { descriptors: RAM, available: RAM + 0x100, used: RAM + 0x200, request: RAM + 0x300 } as const;

/** A block request as it should be, in all queues at once, with now and then one word of it changed. */
function offer(ram: GuestRam, random: Random): void {
  const put = (at: number, ...words: number[]) => ram.write(at, new Uint8Array(Uint32Array.from(words).buffer));
  const write = random(2);
  put(RINGS.request, write, 0, random(8), 0);
  put(RINGS.descriptors, RINGS.request, 0, 16, 0x0001_0001);
  put(RINGS.descriptors + 16, RAM + 0x1000, 0, 512, 0x0002_0001 | (write === 1 ? 0 : 2));
  put(RINGS.descriptors + 32, RAM + 0x2000, 0, 1, 2);
  ram.write16(RINGS.available + 2, ram.read16(RINGS.used + 2) + 1);
  for (let entry = 0; entry < 8; entry++) ram.write16(RINGS.available + 4 + entry * 2, 0);
  if (random(2) === 0) put(RAM + 4 * random(0x100), random(2) === 0 ? random(2 ** 32) : RAM + random(MEMORY));
}

test('whatever a guest does to its devices, nothing is thrown and nothing outside its memory changes', () => {
  const { core, board, host, cable } = machine();
  const random = generator(20_261_122);
  const outside = core.memory.slice(0, 65_536);
  for (let operation = 0; operation < OPERATIONS; operation++) {
    misbehave(host, board.ram, random);
    offer(board.ram, random);
    if (operation % 16 === 0) board.service();
    if (operation % 64 === 0 && cable.waiting.length < 8) cable.bring(14 + random(1504));
  }
  expect(core.memory.subarray(0, 65_536)).toEqual(outside);
  // Not all of it was refused at the door.
  const { diskReadBytes, diskWrittenBytes } = board.counters();
  expect(diskReadBytes).toBeGreaterThan(0);
  expect(diskWrittenBytes).toBeGreaterThan(0);
  const notified = board.exits().filter(({ kind, count }) => kind === 'notify' && count > 1000);
  expect(notified.map(({ device }) => device)).toEqual(['console', 'rng', 'disk0', 'disk1', 'card0']);
});
