import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-core/base/errors.ts';
import { fileProblem } from '../../service/os/file-problem.ts';
import type { CopyEntry } from './copy-entry.ts';

const NOTHING: AsyncIterable<Uint8Array> = (async function* () {
  // A directory or a link has no content.
})();

/** What this computer has at a path, a directory before what is in it. @throws AppError */
export async function* entriesFromHost(path: string, doing: string): AsyncGenerator<CopyEntry, void, void> {
  try {
    yield* walk(path, '');
  } catch (error) {
    throw fileProblem(doing, error);
  }
}

async function* walk(path: string, inner: string): AsyncGenerator<CopyEntry, void, void> {
  const stats = await lstat(path);
  const type = typeOf(stats);
  yield {
    ...{ path: inner, type, mode: stats.mode & 0o7777, modifiedAt: stats.mtimeMs / 1000 },
    sizeBytes: type === 'file' ? stats.size : 0,
    target: type === 'symlink' ? await readlink(path) : '',
    content: type === 'file' ? contentOf(path, stats.size) : NOTHING,
  };
  if (type !== 'directory') return;
  for (const name of (await readdir(path)).sort())
    yield* walk(join(path, name), inner === '' ? name : `${inner}/${name}`);
}

function typeOf(stats: Stats): CopyEntry['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'special';
}

/** Exactly as many bytes as were promised, also of a file that grows meanwhile. */
async function* contentOf(path: string, sizeBytes: number): AsyncGenerator<Uint8Array, void, void> {
  if (sizeBytes === 0) return;
  let read = 0;
  for await (const chunk of createReadStream(path, { end: sizeBytes - 1, highWaterMark: 256 * 1024 })) {
    const bytes = chunk as Buffer;
    read += bytes.length;
    yield bytes;
  }
  if (read === sizeBytes) return;
  throw new AppError({ code: 'unavailable', doing: `read ${path}`, because: 'it became shorter while it was copied' });
}
