import { assert } from '../../src-core/base/errors.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import type { SavedMachine } from '../../src-core/machine/state/machine-state.ts';
import { bytesOf, findRuns, PAGE_BYTES } from '../../src-core/machine/state/memory-runs.ts';
import type { MemoryLayers } from './memory-layers.ts';
import type { LentMachine } from './run-protocol.ts';

/** Shows a machine that stands still to another thread. It has to stand still until that has copied it. */
export function lend(board: Board, layers: MemoryLayers): LentMachine {
  const { ram, written } = board;
  const { buffer } = ram.bytes;
  assert(buffer instanceof SharedArrayBuffer, 'the memory of a machine in a thread is shared');
  return {
    state: board.save(),
    memory: buffer,
    ramAt: ram.bytes.byteOffset,
    writtenAt: written.byteOffset,
    base: layers.base,
  };
}

/** What was lent, as something to go on from. Only pages that hold anything are copied: each costs the system a new one. */
export function copyOf({ state, memory, ramAt, writtenAt }: LentMachine): SavedMachine {
  const loadMemory = (ram: Uint8Array, written: Uint8Array): void => {
    const theirs = new Uint8Array(memory, ramAt, ram.length);
    written.set(new Uint8Array(memory, writtenAt, written.length));
    const runs = findRuns(theirs, written, false, (a, b) => Buffer.compare(a, b));
    for (const run of runs) ram.set(bytesOf(theirs, run), run.firstPage * PAGE_BYTES);
  };
  return { state, loadMemory };
}
