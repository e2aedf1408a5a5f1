import type { BoardSpec } from '../board-interface.ts';
import type { SavedMachine } from '../state/machine-state.ts';
import type { Board, BoardHost } from './interface.ts';
import { VirtBoard } from './virt-board.ts';

export type { Board, BoardHost, CoreHandle } from './interface.ts';

/**
 * Builds a machine and switches it on, or lets it go on where a saved one stood: `run` may be called at once.
 * @throws AppError when the kernel is none, or does not fit; 'corrupt' when the saved state is damaged or another's
 */
export function createBoard(spec: BoardSpec, host: BoardHost, saved?: SavedMachine): Board {
  return new VirtBoard(spec, host, saved);
}
