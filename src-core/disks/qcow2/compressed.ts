import type { BlockFile } from '../block-file.ts';
import { corrupt, unsupported } from '../problems.ts';
import type { Qcow2Header } from './header.ts';
import type { Place } from './mapping.ts';

/**
 * Makes `plainBytes` bytes of compressed ones, after which there may be anything. Throws whatever it likes on damaged
 * input, and must not make more than it was asked for.
 */
export type DecompressBlock = (packed: Uint8Array, plainBytes: number) => Uint8Array;

export interface Decompressors {
  /** RFC 1951, without a header. */
  readonly deflate?: DecompressBlock;
  readonly zstd?: DecompressBlock;
}

/** qcow2, "Compressed Clusters Descriptor". Keeps the cluster that was read last. */
export class CompressedClusters {
  readonly #file: BlockFile;
  readonly #clusterBytes: number;
  readonly #compression: 'deflate' | 'zstd';
  readonly #decompress: DecompressBlock | undefined;
  #lastOffset = -1;
  #last = new Uint8Array(0);

  constructor(file: BlockFile, header: Qcow2Header, decompressors: Decompressors) {
    this.#file = file;
    this.#clusterBytes = header.clusterBytes;
    this.#compression = header.compression;
    this.#decompress = decompressors[header.compression];
  }

  /** @returns the whole cluster. @throws AppError 'corrupt', 'not-supported' */
  read({ offset, bytes }: Extract<Place, { kind: 'compressed' }>): Uint8Array {
    if (offset === this.#lastOffset) return this.#last;
    const available = Math.min(bytes, this.#file.sizeBytes - offset);
    if (available <= 0) throw corrupt(this.#file.name, 'a compressed cluster lies beyond its end');
    if (!this.#decompress) throw unsupported(this.#file.name, `it is compressed with ${this.#compression}`);
    const packed = new Uint8Array(available);
    this.#file.read(packed, offset);
    const plain = this.#open(packed);
    if (plain.length !== this.#clusterBytes) throw corrupt(this.#file.name, 'a compressed cluster is too short');
    this.#last = plain.slice();
    this.#lastOffset = offset;
    return this.#last;
  }

  #open(packed: Uint8Array): Uint8Array {
    try {
      return this.#decompress?.(packed, this.#clusterBytes) ?? new Uint8Array(0);
    } catch (cause) {
      throw corrupt(this.#file.name, 'a compressed cluster cannot be read', cause);
    }
  }
}
