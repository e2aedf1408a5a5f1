import type { BlockImage } from '../block-image.ts';
import { headerBytes, REFCOUNT_ORDER, type NewFile } from './create.ts';
import { checkSize, l1Entries } from './header.ts';
import { writeCount } from './refcount-width.ts';

/** Packs a cluster as RFC 1951 has it, without a header and with a window of 4 KiB: that is all that QEMU looks back. */
export type CompressBlock = (plain: Uint8Array) => Uint8Array;

const CLUSTER_BITS = 16;
const CLUSTER_BYTES = 2 ** CLUSTER_BITS;
const PER_TABLE = CLUSTER_BYTES / 8;
const PER_REFCOUNT_BLOCK = CLUSTER_BYTES / 2;
/** qcow2, "Compressed Clusters Descriptor": offset below, number of further sectors of 512 bytes above. */
const SECTORS_SHIFT = BigInt(62 - (CLUSTER_BITS - 8));
const COMPRESSED = 1n << 62n;
const COPIED = 1n << 63n;

/**
 * Copies everything into a new image that stands alone and is as small as it gets: each cluster is packed, one behind the
 * other. The file is written from front to back but for the header, which comes last, so that a crash leaves no image.
 * Yields the bytes of `from` that are done.
 * @param file empty
 * @param sizeBytes not smaller than `from`, whose size it is otherwise
 * @throws AppError
 */
export function* compressedCopySteps(
  from: BlockImage,
  file: NewFile,
  compress: CompressBlock,
  sizeBytes: number = from.sizeBytes,
): Generator<number, void, void> {
  checkSize(sizeBytes, CLUSTER_BYTES, file.name);
  const writer = new CompressedWriter(file, compress);
  const cluster = new Uint8Array(CLUSTER_BYTES);
  for (let at = 0; at < from.sizeBytes;) {
    const { kind, bytes } = from.extent(at, from.sizeBytes - at);
    if (kind === 'data') {
      const start = at - (at % CLUSTER_BYTES);
      const length = Math.min(CLUSTER_BYTES, from.sizeBytes - start);
      from.read(cluster.subarray(0, length), start);
      cluster.fill(0, length);
      writer.write(start / CLUSTER_BYTES, cluster);
      at = start + length;
    } else at += bytes;
    yield at;
  }
  writer.finish(sizeBytes);
}

class CompressedWriter {
  readonly #file: NewFile;
  readonly #compress: CompressBlock;
  /** Entries by number of the table that they are in. */
  readonly #tables = new Map<number, BigUint64Array>();
  /** How many contents lie in each cluster of the file. */
  #counts = new Uint16Array(1024);
  /** Where the next content goes; the first cluster is the header's. */
  #end = CLUSTER_BYTES;

  constructor(file: NewFile, compress: CompressBlock) {
    this.#file = file;
    this.#compress = compress;
    this.#count(0, 1);
  }

  write(cluster: number, plain: Uint8Array): void {
    if (plain.every(isZero)) return;
    const packed = this.#compress(plain);
    const entry = packed.length < CLUSTER_BYTES ? this.#append(packed) : this.#appendCluster(plain) | COPIED;
    const table = this.#tables.get(Math.floor(cluster / PER_TABLE)) ?? new BigUint64Array(PER_TABLE);
    this.#tables.set(Math.floor(cluster / PER_TABLE), table);
    table[cluster % PER_TABLE] = entry;
  }

  /** Tables behind the content, and the header that leads to them. */
  finish(sizeBytes: number): void {
    const l1 = new BigUint64Array(l1Entries(sizeBytes, CLUSTER_BYTES));
    for (const [index, table] of this.#tables) l1[index] = this.#appendCluster(bigEndian(table)) | COPIED;
    const l1Offset = this.#appendAll(bigEndian(l1));
    const { offset, clusters } = this.#writeRefcounts();
    this.#file.flush();
    const places = {
      ...{ clusterBits: CLUSTER_BITS, l1Size: l1.length, l1Offset },
      ...{ refcountTableOffset: offset, refcountTableClusters: clusters },
    };
    this.#file.write(headerBytes({ sizeBytes }, places, this.#file.name), 0);
    this.#file.flush();
  }

  #append(packed: Uint8Array): bigint {
    const offset = this.#end;
    const last = offset + packed.length - 1;
    this.#file.write(packed, offset);
    this.#count(offset, packed.length);
    this.#end = last + 1;
    const sectors = BigInt(Math.floor(last / 512) - Math.floor(offset / 512));
    return BigInt(offset) | (sectors << SECTORS_SHIFT) | COMPRESSED;
  }

  #appendCluster(bytes: Uint8Array): bigint {
    return BigInt(this.#appendAll(bytes));
  }

  /** In clusters of its own. */
  #appendAll(bytes: Uint8Array): number {
    const offset = Math.ceil(this.#end / CLUSTER_BYTES) * CLUSTER_BYTES;
    this.#end = offset + Math.ceil(bytes.length / CLUSTER_BYTES) * CLUSTER_BYTES;
    this.#file.truncate(this.#end);
    this.#file.write(bytes, offset);
    this.#count(offset, this.#end - offset);
    return offset;
  }

  /** They count themselves too. */
  #writeRefcounts(): { readonly offset: number; readonly clusters: number } {
    const before = Math.ceil(this.#end / CLUSTER_BYTES);
    let blocks = 1;
    const tableClusters = (): number => Math.ceil((blocks * 8) / CLUSTER_BYTES);
    while (blocks * PER_REFCOUNT_BLOCK < before + blocks + tableClusters()) blocks++;
    const table = new BigUint64Array(blocks);
    const first = before * CLUSTER_BYTES;
    for (let index = 0; index < blocks; index++) table[index] = BigInt(first + index * CLUSTER_BYTES);
    this.#count(first, (blocks + tableClusters()) * CLUSTER_BYTES);
    const bytes = new Uint8Array(blocks * CLUSTER_BYTES);
    const used = before + blocks + tableClusters();
    for (let cluster = 0; cluster < used; cluster++) {
      writeCount(bytes, REFCOUNT_ORDER, cluster, this.#counts[cluster] ?? 0);
    }
    this.#file.truncate(used * CLUSTER_BYTES);
    this.#file.write(bytes, first);
    this.#file.write(bigEndian(table), first + bytes.length);
    return { offset: first + bytes.length, clusters: tableClusters() };
  }

  #count(offset: number, length: number): void {
    const last = Math.floor((offset + length - 1) / CLUSTER_BYTES);
    if (last >= this.#counts.length) {
      const larger = new Uint16Array(Math.max(last + 1, this.#counts.length * 2));
      larger.set(this.#counts);
      this.#counts = larger;
    }
    for (let cluster = Math.floor(offset / CLUSTER_BYTES); cluster <= last; cluster++) {
      this.#counts[cluster] = (this.#counts[cluster] ?? 0) + 1;
    }
  }
}

function bigEndian(values: BigUint64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  for (const [index, value] of values.entries()) view.setBigUint64(index * 8, value);
  return new Uint8Array(view.buffer);
}

function isZero(byte: number): boolean {
  return byte === 0;
}
