import type { AbortSignalLike } from '../../images/image.ts';
import type { ByteSource } from '../../images/formats/byte-source.ts';
import type { Decompress } from '../../images/formats/compression.ts';
import type { FileSink, Storage } from '../../images/storage.ts';
import type { Hasher } from '../../images/workshop.ts';

/** What container images need of the outside. */
export interface ImageSurroundings {
  /** `containers` of the data directory. */
  readonly storage: ContainerStorage;
  readonly http: HttpClient;
  readonly secrets: SecretFile;
  readonly exchange: ExchangeFiles;
  readonly decompress: Decompress;
  /** The same bytes for the same content, on every computer. */
  readonly gzip: (source: ByteSource) => ByteSource;
  sha256(): Hasher;
  /** Milliseconds since 1970. */
  now(): number;
  /** A name that nobody else uses at this time. */
  uniqueName(): string;
  readonly limits?: Partial<TransferLimits>;
}

/** Against what is made to fill memory, the disk, or a lifetime. */
export interface TransferLimits {
  /** A layer may always be so large unpacked. */
  readonly harmlessBytes: number;
  /** Beyond that, so many times its packed size. */
  readonly mostExpansion: number;
  /** Of one layer, unpacked. */
  readonly mostLayerBytes: number;
  /** Is left free on the disk. */
  readonly reserveBytes: number;
  /** Blobs that move at the same time. */
  readonly concurrency: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: TransferLimits = {
  harmlessBytes: 256 * MIB,
  mostExpansion: 100,
  mostLayerBytes: 64 * 1024 * MIB,
  reserveBytes: 256 * MIB,
  concurrency: 3,
};

/** Files of the data directory. Besides what every storage does, some bytes can be added to a file later. */
export interface ContainerStorage extends Storage {
  /** Goes on with a file that is there. */
  append(path: string): Promise<FileSink>;
  /** Puts a whole content in place: after a crash at any moment the file holds the old bytes or the new ones. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Room on the disk for this person. */
  freeBytes(): Promise<number>;
}

/** One small file that only this person can read. */
export interface SecretFile {
  /** Undefined where there is none. */
  read(): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
}

/** Files of the person's, by absolute paths. */
export interface ExchangeFiles {
  /** @throws AppError 'not-found' */
  inspect(path: string): Promise<{ readonly kind: 'file' | 'directory'; readonly sizeBytes: number }>;
  read(path: string): ByteSource;
  /** A file below a directory; undefined where there is none, or what it leads to is not in the directory. */
  readWithin(directory: string, path: string): Promise<{ sizeBytes: number; bytes: ByteSource } | undefined>;
  /** Writes a file that is not there yet, whole or not at all. @throws AppError 'already-exists', 'not-found', 'disk-full' */
  write(path: string, bytes: ByteSource): Promise<void>;
  /** A new directory that appears whole or not at all. @throws AppError as `write` */
  writeFolder(path: string, files: AsyncIterable<ExchangeFile>): Promise<void>;
}

export interface ExchangeFile {
  /** With "/" between plain names. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly bytes: ByteSource;
}

/** One exchange after the other; redirects are answers like others. */
export interface HttpClient {
  /** @throws AppError 'network', 'timeout', 'cancelled' */
  exchange(request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly sizeBytes: number; readonly bytes: ByteSource };
  readonly signal: AbortSignalLike;
}

export interface HttpResponse {
  readonly status: number;
  /** @param name in lower case */
  header(name: string): string | undefined;
  /** Must be read, or given up by `discard`. @throws AppError 'network', 'timeout', 'cancelled' */
  readonly body: ByteSource;
  discard(): Promise<void>;
}
