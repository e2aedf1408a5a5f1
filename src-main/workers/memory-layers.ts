import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { AppError } from '../../src-core/base/errors.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import { canBeBase, type LayerBase, type LayerIdentity } from '../../src-core/machine/state/layer-header.ts';
import { countWritten } from '../../src-core/machine/state/memory-runs.ts';
import { readLayer, type SavedLayer } from '../../src-core/machine/state/read-layer.ts';
import { writeLayer, type StateTools } from '../../src-core/machine/state/write-layer.ts';
import { fileProblem } from '../service/os/file-problem.ts';
import { fileSource, readPieces, writePieces } from './file-pieces.ts';
import type { BaseLayer } from './run-protocol.ts';

const DRAFT = '.draft';

const tools: StateTools = {
  crc32: (bytes) => crc32(bytes),
  compare: (a, b) => Buffer.compare(a, b),
};

/** The memory layers that a run comes from and leaves. */
export class MemoryLayers {
  /** What the board counts written pages from; null when it was switched on and never taken. */
  #base: BaseLayer | null;

  constructor(base: BaseLayer | null) {
    this.#base = base;
  }

  get base(): BaseLayer | null {
    return this.#base;
  }

  /**
   * Writes a machine that stands still: after a crash at any moment the file is there whole or not at all.
   * @returns its size in bytes
   * @throws AppError 'disk-full', 'denied', 'unavailable', having left nothing
   */
  save(board: Board, path: string): number {
    const below = this.#usableFor(board, path);
    const draft = path + DRAFT;
    let sizeBytes = 0;
    let identity: LayerIdentity;
    try {
      const contents = { state: board.save(), ram: board.ram.bytes, written: board.written };
      const file = openSync(draft, 'w', 0o600);
      try {
        const sink = { write: (pieces: readonly Uint8Array[]) => void (sizeBytes += writePieces(file, pieces)) };
        identity = writeLayer(sink, contents, below, tools);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, path);
      flushDirectory(dirname(path));
    } catch (error) {
      rmSync(draft, { force: true });
      throw error instanceof AppError ? error : fileProblem(`write ${path}`, error);
    }
    board.forgetWritten();
    this.#base = { path, base: { name: basename(path), identity, depth: below ? below.depth + 1 : 0 } };
    return sizeBytes;
  }

  /** What a layer at `path` can be a delta on. Where much was written, a whole one is hardly larger and faster to read. */
  #usableFor(board: Board, path: string): LayerBase | null {
    if (this.#base === null) return null;
    const { base, path: basePath } = this.#base;
    if (dirname(basePath) !== dirname(path) || basePath === path || !canBeBase(base) || !existsSync(basePath))
      return null;
    const { ever, since } = countWritten(board.written);
    return since * 2 <= ever ? base : null;
  }
}

/** Opens a saved machine. The thread's end closes the files. @throws AppError 'corrupt', 'not-supported', 'not-found' */
export function openLayer(path: string, doing: string): SavedLayer {
  const folder = {
    open: (name: string) => attempt(doing, () => fileSource(join(dirname(path), name))),
    readInto: readPieces,
  };
  return attempt(doing, () => readLayer(folder, basename(path), tools, doing));
}

function attempt<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof AppError ? error : fileProblem(doing, error);
  }
}

/** So that the new name survives a power failure. Windows has no such thing, and needs none. */
function flushDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
