/**
 * The files of this computer, as far as the core needs them. Every failure is an `AppError` whose `doing` names
 * the path: 'disk-full' when there is no room, 'denied' when it is forbidden, 'not-found', else 'unavailable'.
 */
export interface Files {
  readonly isAbsolute: (path: string) => boolean;
  readonly join: (...parts: string[]) => string;
  /** @throws AppError 'not-found' */
  read(path: string): Promise<Uint8Array>;
  /** Reads at most `length` bytes; fewer where the file ends. @throws AppError 'not-found' */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array>;
  /**
   * Puts a whole new content in place: after a crash at any moment the file holds the old bytes or the new ones,
   * and once this resolves, the new ones.
   */
  writeAtomically(path: string, bytes: Uint8Array): Promise<void>;
  /** Names in a directory, sorted; empty when there is no such directory. */
  list(path: string): Promise<readonly string[]>;
  /** Makes the directory and its parents, durably. */
  makeDirectory(path: string): Promise<void>;
  /** Moves within one file system, atomically and durably. The target must not be there. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a whole directory; what is not there is fine. */
  remove(path: string): Promise<void>;
  /** What is at a path; null when nothing is. */
  inspect(path: string): Promise<FileFacts | null>;
}

export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other';
  readonly sizeBytes: number;
  /** What it really takes of the disk: less than its size when it has holes. */
  readonly allocatedBytes: number;
  readonly readable: boolean;
  readonly writable: boolean;
  /** The same for two paths that lead to one file. */
  readonly identity: string;
}
