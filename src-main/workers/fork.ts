import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { assert } from '../../src-core/base/errors.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import type { SavedMachine } from '../../src-core/machine/state/machine-state.ts';
import { bytesOf, findRuns, PAGE_BYTES } from '../../src-core/machine/state/memory-runs.ts';
import { coreMemory } from './core-instance.ts';
import type { MemoryLayers } from './memory-layers.ts';
import type { LentMachine } from './run-protocol.ts';

/** Copied by one thread without looking at what the other does. */
const STRETCH_PAGES = 1024;
/** Words of `progress`: stretches that somebody has begun, and that are copied. */
const BEGUN = 0;
const COPIED = 1;
/** A thread that has begun a stretch copies it in a millisecond or so. */
const MOST_WAIT_MS = 10_000;

/**
 * Shows a machine that stands still to another thread. It has to stand still until that has copied it.
 * @param prepared where a memory for the copy is, if one has been made
 */
export function lend(board: Board, layers: MemoryLayers, prepared: MessagePort | null): LentMachine {
  const { ram, written } = board;
  const { buffer } = ram.bytes;
  assert(buffer instanceof SharedArrayBuffer, 'the memory of a machine in a thread is shared');
  return {
    state: board.save(),
    memory: buffer,
    copy: waitingMemory(prepared, buffer.byteLength) ?? coreMemory(buffer.byteLength),
    ramAt: ram.bytes.byteOffset,
    writtenAt: written.byteOffset,
    progress: new SharedArrayBuffer(8),
    base: layers.base,
  };
}

function waitingMemory(prepared: MessagePort | null, sizeBytes: number): WebAssembly.Memory | null {
  if (prepared === null) return null;
  const received = receiveMessageOnPort(prepared) as { message: WebAssembly.Memory } | undefined;
  return received?.message.buffer.byteLength === sizeBytes ? received.message : null;
}

/**
 * Copies what of the machine's memory nobody has begun to copy: its own thread does that, which stands still anyway, and
 * the copy's thread as soon as it can. Only pages that hold anything are copied: each costs the system a new one.
 */
export function copyPages({ state, memory, copy, ramAt, writtenAt, progress }: LentMachine): void {
  const words = new Int32Array(progress);
  const from = new Uint8Array(memory, ramAt, state.memoryBytes);
  const to = new Uint8Array(copy.buffer, ramAt, state.memoryBytes);
  const written = new Uint8Array(memory, writtenAt, pagesOf(state.memoryBytes));
  for (;;) {
    const first = Atomics.add(words, BEGUN, 1) * STRETCH_PAGES;
    if (first >= written.length) return;
    const end = Math.min(first + STRETCH_PAGES, written.length);
    const stretch = from.subarray(first * PAGE_BYTES, end * PAGE_BYTES);
    const runs = findRuns(stretch, written.subarray(first, end), false, (a, b) => Buffer.compare(a, b));
    for (const run of runs) to.set(bytesOf(stretch, run), (first + run.firstPage) * PAGE_BYTES);
    Atomics.add(words, COPIED, 1);
    Atomics.notify(words, COPIED);
  }
}

/** What was lent, as something to go on from in the memory `copy`. */
export function copyOf(lent: LentMachine): SavedMachine {
  const loadMemory = (ram: Uint8Array, written: Uint8Array): void => {
    assert(ram.buffer === lent.copy.buffer && ram.byteOffset === lent.ramAt, 'a copy is made in its own memory');
    copyPages(lent);
    awaitAll(new Int32Array(lent.progress), Math.ceil(pagesOf(lent.state.memoryBytes) / STRETCH_PAGES));
    written.set(new Uint8Array(lent.memory, lent.writtenAt, written.length));
  };
  return { state: lent.state, loadMemory };
}

function awaitAll(words: Int32Array, stretches: number): void {
  for (let copied = Atomics.load(words, COPIED); copied < stretches; copied = Atomics.load(words, COPIED)) {
    if (Atomics.wait(words, COPIED, copied, MOST_WAIT_MS) === 'timed-out') throw new Error('its source has ended');
  }
}

function pagesOf(memoryBytes: number): number {
  return Math.ceil(memoryBytes / PAGE_BYTES);
}
