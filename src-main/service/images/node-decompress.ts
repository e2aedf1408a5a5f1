import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import * as zlib from 'node:zlib';
import xzDecompress from 'xz-decompress';
import { AppError } from '../../../src-core/base/errors.ts';
import { corrupt, type ByteSource } from '../../../src-core/images/formats/byte-source.ts';
import type { Compression, Decompress } from '../../../src-core/images/formats/compression.ts';
import { zstdWithoutNode } from './zstd-wasm.ts';

const { XzReadableStream } = xzDecompress;

/** Work between two turns of the event loop; the window and the guests' terminals share it. */
const TURN_MS = 10;

/** Decompression with what Node and WebAssembly offer. */
export const nodeDecompress: Decompress = (compression, source, what) => {
  if (compression === 'none') return source;
  return decompressed(compression, source, what);
};

async function* decompressed(
  compression: Exclude<Compression, 'none'>,
  source: ByteSource,
  what: string,
): AsyncGenerator<Uint8Array, void, void> {
  // Damaged data and a failing source end the same stream; which of both it was is noted on the way in.
  let sourceError: Error | undefined;
  const noted = noting(source, (error) => (sourceError = error instanceof Error ? error : new Error(String(error))));
  let turn = performance.now();
  try {
    for await (const chunk of decoder(compression, noted)) {
      if (chunk.length > 0) yield chunk;
      if (performance.now() - turn > TURN_MS) {
        await new Promise((resume) => setImmediate(resume));
        turn = performance.now();
      }
    }
  } catch (error) {
    if (sourceError !== undefined) throw sourceError;
    throw error instanceof AppError ? error : corrupt(what, 'its compressed data is wrong or ends early', error);
  }
}

function decoder(compression: Exclude<Compression, 'none'>, source: ByteSource): ByteSource {
  switch (compression) {
    case 'gzip':
      return piped(source, zlib.createGunzip());
    case 'xz':
      return xz(source);
    case 'zstd':
      // From Node 22.15 on; Electron's may be older.
      return 'createZstdDecompress' in zlib ? piped(source, zlib.createZstdDecompress()) : zstdWithoutNode(source);
  }
}

async function* noting(source: ByteSource, note: (error: unknown) => void): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* source;
  } catch (error) {
    note(error);
    throw error;
  }
}

async function* piped(source: ByteSource, decoder: NodeJS.ReadWriteStream & { destroy(): void }): ByteSource {
  const input = Readable.from(source, { objectMode: false });
  input.on('error', () => decoder.destroy());
  input.pipe(decoder);
  try {
    for await (const chunk of decoder) yield chunk as Buffer;
  } finally {
    input.destroy();
    decoder.destroy();
  }
}

/** One at a time in the whole process, says the library: so a stream that is given up must be cancelled. */
async function* xz(source: ByteSource): ByteSource {
  const input = ReadableStream.from(withoutEmpty(source));
  const reader = new XzReadableStream(input).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    // Of a stream that failed, cancel tells the failure again.
    await reader.cancel().catch(() => undefined);
  }
}

/** The library takes an empty chunk for the end. */
async function* withoutEmpty(source: ByteSource): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of source) if (chunk.length > 0) yield chunk;
}
