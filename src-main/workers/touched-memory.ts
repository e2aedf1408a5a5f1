import type { MessagePort } from 'node:worker_threads';
import { findRuns, PAGE_BYTES, WRITTEN_EVER } from '../../src-core/machine/state/memory-runs.ts';
import { coreMemory } from './core-instance.ts';
import type { LentMachine } from './run-protocol.ts';

/** Where a machine's memory holds something. */
export type MemoryLayout = Pick<LentMachine, 'memory' | 'ramAt' | 'writtenAt'> & { readonly ramBytes: number };

/** What the thread that makes a memory is given. */
export interface MemoryTask {
  readonly like: MemoryLayout;
  readonly mostBytes: number;
  /** Takes the memory: a WebAssembly.Memory. */
  readonly to: MessagePort;
}

/**
 * A memory for a copy of a machine: all of it zero, and taken from the system already where that machine's holds
 * anything now. The machine may run meanwhile: what it holds later only costs its copy the time that it did not save.
 * @param mostBytes that may be taken
 */
export function touchedMemory(
  { memory, ramAt, writtenAt, ramBytes }: MemoryLayout,
  mostBytes: number,
): WebAssembly.Memory {
  const made = coreMemory(memory.byteLength);
  const bytes = new Uint8Array(made.buffer);
  let left = Math.floor(mostBytes / PAGE_BYTES);
  const touch = (from: number, length: number, written: Uint8Array): void => {
    const held = findRuns(new Uint8Array(memory, from, length), written, false, (a, b) => Buffer.compare(a, b));
    for (const { firstPage, pages } of held) {
      const end = firstPage + Math.min(pages, left);
      for (let page = firstPage; page < end; page++) bytes[from + page * PAGE_BYTES] = 0;
      left -= end - firstPage;
    }
  };
  // What the core itself works with first: a copy needs that at once.
  touch(0, ramAt, new Uint8Array(Math.ceil(ramAt / PAGE_BYTES)).fill(WRITTEN_EVER));
  touch(ramAt, ramBytes, new Uint8Array(memory, writtenAt, Math.ceil(ramBytes / PAGE_BYTES)));
  return made;
}
