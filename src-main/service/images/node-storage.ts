import { createReadStream, type Dirent } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { AppError, assert, type ErrorCode } from '../../../src-core/base/errors.ts';
import type { ByteSource } from '../../../src-core/images/formats/byte-source.ts';
import type { FileSink, Storage } from '../../../src-core/images/storage.ts';

const READ_CHUNK_BYTES = 256 * 1024;

/** A folder of this computer's file system. */
export class NodeStorage implements Storage {
  readonly #root: string;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  absolute(path: string): string {
    const full = resolve(this.#root, path);
    assert(full === this.#root || full.startsWith(this.#root + sep), `"${path}" stays in its folder`);
    return full;
  }

  async list(folder: string): Promise<readonly string[]> {
    const entries = await this.#try('list', folder, (full) => readdir(full, { withFileTypes: true }));
    return (entries ?? []).map((entry: Dirent) => entry.name).sort();
  }

  async stat(path: string): Promise<{ sizeBytes: number; modifiedAt: number } | undefined> {
    const info = await this.#try('look at', path, (full) => stat(full));
    return info === undefined ? undefined : { sizeBytes: info.size, modifiedAt: info.mtimeMs };
  }

  async *read(path: string): ByteSource {
    const stream = createReadStream(this.absolute(path), { highWaterMark: READ_CHUNK_BYTES });
    try {
      for await (const chunk of stream) yield chunk as Buffer;
    } catch (error) {
      throw fileError('read', path, error);
    } finally {
      stream.destroy();
    }
  }

  async makeFolder(path: string): Promise<void> {
    await this.#always('make', path, (full) => mkdir(full, { recursive: true }));
  }

  async create(path: string): Promise<FileSink> {
    await this.makeFolder(dirname(path));
    const handle = await this.#always('write', path, (full) => open(full, 'wx'));
    return new NodeFileSink(handle, path);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.makeFolder(dirname(to));
    // What is inside a folder must be on the disk before its new name is.
    await syncFolder(this.absolute(from));
    await this.#always('rename', from, (full) => rename(full, this.absolute(to)));
    await syncFolder(dirname(this.absolute(to)));
  }

  async remove(path: string): Promise<void> {
    await this.#always('remove', path, (full) => rm(full, { recursive: true, force: true }));
  }

  /** Undefined where there is no such file. */
  async #try<T>(doing: string, path: string, act: (full: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await act(this.absolute(path));
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw fileError(doing, this.absolute(path), error);
    }
  }

  async #always<T>(doing: string, path: string, act: (full: string) => Promise<T>): Promise<T> {
    try {
      return await act(this.absolute(path));
    } catch (error) {
      throw fileError(doing, this.absolute(path), error);
    }
  }
}

/** A file that is being written. */
export class NodeFileSink implements FileSink {
  readonly #handle: FileHandle;
  readonly #path: string;
  #open = true;

  constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += (await this.#handle.write(bytes, at)).bytesWritten;
    } catch (error) {
      throw fileError('write', this.#path, error);
    }
  }

  async finish(): Promise<void> {
    try {
      await this.#handle.sync();
      this.#open = false;
      await this.#handle.close();
    } catch (error) {
      throw fileError('write', this.#path, error);
    }
  }

  async abandon(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    // The failure that led here is the one to be told.
    await this.#handle.close().catch(() => undefined);
  }
}

/** Folders cannot be flushed on Windows, where names are safe once the call returns. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw fileError('open', path, error);
  });
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const CODES: Readonly<Record<string, { readonly code: ErrorCode; readonly because: string; readonly hint: string }>> = {
  ENOSPC: { code: 'disk-full', because: 'the disk is full', hint: 'Make room on the disk and try again.' },
  EDQUOT: { code: 'disk-full', because: 'the disk quota is used up', hint: 'Make room on the disk and try again.' },
  EACCES: { code: 'denied', because: 'it is not allowed', hint: 'Check who owns the folder.' },
  EPERM: { code: 'denied', because: 'it is not allowed', hint: 'Check who owns the folder.' },
  EROFS: { code: 'denied', because: 'the disk is read-only', hint: 'Choose a folder that can be written to.' },
  ENOENT: { code: 'not-found', because: 'it is not there', hint: 'Try again.' },
};

function fileError(doing: string, path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const known = CODES[codeOf(error) ?? ''];
  const message = error instanceof Error ? error.message : String(error);
  const { code, because, hint } = known ?? { code: 'unavailable', because: message, hint: 'Check the disk.' };
  return new AppError({ code, doing: `${doing} ${path}`, because, hint, cause: error, data: { path } });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
