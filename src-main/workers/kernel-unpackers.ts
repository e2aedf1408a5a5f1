import { gunzipSync } from 'node:zlib';
import type { Unpackers } from '../../src-core/images/bootable/kernel-file.ts';
import { unpackZstd } from './zstd.ts';

/** What kernels are compressed with, as far as it can be unpacked at once; `prepareZstd` comes first. */
export const kernelUnpackers: Unpackers = {
  gzip: (packed, mostBytes) => gunzipSync(packed, { maxOutputLength: mostBytes }),
  zstd: unpackZstd,
};
