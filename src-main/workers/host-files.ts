import { fstatSync, openSync, readSync } from 'node:fs';
import type { BlockImage } from '../../src-core/disks/block-image.ts';
import type { DiskFormat } from '../../src-core/disks/format.ts';
import { openImage } from '../../src-core/disks/open-image.ts';
import { check, repairLeaks } from '../../src-core/disks/qcow2/check.ts';
import { Qcow2Image } from '../../src-core/disks/qcow2/qcow2-image.ts';
import type { ByteSource } from '../../src-core/machine/board-interface.ts';
import { diskDecompressors, diskFiles } from './disk-file.ts';

/** Fills `into` from a file, over however many reads it takes. @throws when the file ends before */
function readFully(fd: number, into: Uint8Array, offset: number): void {
  for (let done = 0; done < into.length;) {
    const count = readSync(fd, into, done, into.length - done, offset + done);
    if (count === 0) throw new Error(`the file ends at ${offset + done}`);
    done += count;
  }
}

/** A kernel, initrd or firmware. The thread's end closes it. */
export function openSource(path: string): ByteSource {
  const fd = openSync(path, 'r');
  return { sizeBytes: fstatSync(fd).size, read: (into, offset) => readFully(fd, into, offset) };
}

/**
 * A disk image. What goes wrong later (the host's disk is full) throws, and becomes an I/O error of the guest's.
 * @param allowBacking which files it may be built on; none without it
 * @throws AppError when it cannot be opened, or is damaged
 */
export function openDisk(
  path: string,
  readOnly: boolean,
  format: DiskFormat = 'raw',
  allowBacking: (path: string) => boolean = () => false,
): BlockImage {
  const image = openImage(diskFiles, path, { format, readOnly, decompressors: diskDecompressors, allowBacking });
  if (image instanceof Qcow2Image && !readOnly) tidy(image);
  return image;
}

/** A run that was killed may leave clusters counted that nothing uses. Looking for them in a large image takes too long. */
const MOST_TIDIED_BYTES = 16 * 1024 ** 3;

function tidy({ file, metadata }: Qcow2Image): void {
  if (file.sizeBytes > MOST_TIDIED_BYTES) return;
  const { corruptions, leaks } = check(metadata);
  if (corruptions === 0 && leaks > 0) repairLeaks(metadata);
}
