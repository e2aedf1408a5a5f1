import { fstatSync, openSync, readSync, readvSync, writevSync } from 'node:fs';
import type { ByteSource } from '../../src-core/machine/board-interface.ts';

/** POSIX, IOV_MAX: no system takes more at once than Linux does, and few take less. */
const MOST_PIECES = 1000;

/** A file whose handle the thread's end closes. */
interface FileSource extends ByteSource {
  readonly file: number;
}

/** @throws Error of Node's when it cannot be opened */
export function fileSource(path: string): FileSource {
  const file = openSync(path, 'r');
  const read = (into: Uint8Array, offset: number): void => {
    for (let done = 0; done < into.length;) {
      const count = readSync(file, into, done, into.length - done, offset + done);
      if (count === 0) throw new Error(`the file ends at ${offset + done}`);
      done += count;
    }
  };
  return { file, sizeBytes: fstatSync(file).size, read };
}

/** Fills pieces with what stands in a file one behind the other, in few calls. @throws Error when the file ends before */
export function readPieces(source: ByteSource, pieces: readonly Uint8Array[], offset: number): void {
  const { file } = source as FileSource;
  let at = offset;
  inTurns(pieces, (some) => {
    const count = readvSync(file, some, at);
    if (count === 0) throw new Error(`the file ends at ${at}`);
    at += count;
    return count;
  });
}

/** Appends pieces to a file. @returns their bytes */
export function writePieces(file: number, pieces: readonly Uint8Array[]): number {
  let bytes = 0;
  inTurns(pieces, (some) => {
    const count = writevSync(file, some);
    bytes += count;
    return count;
  });
  return bytes;
}

/** @param move moves the first bytes of what it is shown, and says how many */
function inTurns(pieces: readonly Uint8Array[], move: (some: readonly Uint8Array[]) => number): void {
  const left = pieces.filter(({ length }) => length > 0);
  for (let first = 0; first < left.length;) {
    let moved = move(left.slice(first, first + MOST_PIECES));
    for (; moved > 0; first++) {
      const piece = left[first];
      if (!piece) break;
      if (moved < piece.length) {
        left[first] = piece.subarray(moved);
        break;
      }
      moved -= piece.length;
    }
  }
}
