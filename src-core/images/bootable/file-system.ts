/** Files of a file system, for reading only. Paths begin with "/"; links are followed within it. */
export interface FileSystem {
  readonly kind: 'ext' | 'fat';
  /** As Linux tells it in `UUID=`. */
  readonly uuid: string;
  /** Names in a directory; null where there is no such directory. @throws AppError 'corrupt' */
  list(path: string): readonly string[] | null;
  /** All of a file; null where there is no such file. @throws AppError 'corrupt', also when it is larger than `mostBytes` */
  read(path: string, mostBytes: number): Uint8Array | null;
}
