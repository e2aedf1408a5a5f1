import type { FileSystem } from './file-system.ts';
import type { Partition } from './partitions.ts';

/** A file system on a disk, and where it is. */
export interface Volume {
  readonly partition: Partition;
  readonly files: FileSystem;
}
