import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { AppError } from '../../src-core/base/errors.ts';
import type { ByteSource } from '../../src-core/machine/board-interface.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import type { SavedMachine } from '../../src-core/machine/state/machine-state.ts';
import { readState, writeState, type StateTools } from '../../src-core/machine/state/state-file.ts';
import { fileProblem } from '../service/os/file-problem.ts';

const DRAFT = '.draft';

export const stateTools: StateTools = {
  crc32: (bytes, before) => crc32(bytes, before),
  compare: (a, b) => Buffer.compare(a, b),
};

/**
 * Writes a machine that stands still: after a crash at any moment the file is there whole or not at all.
 * @returns its size in bytes
 * @throws AppError 'disk-full', 'denied', 'unavailable', having left nothing
 */
export function saveMachine(board: Board, path: string): number {
  const draft = path + DRAFT;
  try {
    const file = openSync(draft, 'w', 0o600);
    let sizeBytes: number;
    try {
      writeState({ write: (bytes) => writeFully(file, bytes) }, board.save(), board.ram.bytes, stateTools);
      fsyncSync(file);
      sizeBytes = fstatSync(file).size;
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
    flushDirectory(dirname(path));
    return sizeBytes;
  } catch (error) {
    rmSync(draft, { force: true });
    throw error instanceof AppError ? error : fileProblem(`write ${path}`, error);
  }
}

/** Opens a saved machine. The thread's end closes the file. @throws AppError 'corrupt', 'not-supported', 'not-found' */
export function openSavedMachine(path: string, doing: string): SavedMachine {
  try {
    return readState(openSource(path), stateTools, doing);
  } catch (error) {
    throw error instanceof AppError ? error : fileProblem(doing, error);
  }
}

function openSource(path: string): ByteSource {
  const file = openSync(path, 'r');
  const read = (into: Uint8Array, offset: number): void => {
    for (let done = 0; done < into.length;) {
      const count = readSync(file, into, done, into.length - done, offset + done);
      if (count === 0) throw new Error(`the file ends at ${offset + done}`);
      done += count;
    }
  };
  return { sizeBytes: fstatSync(file).size, read };
}

function writeFully(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done);
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
