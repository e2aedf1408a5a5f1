import * as zstd from '@bokuweb/zstd-wasm';
import { collect, corrupt, type ByteSource } from '../../../src-core/images/formats/byte-source.ts';

const MAX_PACKED_BYTES = 256 * 1024 * 1024;
/** The library allocates what a frame claims to hold, and does not check that it got it. */
const MAX_PLAIN_BYTES = 512 * 1024 * 1024;
/** Where a frame does not tell its size. */
const FIRST_GUESS_BYTES = 16 * 1024 * 1024;

let ready: Promise<void> | undefined;

/** zstd for a Node without it: the whole in memory, since the library knows no streams. */
export async function* zstdWithoutNode(source: ByteSource): ByteSource {
  ready ??= zstd.init();
  await ready;
  const packed = await collect(source, MAX_PACKED_BYTES, 'zstd data');
  const size = zstdContentSize(packed);
  if (size !== undefined && size > MAX_PLAIN_BYTES) throw corrupt('zstd data', 'it is too large');
  yield decompressWithin(packed, size ?? FIRST_GUESS_BYTES);
}

function decompressWithin(packed: Uint8Array, guess: number): Uint8Array {
  for (let size = guess; ; size *= 4) {
    try {
      return zstd.decompress(packed, { defaultHeapSize: size });
    } catch (error) {
      if (size * 4 > MAX_PLAIN_BYTES) throw error;
    }
  }
}

/** RFC 8878, "Frame Header": the size of the content, where the frame tells it. */
export function zstdContentSize(frame: Uint8Array): number | undefined {
  const descriptor = frame[4];
  if (descriptor === undefined) return undefined;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const flag = descriptor >> 6;
  const sizeBytes = flag === 0 ? (isSingleSegment ? 1 : 0) : 1 << flag;
  const at = 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  if (sizeBytes === 0 || at + sizeBytes > frame.length) return undefined;
  let size = 0;
  for (let index = sizeBytes - 1; index >= 0; index--) size = size * 256 + (frame[at + index] ?? 0);
  return flag === 1 ? size + 256 : size;
}
