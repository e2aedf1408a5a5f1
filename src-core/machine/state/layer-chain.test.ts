import { expect, test } from 'vitest';
import type { Board } from '../board/board.ts';
import { MEMORY_MAP } from '../core-interface.ts';
import { inspectMemoryLayer } from './inspect-layer.ts';
import { canBeBase, LAYER_HEAD_BYTES, MOST_DEPTH } from './layer-header.ts';
import { PAGE_BYTES } from './memory-runs.ts';
import { countingMachine } from './testing/counting-machine.ts';
import { MemoryLayers, stateBytes } from './testing/state-bytes.ts';

const RAM = MEMORY_MAP.ram.base;
const ELSEWHERE = RAM + 0x80_0000;

function wholeState(board: Board): Uint8Array {
  return stateBytes(board.save(), board.ram.bytes);
}

function bytesOf(layers: MemoryLayers, name: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(layers.files.get(name) ?? []);
}

/** Three layers, one on the other: what each adds is told apart by where it is. */
function chainOfThree() {
  const layers = new MemoryLayers();
  const { board } = countingMachine();
  board.run(10_000);
  board.ram.write(ELSEWHERE, new Uint8Array(5 * PAGE_BYTES).fill(1));
  const a = layers.save('a.state', board, null);
  board.run(10_000);
  board.ram.write(ELSEWHERE + PAGE_BYTES, new Uint8Array(PAGE_BYTES).fill(2));
  const b = layers.save('b.state', board, a.base);
  board.run(10_000);
  board.ram.write(ELSEWHERE + 2 * PAGE_BYTES, new Uint8Array(2 * PAGE_BYTES));
  const c = layers.save('c.state', board, b.base);
  return { layers, board, a, b, c };
}

test('a delta on a delta holds what was written since, and gives the whole state back', () => {
  const { layers, board } = chainOfThree();
  const again = countingMachine(layers.read('c.state')).board;
  expect(wholeState(again)).toEqual(wholeState(board));
  const [a, b, c] = ['a.state', 'b.state', 'c.state'].map((name) => bytesOf(layers, name).length) as [
    number,
    number,
    number,
  ];
  // The counter's page, and what the test wrote; of pages that became zero nothing is kept.
  expect(a - b).toBeGreaterThan(3 * PAGE_BYTES);
  expect(Math.abs(b - c - PAGE_BYTES)).toBeLessThan(200);
});

test('what goes on from a layer can be taken as a delta on it, by what it writes alone', () => {
  const { layers, c } = chainOfThree();
  const again = countingMachine(layers.read('c.state'));
  const d = layers.save('d.state', again.board, c.base);
  expect(bytesOf(layers, 'd.state').length).toBeLessThan(bytesOf(layers, 'c.state').length);
  again.board.run(10_000);
  layers.save('e.state', again.board, d.base);
  expect(wholeState(countingMachine(layers.read('e.state')).board)).toEqual(wholeState(again.board));
});

test('a layer says what it is built on', () => {
  const { layers } = chainOfThree();
  const facts = (name: string) => inspectMemoryLayer(bytesOf(layers, name).subarray(0, LAYER_HEAD_BYTES), 'look');
  const memoryBytes = 16 * 2 ** 20;
  expect(facts('a.state')).toEqual({ base: null, depth: 0, memoryBytes, version: 2 });
  expect(facts('b.state')).toEqual({ base: 'a.state', depth: 1, memoryBytes, version: 2 });
  expect(facts('c.state')).toEqual({ base: 'b.state', depth: 2, memoryBytes, version: 2 });
  expect(() => inspectMemoryLayer(new Uint8Array(LAYER_HEAD_BYTES), 'look')).toThrow('damaged (it is not one)');
  const bytes = bytesOf(layers, 'b.state');
  bytes[60] = 0x2f;
  expect(() => inspectMemoryLayer(bytes, 'look')).toThrow('damaged (its header)');
});

test('a delta whose base is missing, damaged or another one is refused', () => {
  const { layers, board } = chainOfThree();
  const load = () => layers.read('c.state').loadMemory(new Uint8Array(board.ram.sizeBytes), new Uint8Array(4096));
  expect(load).not.toThrow();
  const a = bytesOf(layers, 'a.state');
  layers.files.delete('a.state');
  expect(load).toThrow('what it is built on, a.state, is missing');
  const changed = a.slice();
  changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
  layers.files.set('a.state', changed);
  expect(load).toThrow('its memory');
  layers.save('a.state', board, null);
  expect(load).toThrow('what it is built on, a.state, is another state');
  // b on itself.
  layers.files.set('a.state', bytesOf(layers, 'b.state'));
  expect(load).toThrow('is another state');
});

test('a chain ends: on the deepest layer nothing can be built', () => {
  const layers = new MemoryLayers();
  const { board } = countingMachine();
  let { base } = layers.save('0.state', board, null);
  for (let depth = 1; depth <= MOST_DEPTH; depth++) {
    expect(canBeBase(base)).toBe(true);
    board.run(1000);
    ({ base } = layers.save(`${depth}.state`, board, base));
  }
  expect(canBeBase(base)).toBe(false);
  expect(() => layers.save('more.state', board, base)).toThrow('no layer can be built on this one');
  expect(wholeState(countingMachine(layers.read(`${MOST_DEPTH}.state`)).board)).toEqual(wholeState(board));
});

test.each(['../a.state', 'b/a.state', '..', '.hidden', '', 'x'.repeat(65)])(
  'a layer is built on no file of another folder: %j',
  (name) => {
    const { layers, a } = chainOfThree();
    expect(canBeBase({ ...a.base, name })).toBe(false);
    expect(layers.files.size).toBe(3);
  },
);
