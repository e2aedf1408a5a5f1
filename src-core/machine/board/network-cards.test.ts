import { expect, test } from 'vitest';
import type { BoardSpec } from '../board-interface.ts';
import { FakeFramePort } from '../devices/testing/fake-frame-port.ts';
import { FakePort } from '../devices/testing/fake-port.ts';
import { createBoard } from './board.ts';
import type { Board } from './interface.ts';
import { FakeCore } from './testing/fake-core.ts';
import { kernelBytes, sourceOf } from './testing/sources.ts';

const MEMORY = 16 * 2 ** 20;
const mac = Uint8Array.of(2, 0, 0, 0, 0, 7);

function machine(cards: NonNullable<BoardSpec['cards']>, from?: Board): Board {
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
  return createBoard(spec, new FakeCore(), saved);
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
