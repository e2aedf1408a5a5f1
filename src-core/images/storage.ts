import type { ByteSource } from './formats/byte-source.ts';

/**
 * A folder of the outside in which images or downloads are kept. Paths are relative, with "/" between plain names.
 * All calls fail with an AppError: 'disk-full' when there is no room, 'denied' or 'unavailable' otherwise.
 */
export interface Storage {
  /** Where a path is on this computer. */
  absolute(path: string): string;
  /** Names in a folder, sorted; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Undefined where there is no such file. */
  stat(path: string): Promise<{ readonly sizeBytes: number; readonly modifiedAt: number } | undefined>;
  /** A file's bytes, in chunks of at most some hundred kilobytes. */
  read(path: string): ByteSource;
  /** Makes a folder and those above it. */
  makeFolder(path: string): Promise<void>;
  /** Starts a new file; folders above it are made. */
  create(path: string): Promise<FileSink>;
  /** Gives a file or folder another name, at once and for good (what holds the names is flushed too). */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a whole folder; one that is not there is fine. */
  remove(path: string): Promise<void>;
}

/** A file that is being written. */
export interface FileSink {
  write(bytes: Uint8Array): Promise<void>;
  /** Flushed to the disk and closed. */
  finish(): Promise<void>;
  /** Closed; what was written is of no use any more. */
  abandon(): Promise<void>;
}
