import type { Dir, Dirent } from 'node:fs';
import { FILE_TYPE, FileError, type ListedEntry } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';

/**
 * Reads a directory to its end and closes it.
 * @param most entries that there is room for
 * @throws FileError ENOMEM when there are more
 */
export function readListing(directory: Dir, most: number): ListedEntry[] {
  const entries: ListedEntry[] = [];
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
      if (entries.length === most) throw new FileError('ENOMEM');
      // Opened with the encoding 'buffer', which the types do not know of.
      const name = (entry.name as unknown as Buffer).toString('latin1');
      entries.push({ name, type: typeOfEntry(entry) });
    }
    return entries;
  } finally {
    directory.closeSync();
  }
}

function typeOfEntry(entry: Dirent): number {
  if (entry.isFile()) return FILE_TYPE.file;
  if (entry.isDirectory()) return FILE_TYPE.directory;
  if (entry.isSymbolicLink()) return FILE_TYPE.link;
  if (entry.isFIFO()) return FILE_TYPE.fifo;
  if (entry.isSocket()) return FILE_TYPE.socket;
  if (entry.isCharacterDevice()) return FILE_TYPE.character;
  return entry.isBlockDevice() ? FILE_TYPE.block : 0;
}
