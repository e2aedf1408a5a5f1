import { AppError } from '../../base/errors.ts';
import { FORMAT_HEAD_BYTES } from '../../disks/format.ts';
import { clusterBytesOf, parseHeader } from '../../disks/qcow2/header.ts';
import { inspectMemoryLayer } from '../../machine/state/inspect-layer.ts';
import { LAYER_HEAD_BYTES } from '../../machine/state/layer-header.ts';
import type { Files } from '../../host/files.ts';

const MEMORY_FILE = /^([0-9a-f]{16})\.state$/;
const LAYER_FILE = /^([0-9a-f]{16})\.qcow2$/;

/** These and all that they are built on. @throws AppError when one cannot be read, or is built on itself */
export async function layersBelow(
  tops: readonly string[],
  below: (layer: string) => Promise<string | null>,
): Promise<string[]> {
  const reached = new Set<string>();
  for (const top of tops) {
    for (let layer: string | null = top; layer !== null && !reached.has(layer); layer = await below(layer)) {
      reached.add(layer);
    }
  }
  return [...reached];
}

/**
 * The layer that a disk layer is built on; null for none, or for an image's disk.
 * @throws AppError when it cannot be read, or is built on something else than these
 */
export async function diskBelow(files: Files, path: string): Promise<string | null> {
  const first = await files.readRange(path, 0, FORMAT_HEAD_BYTES);
  const { backing } = parseHeader(await files.readRange(path, 0, clusterBytesOf(first, path)), path);
  if (backing === null || backing.path.startsWith('../images/')) return null;
  const layer = LAYER_FILE.exec(backing.path)?.[1];
  if (layer !== undefined) return layer;
  const because = `it is built on ${backing.path}, which is no layer`;
  throw new AppError({ code: 'corrupt', doing: `use the disk ${path}`, because });
}

/** The layer that a memory layer is a delta on; null for one that stands alone. @throws AppError */
export async function memoryBelow(files: Files, path: string): Promise<string | null> {
  const { base } = inspectMemoryLayer(await files.readRange(path, 0, LAYER_HEAD_BYTES), `use the saved state ${path}`);
  if (base === null) return null;
  const layer = MEMORY_FILE.exec(base)?.[1];
  if (layer !== undefined) return layer;
  const because = `it is built on ${base}, which is no layer`;
  throw new AppError({ code: 'corrupt', doing: `use the saved state ${path}`, because });
}
