import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { FileFacts, Files } from '../../../src-core/host/files.ts';
import { fileProblem, hasCode } from './file-problem.ts';

const BLOCK_BYTES = 512;
/** Of the file that is written before it takes its place: ".machine.json.0123456789ab". */
const DRAFT = /^\..+\.[0-9a-f]{12}$/;
const draftOf = (path: string): string => join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);

/** The files of this computer. */
export class NodeFiles implements Files {
  readonly isAbsolute = isAbsolute;
  readonly join = join;

  read(path: string): Promise<Uint8Array> {
    return named(`read ${path}`, () => readFile(path));
  }

  readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    return named(`read ${path}`, async () => {
      const handle = await open(path, 'r');
      try {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    });
  }

  /** A temporary file beside it takes the bytes; only when they are on the disk does it take the name. */
  writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
    const draft = draftOf(path);
    return named(`write ${path}`, async () => {
      try {
        await writeDurably(draft, bytes);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw error;
      }
      await flushDirectory(dirname(path));
    });
  }

  list(path: string): Promise<readonly string[]> {
    return named(`list ${path}`, async () => {
      try {
        return (await readdir(path)).sort();
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return [];
        throw error;
      }
    });
  }

  makeDirectory(path: string): Promise<void> {
    return named(`make the folder ${path}`, async () => {
      const first = await mkdir(path, { recursive: true });
      if (first === undefined) return;
      // Each new folder is an entry of the one above it, which is to be on the disk too.
      for (let made = path; made.length >= first.length; made = dirname(made)) await flushDirectory(dirname(made));
    });
  }

  rename(from: string, to: string): Promise<void> {
    return named(`move ${from} to ${to}`, async () => {
      await rename(from, to);
      await flushDirectory(dirname(to));
      if (dirname(from) !== dirname(to)) await flushDirectory(dirname(from));
    });
  }

  remove(path: string): Promise<void> {
    return named(`remove ${path}`, () => rm(path, { recursive: true, force: true }));
  }

  inspect(path: string): Promise<FileFacts | null> {
    return named(`look at ${path}`, async () => {
      try {
        const found = await stat(path);
        return {
          kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
          sizeBytes: found.size,
          allocatedBytes: found.blocks * BLOCK_BYTES,
          readable: await allows(path, constants.R_OK),
          writable: await allows(path, constants.W_OK),
          identity: `${found.dev}:${found.ino}`,
        };
      } catch (error) {
        if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return null;
        throw error;
      }
    });
  }
}

/** Removes what a violent death left of files on their way to their places, anywhere in a folder that nobody writes to. */
export async function removeDrafts(folder: string): Promise<void> {
  await named(`tidy up ${folder}`, async () => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await removeDrafts(path);
      else if (entry.isFile() && DRAFT.test(entry.name)) await rm(path);
    }
  });
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that a new name survives a power failure. Windows has no such thing, and needs none. */
async function flushDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function allows(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}

async function named<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileProblem(doing, error);
  }
}
