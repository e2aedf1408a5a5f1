import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { ByteSource } from '../../../src-core/images/formats/byte-source.ts';

/** RFC 1952, "Member header": the operating system; 255 for an unknown one. */
const OS_AT = 9;
const UNKNOWN_OS = 255;
/** As docker packs layers; more takes much longer for a little less. */
const LEVEL = 6;

/** gzip without a name, a time or a word about this computer: the same bytes everywhere. */
export async function* gzip(source: ByteSource): AsyncGenerator<Uint8Array, void, void> {
  const packer = createGzip({ level: LEVEL, chunkSize: 256 * 1024 });
  const input = Readable.from(source, { objectMode: false });
  let failure: Error | undefined;
  input.on('error', (error) => {
    failure = error;
    packer.destroy();
  });
  input.pipe(packer);
  let at = 0;
  try {
    for await (const chunk of packer as AsyncIterable<Buffer>) {
      if (at <= OS_AT && at + chunk.length > OS_AT) chunk[OS_AT - at] = UNKNOWN_OS;
      at += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw failure ?? error;
  } finally {
    input.destroy();
    packer.destroy();
  }
}
