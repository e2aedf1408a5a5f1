import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import * as zlib from 'node:zlib';
import { AppError } from '../../src-core/base/errors.ts';
import type { BlockFile } from '../../src-core/disks/block-file.ts';
import type { ImageFiles } from '../../src-core/disks/open-image.ts';
import type { Decompressors } from '../../src-core/disks/qcow2/compressed.ts';
import { zstdFrameBytes } from './zstd-frame.ts';
import { unpackZstd } from './zstd.ts';

/** A file of this computer under a disk image. What goes wrong becomes an I/O error of the guest's, or a message. */
export class DiskFile implements BlockFile {
  readonly name: string;
  readonly readOnly: boolean;
  readonly #fd: number;
  #sizeBytes: number;
  #isOpen = true;
  /** Something was written that may not be on stable storage yet, perhaps by who had the file before. */
  #isUnsafe = true;

  /** @param create makes an empty file, which must not be there yet */
  constructor(path: string, readOnly: boolean, create = false) {
    this.name = path;
    this.readOnly = readOnly;
    this.#fd = attempt(path, 'open', () => openSync(path, create ? 'wx+' : readOnly ? 'r' : 'r+'));
    this.#sizeBytes = attempt(path, 'open', () => fstatSync(this.#fd).size);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  read(into: Uint8Array, offset: number): void {
    for (let done = 0; done < into.length;) {
      const count = attempt(this.name, 'read', () => readSync(this.#fd, into, done, into.length - done, offset + done));
      if (count === 0) {
        into.fill(0, done);
        return;
      }
      done += count;
    }
  }

  write(from: Uint8Array, offset: number): void {
    this.#isUnsafe = true;
    for (let done = 0; done < from.length;) {
      done += attempt(this.name, 'write', () => writeSync(this.#fd, from, done, from.length - done, offset + done));
      this.#sizeBytes = Math.max(this.#sizeBytes, offset + done);
    }
  }

  truncate(sizeBytes: number): void {
    this.#isUnsafe = true;
    attempt(this.name, 'resize', () => ftruncateSync(this.#fd, sizeBytes));
    this.#sizeBytes = sizeBytes;
  }

  /** Costs nothing where nothing was written since: a machine is flushed as often as it is kept or copied. */
  flush(): void {
    if (!this.#isUnsafe) return;
    attempt(this.name, 'write', () => fdatasyncSync(this.#fd));
    this.#isUnsafe = false;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#fd);
  }
}

function attempt<T>(path: string, verb: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
    throw new AppError({
      code: full ? 'disk-full' : code === 'ENOENT' ? 'not-found' : code === 'EACCES' ? 'denied' : 'unavailable',
      doing: `${verb} ${path}`,
      because: full ? 'there is no room on the disk for it' : cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

/** Images among the files of this computer. */
export const diskFiles: ImageFiles = {
  open: (path, readOnly) => new DiskFile(path, readOnly),
  resolve: (imagePath, backingPath) =>
    isAbsolute(backingPath) ? resolve(backingPath) : resolve(dirname(imagePath), backingPath),
};

/** For compressed clusters. Where Node knows no Zstandard, `prepareZstd` comes first. */
export const diskDecompressors: Decompressors = {
  deflate: (packed, plainBytes) => zlib.inflateRawSync(packed, { maxOutputLength: plainBytes }),
  zstd: (packed, plainBytes) => unpackZstd(packed.subarray(0, zstdFrameBytes(packed)), plainBytes),
};
