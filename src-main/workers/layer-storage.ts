import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { LayerStorage } from '../../src-core/containers/layer-tree/layers-folder.ts';
import { LAYER_ARCHIVE, LAYER_INDEX } from '../../src-core/containers/layer-tree/file-names.ts';
import { hasCode } from '../service/os/file-problem.ts';

/** A container reads from a handful of layers at a time. */
const MOST_OPEN = 64;

/** The layers in a folder of this computer: by the digits of its diff id, its archive and its index for each. */
export class FolderLayerStorage implements LayerStorage {
  readonly #folder: string;
  /** The most lately used comes last. */
  readonly #open = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  index(layer: string): Uint8Array | null {
    return whereThere(() => readFileSync(join(this.#folder, layer, LAYER_INDEX)));
  }

  read(layer: string, into: Uint8Array, offset: number): number | null {
    const fd = this.#descriptor(layer);
    if (fd === null) return null;
    let done = 0;
    while (done < into.length) {
      const read = readSync(fd, into, done, into.length - done, offset + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }

  #descriptor(layer: string): number | null {
    const known = this.#open.get(layer);
    if (known !== undefined) {
      this.#open.delete(layer);
      this.#open.set(layer, known);
      return known;
    }
    const fd = whereThere(() => openSync(join(this.#folder, layer, LAYER_ARCHIVE), 'r'));
    if (fd === null) return null;
    this.#open.set(layer, fd);
    for (const [oldest, open] of this.#open) {
      if (this.#open.size <= MOST_OPEN) break;
      closeSync(open);
      this.#open.delete(oldest);
    }
    return fd;
  }
}

function whereThere<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
