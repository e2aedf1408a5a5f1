import * as zlib from 'node:zlib';
import { decompress, init } from '@bokuweb/zstd-wasm';
import type { Unpackers } from '../../src-core/images/bootable/kernel-file.ts';

/** Zstandard came to Node with 22.15; Electron's may be older, and takes a moment to get it otherwise. */
const ownZstd = 'zstdDecompressSync' in zlib;

/** To be waited for once before `kernelUnpackers` is used. */
export async function prepareUnpackers(): Promise<void> {
  if (!ownZstd) await init();
}

/** What kernels are compressed with, as far as it can be unpacked at once. */
export function kernelUnpackers(): Unpackers {
  return {
    gzip: (packed, mostBytes) => zlib.gunzipSync(packed, { maxOutputLength: mostBytes }),
    zstd: (packed, mostBytes) =>
      ownZstd
        ? zlib.zstdDecompressSync(packed, { maxOutputLength: mostBytes })
        : decompress(packed, { defaultHeapSize: mostBytes }),
  };
}
