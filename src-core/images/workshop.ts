import type { BuilderMachine } from './builder-machine.ts';
import type { AbortSignalLike } from './image.ts';
import type { ByteSource } from './formats/byte-source.ts';
import type { Decompress } from './formats/compression.ts';
import type { Storage } from './storage.ts';

/** All that building images needs of the outside. */
export interface Workshop {
  /** The data directory's folder of images. */
  readonly images: Storage;
  /** Where downloads are kept; it may be emptied at any time. */
  readonly cache: Storage;
  readonly fetcher: Fetcher;
  readonly decompress: Decompress;
  readonly verifyClearSigned: VerifyClearSigned;
  /** Runs what is a guest's to do. */
  readonly builder: BuilderMachine;
  sha256(): Hasher;
  /** For what others wrote down so (dpkg's configuration files); it protects from nobody. */
  md5(): Hasher;
  /** Milliseconds since 1970. */
  now(): number;
  /** A name that nobody else uses at this time. */
  uniqueName(): string;
}

/** Gets files of the network. */
export interface Fetcher {
  /**
   * @returns the body, from a server that answered "here it is"
   * @throws AppError 'not-found' | 'network' | 'cancelled'; reading the body throws the latter two as well
   */
  open(
    url: string,
    signal: AbortSignalLike,
  ): Promise<{ readonly sizeBytes: number | undefined; readonly body: ByteSource }>;
}

export interface Hasher {
  update(bytes: Uint8Array): void;
  /** In lower-case hexadecimal digits. */
  digest(): string;
}

/** A message with its signatures, an OpenPGP "cleartext signature framework" (RFC 9580). */
export interface ClearSigned {
  readonly message: Uint8Array;
  /** Keyrings as files hold them: certificates one after another, binary or armored. */
  readonly keyrings: readonly Uint8Array[];
  /** Full fingerprints of the certificates that count, lower case. */
  readonly trusted: readonly string[];
}

/**
 * The signed text, when at least one signature is good and by a trusted certificate that is valid now; else why not.
 * Text outside of the signed part is never returned.
 */
export type VerifyClearSigned = (
  signed: ClearSigned,
) => Promise<{ readonly text: string } | { readonly problem: string }>;
