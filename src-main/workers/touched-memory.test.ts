import { MessageChannel } from 'node:worker_threads';
import { expect, it } from 'vitest';
import type { Board } from '../../src-core/machine/board/board.ts';
import { PAGE_BYTES, WRITTEN_EVER } from '../../src-core/machine/state/memory-runs.ts';
import { coreMemory } from './core-instance.ts';
import { lend } from './fork.ts';
import { MemoryLayers } from './memory-layers.ts';
import { touchedMemory } from './touched-memory.ts';

const MIB = 2 ** 20;
const RAM_AT = 32 * MIB;
const RAM_BYTES = 256 * MIB;
const HELD_BYTES = 128 * MIB;

/** A machine that holds something in the first half of its RAM, and in one page of what its core works with. */
function machine(): { memory: SharedArrayBuffer; ramAt: number; writtenAt: number; ramBytes: number } {
  const memory = new SharedArrayBuffer(RAM_AT + RAM_BYTES);
  const bytes = new Uint8Array(memory);
  bytes.fill(WRITTEN_EVER, PAGE_BYTES, PAGE_BYTES + RAM_BYTES / PAGE_BYTES);
  for (let at = 0; at < HELD_BYTES; at += PAGE_BYTES) bytes[RAM_AT + at] = 7;
  return { memory, ramAt: RAM_AT, writtenAt: PAGE_BYTES, ramBytes: RAM_BYTES };
}

it('takes from the system what a copy of a machine will need, all zero, and no more than it may', () => {
  const like = machine();
  const taken = (mostBytes: number): { made: WebAssembly.Memory; bytes: number } => {
    const before = process.memoryUsage.rss();
    const made = touchedMemory(like, mostBytes);
    return { made, bytes: process.memoryUsage.rss() - before };
  };
  const little = taken(4 * MIB);
  const all = taken(RAM_BYTES);
  expect(little.bytes).toBeLessThan(HELD_BYTES / 2);
  expect(all.bytes).toBeGreaterThan(HELD_BYTES / 2);
  expect(all.bytes).toBeLessThan(RAM_BYTES - MIB);
  expect(all.made.buffer.byteLength).toBe(like.memory.byteLength);
  expect(Buffer.compare(Buffer.from(all.made.buffer), Buffer.alloc(like.memory.byteLength))).toBe(0);
});

it('is what a machine of the same size is lent with, and none of another', () => {
  const memory = coreMemory();
  const { buffer } = memory;
  const ram = { bytes: new Uint8Array(buffer, MIB, MIB) };
  const board = { ram, written: new Uint8Array(buffer, 0, 256), save: () => ({}) } as unknown as Board;
  const mark = 42;
  const lent = (waits: WebAssembly.Memory | null): number => {
    const { port1, port2 } = new MessageChannel();
    if (waits) {
      new Uint8Array(waits.buffer)[0] = mark;
      port2.postMessage(waits);
    }
    const { copy } = lend(board, new MemoryLayers(null), waits && port1);
    expect(copy.buffer.byteLength).toBe(buffer.byteLength);
    port1.close();
    return new Uint8Array(copy.buffer)[0] ?? 0;
  };
  expect(lent(coreMemory(buffer.byteLength))).toBe(mark);
  expect(lent(coreMemory(buffer.byteLength + 65_536))).toBe(0);
  expect(lent(null)).toBe(0);
});
