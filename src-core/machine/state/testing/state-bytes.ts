import { crc32 } from 'node:zlib';
import { AppError } from '../../../base/errors.ts';
import type { ByteSource } from '../../board-interface.ts';
import type { Board } from '../../board/board.ts';
import type { LayerBase } from '../layer-header.ts';
import type { MachineState } from '../machine-state.ts';
import { PAGE_BYTES } from '../memory-runs.ts';
import { readLayer, type LayerFolder, type SavedLayer } from '../read-layer.ts';
import { writeLayer, type LayerContents, type StateTools } from '../write-layer.ts';

export const testTools: StateTools = {
  crc32: (bytes) => crc32(bytes),
  compare: (a, b) => Buffer.compare(a, b),
};

/** A whole layer. */
export function stateBytes(state: MachineState, ram: Uint8Array): Uint8Array<ArrayBuffer> {
  return layerBytes({ state, ram, written: new Uint8Array(ram.length / PAGE_BYTES).fill(1) }, null);
}

export function layerBytes(contents: LayerContents, base: LayerBase | null): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const write = (pieces: readonly Uint8Array[]): void => void parts.push(...pieces.map((piece) => piece.slice()));
  writeLayer({ write }, contents, base, testTools);
  return Uint8Array.from(Buffer.concat(parts));
}

/** A source that must not be read beyond its end. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  const read = (into: Uint8Array, offset: number): void => {
    if (offset + into.length > bytes.length) throw new RangeError('read beyond the end');
    into.set(bytes.subarray(offset, offset + into.length));
  };
  return { sizeBytes: bytes.length, read };
}

/** A folder of layers in memory. */
export class MemoryLayers implements LayerFolder {
  readonly files = new Map<string, Uint8Array>();

  open(name: string): ByteSource {
    const bytes = this.files.get(name);
    if (bytes) return sourceOf(bytes);
    throw new AppError({ code: 'not-found', doing: `open ${name}`, because: 'there is no such file' });
  }

  read(name: string): SavedLayer {
    return readLayer(this, name, testTools, 'resume machine web');
  }

  /** Takes a board's state, as a thread does: the next layer can be a delta on this one. */
  save(name: string, board: Board, base: LayerBase | null): SavedLayer {
    this.files.set(name, layerBytes({ state: board.save(), ram: board.ram.bytes, written: board.written }, base));
    board.forgetWritten();
    return this.read(name);
  }
}

/** A machine out of the bytes of a whole layer. */
export function savedIn(bytes: Uint8Array): SavedLayer {
  const layers = new MemoryLayers();
  layers.files.set('layer', bytes);
  return layers.read('layer');
}
