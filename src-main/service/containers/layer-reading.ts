import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerReading } from '../../../src-core/containers/build/layered-tree.ts';
import { LAYER_ARCHIVE, LAYER_INDEX } from '../../../src-core/containers/layer-tree/file-names.ts';
import { decodeIndex } from '../../../src-core/containers/layer-tree/layer-index.ts';
import { fileProblem } from '../os/file-problem.ts';

const CHUNK_BYTES = 256 * 1024;

/** Reads layers in the folder where they are kept. */
export function readingLayers(folder: string): LayerReading {
  const place = (diffId: string, file: string): string => join(folder, diffId.replace(/^sha256:/, ''), file);
  return {
    index: async (diffId) => {
      const doing = `read layer ${diffId}`;
      const bytes = await readFile(place(diffId, LAYER_INDEX)).catch((error: unknown) => {
        throw fileProblem(doing, error);
      });
      return decodeIndex(bytes, `layer ${diffId}`);
    },
    content: (diffId, offset, sizeBytes) => content(place(diffId, LAYER_ARCHIVE), offset, sizeBytes),
  };
}

async function* content(path: string, offset: number, sizeBytes: number): AsyncGenerator<Uint8Array, void, void> {
  if (sizeBytes === 0) return;
  const range = { start: offset, end: offset + sizeBytes - 1, highWaterMark: CHUNK_BYTES };
  try {
    for await (const chunk of createReadStream(path, range)) yield chunk as Buffer;
  } catch (error) {
    throw fileProblem(`read ${path}`, error);
  }
}
