import { expect, test } from 'vitest';
import type { BoardSpec } from '../board-interface.ts';
import { MEMORY_MAP, RunExit, type CoreImports } from '../core-interface.ts';
import { FakeFramePort } from '../devices/testing/fake-frame-port.ts';
import { FakePort } from '../devices/testing/fake-port.ts';
import { createBoard } from './board.ts';
import type { Board } from './interface.ts';
import { FakeCore } from './testing/fake-core.ts';
import { kernelBytes, sourceOf } from './testing/sources.ts';

const MEMORY = 16 * 2 ** 20;
const mac = Uint8Array.of(2, 0, 0, 0, 0, 7);

function machine(cards: NonNullable<BoardSpec['cards']>, from?: Board, core = new FakeCore()): Board {
  const spec: BoardSpec = {
    harts: 1,
    memoryBytes: MEMORY,
    boot: { kernel: sourceOf(kernelBytes()), commandLine: '' },
    disks: [],
    cards,
    console: new FakePort(),
    ports: [],
    random: (into) => into.fill(3),
    wallClockNs: () => 1n,
  };
  const saved = from && { state: from.save(), loadMemory: () => undefined };
  return createBoard(spec, core, saved);
}

function names(board: Board): string[] {
  return board
    .exits()
    .filter(({ kind }) => kind === 'notify')
    .map(({ device }) => device);
}

test('cards come and go by their numbers, and are found in their own places on the bus', () => {
  const board = machine([{ slot: 2, mac, port: null }]);
  expect(names(board)).toEqual(['console', 'rng', 'balloon', 'card2']);
  board.cards.attach({ slot: 0, mac, port: new FakeFramePort() });
  expect(names(board)).toEqual(['console', 'rng', 'balloon', 'card0', 'card2']);
  board.cards.detach(2);
  expect(names(board)).toEqual(['console', 'rng', 'balloon', 'card0']);
  for (const slot of [0, -1, 4])
    expect(() => board.cards.attach({ slot, mac, port: null })).toThrow(/cannot be attached/);
  expect(() => board.cards.detach(2)).toThrow(/no card 2/);
  expect(() => board.cards.connect(1, null)).toThrow(/no card 1/);
});

test('who is on the other end of a cable is told when it is pulled', () => {
  const [first, second] = [new FakeFramePort(), new FakeFramePort()];
  const board = machine([{ slot: 0, mac, port: first }]);
  board.cards.connect(0, second);
  board.cards.detach(0);
  expect([first.told, second.told]).toEqual([0, 0]);
});

test('a machine that was saved without a card goes on with one, as if it had just been plugged in', () => {
  const board = machine([{ slot: 0, mac, port: null }], machine([]));
  expect(names(board)).toContain('card0');
});

test('a machine that was saved with a card does not go on without it', () => {
  const saved = machine([{ slot: 1, mac, port: null }]);
  expect(() => machine([{ slot: 0, mac, port: null }], saved)).toThrow(/card1 is missing/);
  expect(names(machine([{ slot: 1, mac, port: new FakeFramePort() }], saved))).toContain('card1');
});

/** A driver's first steps, for the queue by which it sends, and one frame in it. Addresses from virtio 1.3 §4.1.4.3. */
function sendFrame(host: CoreImports['host'], board: Board): void {
  const [config, window] = [MEMORY_MAP.pciEcam.base + (28 << 15), MEMORY_MAP.pciMmio.base];
  const ring = MEMORY_MAP.ram.base + 0x80_0000;
  host.mmioWrite(config + 0x10, 4, window);
  host.mmioWrite(config + 4, 2, 6);
  host.mmioWrite(window + 0x14, 1, 3);
  host.mmioWrite(window + 0x08, 4, 1);
  host.mmioWrite(window + 0x0c, 4, 1);
  host.mmioWrite(window + 0x14, 1, 11);
  host.mmioWrite(window + 0x16, 2, 1);
  host.mmioWrite(window + 0x18, 2, 8);
  for (const part of [0, 1, 2]) host.mmioWrite(window + 0x20 + part * 8, 4, ring + part * 0x100);
  host.mmioWrite(window + 0x1c, 2, 1);
  host.mmioWrite(window + 0x14, 1, 15);
  board.ram.write32(ring, ring + 0x400);
  board.ram.write32(ring + 8, 12 + 60);
  board.ram.write16(ring + 0x102, 1);
  host.mmioWrite(window + 0x3004, 2, 1);
}

test('a guest that waits for its frame to be sent is told before its thread would sleep', () => {
  const core = new FakeCore();
  const port = new FakeFramePort();
  const board = machine([{ slot: 0, mac, port }], undefined, core);
  const raised = () => [32, 33, 34, 35].some((source) => core.lines.get(source) === 1);
  let wasRaised = true;
  core.steps.push((host) => {
    sendFrame(host, board);
    wasRaised = raised();
    return RunExit.idle;
  });
  board.run(1);
  expect([port.sent.length, wasRaised, raised()]).toEqual([1, false, true]);
});
