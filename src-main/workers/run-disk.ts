import { basename, dirname, join } from 'node:path';
import { AppError } from '../../src-core/base/errors.ts';
import type { BlockImage } from '../../src-core/disks/block-image.ts';
import type { RunDiskSpec } from '../../src-core/hypervisor/runner.ts';
import type { DiskInSlot } from '../../src-core/machine/board-interface.ts';
import { openDisk } from './host-files.ts';

/** A disk of a machine that runs. The file below it may be exchanged between two requests for one that shows the same. */
export class RunDisk implements DiskInSlot {
  readonly #spec: RunDiskSpec;
  #image: BlockImage;

  /** @throws AppError when it cannot be opened, or is damaged */
  constructor(spec: RunDiskSpec) {
    this.#spec = spec;
    this.#image = open(spec, spec.path);
  }

  get slot(): number {
    return this.#spec.slot;
  }

  get sizeBytes(): number {
    return this.#image.sizeBytes;
  }

  get readOnly(): boolean {
    return this.#image.readOnly;
  }

  read(into: Uint8Array, offset: number): void {
    this.#image.read(into, offset);
  }

  write(from: Uint8Array, offset: number): void {
    this.#image.write(from, offset);
  }

  flush(): void {
    this.#image.flush();
  }

  discard(offset: number, length: number): void {
    this.#image.discard(offset, length);
  }

  writeZeroes(offset: number, length: number, options: { readonly keepAllocated: boolean }): void {
    this.#image.writeZeroes(offset, length, options);
  }

  /** Makes it larger, durably; the new part reads as zeros. @throws AppError */
  grow(sizeBytes: number): void {
    this.#image.grow(sizeBytes);
    this.#image.flush();
  }

  /**
   * Opens what this disk is to go on in, which must be built on what it is in now; what was written has to be flushed.
   * Nothing changes before `goOnIn`. @throws AppError
   */
  openTop(path: string): BlockImage {
    const top = open(this.#spec, path);
    if (top.sizeBytes === this.sizeBytes && !top.readOnly) return top;
    top.close();
    const because = 'it is not of the same size, or cannot be written';
    throw new AppError({ code: 'corrupt', doing: `go on in the disk ${path}`, because });
  }

  /** From here on everything is written to `top`. */
  goOnIn(top: BlockImage): void {
    const before = this.#image;
    this.#image = top;
    try {
      before.close();
    } catch {
      // It was flushed before `top` was opened, and not written since: nothing can be lost with it.
    }
  }

  /** Flushes what was written and lets go of the files. */
  close(): void {
    this.#image.close();
  }
}

function open({ readOnly, format, own }: RunDiskSpec, path: string): BlockImage {
  return openDisk(path, readOnly, format, own ? (backing) => isLayer(path, backing) : undefined);
}

/**
 * A disk of ours may be built on another in its folder, and on an image's: images/NAME/… beside that folder. On nothing
 * else, so that a disk that was brought here from outside cannot show a guest any file of this computer.
 */
export function isLayer(top: string, backing: string): boolean {
  const pool = dirname(top);
  const folder = dirname(backing);
  if (folder === pool) return true;
  const images = join(dirname(pool), 'images');
  return dirname(folder) === images && basename(folder) !== '..';
}
