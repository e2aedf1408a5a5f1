import type { BlockFile } from '../block-file.ts';
import { corrupt } from '../problems.ts';
import { ENTRY_BYTES, EntryTable } from './entry-table.ts';
import { MAX_REFCOUNT_TABLE_BYTES, type Qcow2Header } from './header.ts';
import { readCount, writeCount } from './refcount-width.ts';

interface Block {
  readonly bytes: Uint8Array;
  readonly offset: number;
  dirty: boolean;
}

const CACHE_BYTES = 2 * 1024 * 1024;
/** Clusters that a crash left counted but not written. */
const SEARCH_BEYOND_END = 1 << 20;

/** What the refcounts need of the image that they belong to. */
export interface RefcountHome {
  /** Puts the place of a new refcount table into the header, when everything before is on the disk. */
  moveTable(offset: number, clusters: number): void;
  /** Does something after whose failure the image must not be changed any more. */
  attempt(work: () => void): void;
  /** These clusters are not to be used for anything else, whatever their refcount says. */
  isMetadata(offset: number): boolean;
}

/**
 * qcow2, "Host cluster management": how often each cluster of the file is referred to. Clusters are numbered from the
 * start of the file. Changes stay in memory until `write`.
 */
export class Refcounts {
  readonly #file: BlockFile;
  readonly #home: RefcountHome;
  readonly #clusterBytes: number;
  readonly #order: number;
  readonly #perBlock: number;
  readonly #blocks = new Map<number, Block>();
  #table: EntryTable;
  #tableOffset: number;
  /** No cluster before it is free. */
  #searchFrom = 0;

  constructor(file: BlockFile, header: Qcow2Header, home: RefcountHome) {
    this.#file = file;
    this.#home = home;
    this.#clusterBytes = header.clusterBytes;
    this.#order = header.refcountOrder;
    this.#perBlock = (header.clusterBytes * 8) / 2 ** header.refcountOrder;
    const bytes = new Uint8Array(header.refcountTableClusters * header.clusterBytes);
    file.read(bytes, header.refcountTableOffset);
    this.#table = new EntryTable(bytes);
    this.#tableOffset = header.refcountTableOffset;
  }

  get tableOffset(): number {
    return this.#tableOffset;
  }

  get tableClusters(): number {
    return this.#table.bytes.length / this.#clusterBytes;
  }

  /** Offsets of all refcount blocks. */
  *blockOffsets(): Generator<number> {
    for (let index = 0; index < this.#table.length; index++) {
      if (this.#table.offset(index) !== 0) yield this.#table.offset(index);
    }
  }

  get(cluster: number): number {
    const block = this.#block(Math.floor(cluster / this.#perBlock));
    return block ? readCount(block.bytes, this.#order, cluster % this.#perBlock) : 0;
  }

  set(cluster: number, count: number): void {
    const index = Math.floor(cluster / this.#perBlock);
    const block = this.#block(index) ?? this.#addBlock(index);
    writeCount(block.bytes, this.#order, cluster % this.#perBlock, count);
    block.dirty = true;
    if (count === 0) this.#searchFrom = Math.min(this.#searchFrom, cluster);
  }

  /** One reference less. A count that is 0 already stays so: that damage is `check`'s to tell. */
  release(cluster: number): void {
    const count = this.get(cluster);
    if (count > 0) this.set(cluster, count - 1);
  }

  /** @returns the offset of the first of `count` free clusters in a row, which now have a refcount of 1 */
  allocate(count = 1): number {
    let cluster = this.#searchFrom;
    for (let found = 0; found < count; cluster++) {
      this.#mustEnd(cluster);
      found = this.#isFree(cluster) ? found + 1 : 0;
      if (count === 1 && found === 0) this.#searchFrom = cluster + 1;
    }
    const first = cluster - count;
    for (let index = first; index < cluster; index++) this.set(index, 1);
    // A block that was added just now may have taken one of them for itself.
    if (count === 1) this.#searchFrom = cluster;
    return first * this.#clusterBytes;
  }

  /** Puts what changed into the file. New blocks are on the disk before anything leads to them. */
  write(): void {
    for (const block of this.#blocks.values()) {
      if (!block.dirty) continue;
      this.#file.write(block.bytes, block.offset);
      block.dirty = false;
    }
    if (!this.#table.isDirty) return;
    this.#file.flush();
    this.#table.writeDirty((bytes, at) => this.#file.write(bytes, this.#tableOffset + at));
  }

  get isDirty(): boolean {
    if (this.#table.isDirty) return true;
    for (const block of this.#blocks.values()) if (block.dirty) return true;
    return false;
  }

  get needsRoom(): boolean {
    return this.#blocks.size * this.#clusterBytes > CACHE_BYTES;
  }

  /** Forgets blocks that are in the file as they are here. */
  trim(): void {
    for (const [index, block] of this.#blocks) {
      if (this.#blocks.size * this.#clusterBytes <= CACHE_BYTES / 2) return;
      if (!block.dirty) this.#blocks.delete(index);
    }
  }

  /** Refcounts of a damaged image may call everything used, without end. */
  #mustEnd(cluster: number): void {
    if (this.needsRoom) this.trim();
    if (cluster > this.#file.sizeBytes / this.#clusterBytes + SEARCH_BEYOND_END) {
      throw corrupt(this.#file.name, 'its refcounts call clusters used that lie far beyond its end');
    }
  }

  #isFree(cluster: number): boolean {
    this.#cover(cluster);
    if (this.get(cluster) !== 0) return false;
    if (!this.#home.isMetadata(cluster * this.#clusterBytes)) return true;
    throw corrupt(this.#file.name, 'its refcounts call a cluster free that holds its tables');
  }

  #block(index: number): Block | undefined {
    const known = this.#blocks.get(index);
    if (known) return known;
    const offset = index < this.#table.length ? this.#table.offset(index) : 0;
    if (offset === 0) return undefined;
    if (offset % this.#clusterBytes !== 0 || offset >= this.#file.sizeBytes) {
      throw corrupt(this.#file.name, `refcount block ${index} is said to be at ${offset}`);
    }
    const bytes = new Uint8Array(this.#clusterBytes);
    this.#file.read(bytes, offset);
    const block = { bytes, offset, dirty: false };
    this.#blocks.set(index, block);
    return block;
  }

  /** Makes sure that there is a block for the cluster, before the cluster is thought of as free. */
  #cover(cluster: number): void {
    const index = Math.floor(cluster / this.#perBlock);
    if (!this.#block(index)) this.#addBlock(index);
  }

  /** A new block lies in the first cluster that it counts itself. */
  #addBlock(index: number): Block {
    if (index >= this.#table.length) return this.#growTable(index);
    const offset = index * this.#perBlock * this.#clusterBytes;
    if (this.#home.isMetadata(offset))
      throw corrupt(this.#file.name, 'no refcounts cover a cluster that holds its tables');
    const block = { bytes: new Uint8Array(this.#clusterBytes), offset, dirty: true };
    writeCount(block.bytes, this.#order, 0, 1);
    this.#blocks.set(index, block);
    this.#table.set(index, offset);
    return block;
  }

  /**
   * The table is full: a larger one goes behind everything that the old one covers, together with the blocks that count
   * both. The old table is in force until the header leads to the new one.
   */
  #growTable(wanted: number): Block {
    const oldOffset = this.#tableOffset;
    const oldClusters = this.tableClusters;
    const entries = Math.max(wanted + 1, Math.ceil(this.#table.length * 1.5));
    const clusters = Math.ceil((entries * ENTRY_BYTES) / this.#clusterBytes) + 1;
    if (clusters * this.#clusterBytes > MAX_REFCOUNT_TABLE_BYTES) {
      throw corrupt(this.#file.name, 'its refcount table cannot become larger');
    }
    const firstIndex = this.#table.length;
    const first = firstIndex * this.#perBlock;
    let blocks = 1;
    while (blocks * this.#perBlock < blocks + clusters) blocks++;
    const table = this.#table.enlarged((clusters * this.#clusterBytes) / ENTRY_BYTES);
    for (let index = 0; index < blocks; index++) {
      const offset = (first + index) * this.#clusterBytes;
      this.#blocks.set(firstIndex + index, { bytes: new Uint8Array(this.#clusterBytes), offset, dirty: true });
      table.set(firstIndex + index, offset);
    }
    this.#table = table;
    this.#tableOffset = (first + blocks) * this.#clusterBytes;
    for (let cluster = first; cluster < first + blocks + clusters; cluster++) this.set(cluster, 1);
    this.#home.attempt(() => {
      this.write();
      this.#file.flush();
    });
    this.#home.moveTable(this.#tableOffset, clusters);
    for (let index = 0; index < oldClusters; index++) this.release(oldOffset / this.#clusterBytes + index);
    return this.#block(wanted) ?? this.#addBlock(wanted);
  }
}
