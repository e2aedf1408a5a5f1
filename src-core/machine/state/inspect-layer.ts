import { AppError } from '../../base/errors.ts';
import { crc32 } from './crc32.ts';
import { decodeHeader, isFollowable } from './layer-header.ts';

/** What a memory layer says of itself. */
export interface MemoryLayerFacts {
  /** Name of the file in the same folder that it is a delta on; null when it stands alone. */
  readonly base: string | null;
  /** How many layers are below it. */
  readonly depth: number;
  /** Of the guest; null where only the document tells it (version 1). */
  readonly memoryBytes: number | null;
  readonly version: number;
}

/**
 * What a memory layer is, by its first LAYER_HEAD_BYTES (or all of a shorter file).
 * @throws AppError 'corrupt' when it is none or damaged, 'not-supported' when a newer Innkeeper wrote it
 */
export function inspectMemoryLayer(head: Uint8Array, doing: string): MemoryLayerFacts {
  const header = decodeHeader(head, crc32, doing);
  const wrong = typeof header === 'string' ? header : isFollowable(header) ? null : 'what it is built on';
  if (typeof header === 'string' || wrong !== null)
    throw new AppError({ code: 'corrupt', doing, because: `a saved state is damaged (${wrong})` });
  const { base, depth, memoryBytes, version } = header;
  return { base: base?.name ?? null, depth, memoryBytes, version };
}
