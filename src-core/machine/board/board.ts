import type { BoardSpec } from '../board-interface.ts';
import type { Board, BoardHost } from './interface.ts';
import { VirtBoard } from './virt-board.ts';

export type { Board, BoardHost, CoreHandle } from './interface.ts';

/**
 * Builds a machine and switches it on: `run` may be called at once.
 * @throws AppError when the kernel is none, or does not fit
 */
export function createBoard(spec: BoardSpec, host: BoardHost): Board {
  return new VirtBoard(spec, host);
}
