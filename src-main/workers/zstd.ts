import * as zlib from 'node:zlib';
import { decompress, init } from '@bokuweb/zstd-wasm';

/** Zstandard came to Node with 22.15; Electron's may be older, and needs a moment to get it otherwise. */
const isNodes = 'zstdDecompressSync' in zlib;

/** To be waited for once before `unpackZstd` is used in a thread. */
export async function prepareZstd(): Promise<void> {
  if (!isNodes) await init();
}

/** @param packed one frame and nothing else @throws when it is damaged, or more than `mostBytes` */
export function unpackZstd(packed: Uint8Array, mostBytes: number): Uint8Array {
  if (isNodes) return zlib.zstdDecompressSync(packed, { maxOutputLength: mostBytes });
  const plain = decompress(packed, { defaultHeapSize: mostBytes });
  if (plain.length > mostBytes) throw new Error('it is larger than it may be');
  return plain;
}
