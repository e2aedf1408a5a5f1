import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** What files take packed with gzip, in bytes. */
export async function packedSize(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) {
    await pipeline(createReadStream(path), createGzip(), async (packed: AsyncIterable<Buffer>) => {
      for await (const piece of packed) bytes += piece.length;
    });
  }
  return bytes;
}
