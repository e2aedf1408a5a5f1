import type { BlockFile } from '../block-file.ts';
import { corrupt } from '../problems.ts';
import { COMPRESSED, COPIED, EntryTable, ZERO } from './entry-table.ts';
import type { Qcow2Header } from './header.ts';
import type { Refcounts } from './refcounts.ts';

/** Where a cluster of the guest's lies. `own`: nothing else refers to the cluster in the file, it may be written in place. */
export type Place =
  | { readonly kind: 'absent' }
  /** Reads as zeros; `offset` is the cluster that is kept for it, or 0. */
  | { readonly kind: 'zero'; readonly offset: number; readonly own: boolean }
  | { readonly kind: 'data'; readonly offset: number; readonly own: boolean }
  | { readonly kind: 'compressed'; readonly offset: number; readonly bytes: number };

interface Table {
  readonly entries: EntryTable;
  readonly offset: number;
  /** Nothing on the disk leads to it yet. */
  fresh: boolean;
}

const CACHE_BYTES = 4 * 1024 * 1024;
const ABSENT: Place = { kind: 'absent' };

/** qcow2, "Cluster mapping": the L1 table, and the L2 tables that were used last. Changes stay in memory until written. */
export class Mapping {
  readonly #file: BlockFile;
  readonly #refcounts: Refcounts;
  readonly #clusterBytes: number;
  readonly #clusterBits: number;
  readonly #perTable: number;
  readonly #version: 2 | 3;
  readonly #tables = new Map<number, Table>();
  readonly #release: (offset: number) => void;
  #l1: EntryTable;
  #l1Offset: number;

  /** @param release called with the offset of an L2 table that is referred to once less */
  constructor(file: BlockFile, header: Qcow2Header, refcounts: Refcounts, release: (offset: number) => void) {
    this.#file = file;
    this.#refcounts = refcounts;
    this.#release = release;
    this.#version = header.version;
    this.#clusterBits = header.clusterBits;
    this.#clusterBytes = header.clusterBytes;
    this.#perTable = header.clusterBytes / 8;
    const bytes = new Uint8Array(header.l1Size * 8);
    file.read(bytes, header.l1Offset);
    this.#l1 = new EntryTable(bytes);
    this.#l1Offset = header.l1Offset;
  }

  get l1Offset(): number {
    return this.#l1Offset;
  }

  get l1Size(): number {
    return this.#l1.length;
  }

  /** How many clusters from this one on have no L2 table, so that all of them are absent. */
  absentRun(cluster: number): number {
    let index = Math.floor(cluster / this.#perTable);
    const first = index;
    while (index < this.#l1.length && this.#l1.offset(index) === 0) index++;
    return index === first ? 0 : index * this.#perTable - cluster;
  }

  /** @throws AppError 'corrupt' */
  find(cluster: number): Place {
    const index = cluster % this.#perTable;
    const table = this.#table(Math.floor(cluster / this.#perTable));
    if (!table) return ABSENT;
    const { entries } = table;
    const high = entries.high(index);
    if ((high & COMPRESSED) !== 0) return this.#compressed(high, entries.low(index));
    const offset = entries.offset(index);
    if (offset % this.#clusterBytes !== 0) throw corrupt(this.#file.name, `a cluster is said to be at ${offset}`);
    const own = entries.isCopied(index);
    if ((entries.low(index) & ZERO) !== 0) {
      if (this.#version === 2) throw corrupt(this.#file.name, 'a zero cluster in an image of version 2');
      return { kind: 'zero', offset, own };
    }
    return offset === 0 ? ABSENT : { kind: 'data', offset, own };
  }

  /** The cluster's content is in the file at `offset`, which belongs to it alone. */
  setData(cluster: number, offset: number): void {
    this.#writable(cluster).set(cluster % this.#perTable, offset, COPIED);
  }

  /** It reads as zeros. @param offset a cluster that is kept for it, or 0 */
  setZero(cluster: number, offset: number): void {
    this.#writable(cluster).set(cluster % this.#perTable, offset, offset === 0 ? 0 : COPIED, ZERO);
  }

  /** The cluster's content is packed into the bytes at `offset`. */
  setCompressed(cluster: number, offset: number, bytes: number): void {
    const shift = 62 - (this.#clusterBits - 8) - 32;
    const more = Math.floor((offset + bytes - 1) / 512) - Math.floor(offset / 512);
    const high = (COMPRESSED | (more << shift) | Math.floor(offset / 0x1_0000_0000)) >>> 0;
    this.#writable(cluster).setHalves(cluster % this.#perTable, high, offset >>> 0);
  }

  /** The backing image shows through, or zeros. */
  setAbsent(cluster: number): void {
    if (this.#l1.offset(Math.floor(cluster / this.#perTable)) === 0) return;
    this.#writable(cluster).setHalves(cluster % this.#perTable, 0, 0);
  }

  get isDirty(): boolean {
    if (this.#l1.isDirty) return true;
    for (const { entries } of this.#tables.values()) if (entries.isDirty) return true;
    return false;
  }

  /** Tables that nothing on the disk leads to may be written together with the data. */
  writeFresh(): void {
    for (const table of this.#tables.values()) if (table.fresh) this.#write(table);
  }

  /** Everything else: what these entries lead to must be on the disk. */
  write(): void {
    for (const table of this.#tables.values()) this.#write(table);
    this.#l1.writeDirty((bytes, at) => this.#file.write(bytes, this.#l1Offset + at));
    for (const table of this.#tables.values()) table.fresh = false;
  }

  get needsRoom(): boolean {
    return this.#tables.size > Math.max(4, CACHE_BYTES / this.#clusterBytes);
  }

  /** Forgets tables that are in the file as they are here. */
  trim(): void {
    for (const [index, { entries, fresh }] of this.#tables) {
      if (this.#tables.size <= Math.max(2, CACHE_BYTES / this.#clusterBytes / 2)) return;
      if (!entries.isDirty && !fresh) this.#tables.delete(index);
    }
  }

  /** A larger L1 table, in new clusters. The caller puts it into the header and gives the old one back. */
  enlargeL1(length: number): void {
    const table = this.#l1.enlarged(length);
    this.#l1Offset = this.#refcounts.allocate(Math.ceil((length * 8) / this.#clusterBytes));
    this.#l1 = table;
  }

  /** Offsets of L2 tables by L1 entry, for `check`. */
  *l2Offsets(): Generator<{ readonly index: number; readonly offset: number; readonly own: boolean }> {
    for (let index = 0; index < this.#l1.length; index++) {
      const offset = this.#l1.offset(index);
      if (offset !== 0) yield { index, offset, own: this.#l1.isCopied(index) };
    }
  }

  #write({ entries, offset }: Table): void {
    entries.writeDirty((bytes, at) => this.#file.write(bytes, offset + at));
  }

  /** The order of the map is the order of use. */
  #table(index: number): Table | undefined {
    const known = this.#tables.get(index);
    if (known) return known;
    const offset = this.#l1.offset(index);
    if (offset === 0) return undefined;
    if (offset % this.#clusterBytes !== 0 || offset >= this.#file.sizeBytes) {
      throw corrupt(this.#file.name, `an L2 table is said to be at ${offset}`);
    }
    const bytes = new Uint8Array(this.#clusterBytes);
    this.#file.read(bytes, offset);
    const table = { entries: new EntryTable(bytes), offset, fresh: false };
    this.#tables.set(index, table);
    return table;
  }

  /** The L2 table of a cluster, made or copied first when it does not belong to this image's present alone. */
  #writable(cluster: number): EntryTable {
    const index = Math.floor(cluster / this.#perTable);
    const old = this.#table(index);
    if (old && this.#l1.isCopied(index)) return old.entries;
    const bytes = old?.entries.bytes.slice() ?? new Uint8Array(this.#clusterBytes);
    const offset = this.#refcounts.allocate();
    const entries = new EntryTable(bytes);
    entries.markAllDirty();
    this.#tables.set(index, { entries, offset, fresh: true });
    this.#l1.set(index, offset, COPIED);
    if (old) this.#release(old.offset);
    return entries;
  }

  /** "Compressed Clusters Descriptor": the number of bits of the offset depends on the size of a cluster. */
  #compressed(high: number, low: number): Place {
    const shift = 62 - (this.#clusterBits - 8) - 32;
    const offset = (high & (2 ** shift - 1)) * 0x1_0000_0000 + low;
    const sectors = ((high & (COMPRESSED - 1)) >>> shift) + 1;
    return { kind: 'compressed', offset, bytes: sectors * 512 - (offset & 511) };
  }
}
