import { assert } from '../../src-core/base/errors.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import type { SavedMachine } from '../../src-core/machine/state/machine-state.ts';
import { PAGE_BYTES, WRITTEN_EVER } from '../../src-core/machine/state/memory-runs.ts';
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

/** What was lent, as something to go on from: the pages that were ever written are copied, the others are zero. */
export function copyOf({ state, memory, ramAt, writtenAt }: LentMachine): SavedMachine {
  const loadMemory = (ram: Uint8Array, written: Uint8Array): void => {
    const theirs = new Uint8Array(memory, ramAt, ram.length);
    written.set(new Uint8Array(memory, writtenAt, written.length));
    forEachWritten(written, (from, to) => {
      ram.set(theirs.subarray(from * PAGE_BYTES, to * PAGE_BYTES), from * PAGE_BYTES);
    });
  };
  return { state, loadMemory };
}

/** Consecutive pages that were ever written: the first, and the one behind the last. */
function forEachWritten(written: Uint8Array, visit: (from: number, to: number) => void): void {
  for (let page = 0; page < written.length; page++) {
    const from = page;
    while (page < written.length && ((written[page] ?? 0) & WRITTEN_EVER) !== 0) page++;
    if (page > from) visit(from, page);
  }
}
