import type { ByteSource } from './byte-source.ts';

export const COMPRESSIONS = ['none', 'gzip', 'xz', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/**
 * Opens compressed bytes; the result ends with an AppError 'corrupt' when they are damaged or end early.
 * Errors of `source` itself come through as they are. Whoever stops reading early must return the iterator, as
 * `for await` does.
 * @param what for the message of an error
 */
export type Decompress = (compression: Compression, source: ByteSource, what: string) => ByteSource;

const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** By the first bytes of a file. */
export function detectCompression(bytes: Uint8Array): Compression {
  const found = MAGIC.find(([, magic]) => magic.every((byte, at) => bytes[at] === byte));
  return found?.[0] ?? 'none';
}

const SUFFIXES: readonly (readonly [string, Compression])[] = [
  ['.gz', 'gzip'],
  ['.xz', 'xz'],
  ['.zst', 'zstd'],
];

/** By a file name: "data.tar.xz" is "data.tar" in xz. */
export function compressionByName(name: string): { readonly base: string; readonly compression: Compression } {
  const found = SUFFIXES.find(([suffix]) => name.endsWith(suffix));
  if (found === undefined) return { base: name, compression: 'none' };
  return { base: name.slice(0, -found[0].length), compression: found[1] };
}
