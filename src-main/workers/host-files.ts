import { fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { BlockBackend, ByteSource } from '../../src-core/machine/board-interface.ts';

/** Fills `into` from a file, over however many reads it takes. @throws when the file ends before */
function readFully(fd: number, into: Uint8Array, offset: number): void {
  for (let done = 0; done < into.length;) {
    const count = readSync(fd, into, done, into.length - done, offset + done);
    if (count === 0) throw new Error(`the file ends at ${offset + done}`);
    done += count;
  }
}

function writeFully(fd: number, from: Uint8Array, offset: number): void {
  for (let done = 0; done < from.length;) done += writeSync(fd, from, done, from.length - done, offset + done);
}

/** A kernel, initrd or firmware. The thread's end closes it. */
export function openSource(path: string): ByteSource {
  const fd = openSync(path, 'r');
  return { sizeBytes: fstatSync(fd).size, read: (into, offset) => readFully(fd, into, offset) };
}

/** A raw disk image. What goes wrong (the host's disk is full) throws, and becomes an I/O error of the guest's. */
export function openDisk(path: string, readOnly: boolean): BlockBackend {
  const fd = openSync(path, readOnly ? 'r' : 'r+');
  return {
    sizeBytes: fstatSync(fd).size,
    readOnly,
    read: (into, offset) => readFully(fd, into, offset),
    write: (from, offset) => writeFully(fd, from, offset),
    flush: () => fdatasyncSync(fd),
  };
}
