import type { BlockFile } from '../block-file.ts';
import { assertWithin } from '../block-image.ts';
import type { BlockImage, Extent, WriteZeroesOptions } from '../block-image.ts';
import { corrupt, invalid, mustBeWritable, unsupported } from '../problems.ts';
import { CompressedClusters } from './compressed.ts';
import type { Decompressors } from './compressed.ts';
import { recount } from './check.ts';
import { readHeader } from './header-file.ts';
import { checkSize, l1Entries } from './header.ts';
import type { Qcow2Header } from './header.ts';
import type { Place } from './mapping.ts';
import { Metadata } from './metadata.ts';

export interface Qcow2Options {
  /** What shows through where this image holds nothing; it is not closed with this image. */
  readonly backing?: BlockImage | null;
  readonly decompressors?: Decompressors;
}

/**
 * A disk in the qcow2 format, versions 2 and 3 ("Quick Emulator Copy On Write", docs/interop/qcow2.rst of QEMU).
 *
 * A crash at any moment leaves an image that holds what was flushed; at worst some clusters stay counted that nothing
 * uses. See `Metadata` for the order of writes.
 */
export class Qcow2Image implements BlockImage {
  readonly format = 'qcow2';
  readonly file: BlockFile;
  readonly backing: BlockImage | null;
  readonly metadata: Metadata;
  readonly #compressed: CompressedClusters;
  readonly #clusterBytes: number;
  #cluster: Uint8Array | undefined;

  /** Opens an image; the caller sees to its backing image. @throws AppError 'corrupt', 'not-supported' */
  constructor(file: BlockFile, { backing = null, decompressors = {} }: Qcow2Options = {}) {
    const header = readHeader(file);
    if (!file.readOnly) mayBeWritten(header, file.name);
    this.file = file;
    this.backing = backing;
    this.#clusterBytes = header.clusterBytes;
    this.metadata = new Metadata(file, header);
    this.#compressed = new CompressedClusters(file, header, decompressors);
    if (header.dirty && !file.readOnly) recount(this.metadata);
  }

  get header(): Qcow2Header {
    return this.metadata.header;
  }

  get sizeBytes(): number {
    return this.metadata.header.sizeBytes;
  }

  get readOnly(): boolean {
    return this.file.readOnly;
  }

  read(into: Uint8Array, offset: number): void {
    assertWithin(this, offset, into.length);
    for (let done = 0; done < into.length;) {
      const at = offset + done;
      const { place, bytes } = this.#run(at, into.length - done);
      this.#readPlace(place, into.subarray(done, done + bytes), at);
      done += bytes;
    }
  }

  write(from: Uint8Array, offset: number): void {
    assertWithin(this, offset, from.length);
    this.#mustWrite();
    for (let done = 0; done < from.length;) {
      const at = offset + done;
      const { place, bytes } = this.#run(at, from.length - done, isInPlace);
      if (isInPlace(place)) {
        this.#mustBeInFile(place.offset);
        this.file.write(from.subarray(done, done + bytes), place.offset + (at % this.#clusterBytes));
        done += bytes;
        continue;
      }
      const inCluster = at % this.#clusterBytes;
      const piece = from.subarray(done, done + Math.min(from.length - done, this.#clusterBytes - inCluster));
      this.#writeElsewhere(at - inCluster, inCluster, piece);
      done += piece.length;
    }
  }

  /** Only whole clusters are given back. */
  discard(offset: number, length: number): void {
    assertWithin(this, offset, length);
    this.#mustWrite();
    const end = offset + length;
    const last = end === this.sizeBytes ? end : end - (end % this.#clusterBytes);
    this.#eachCluster(Math.ceil(offset / this.#clusterBytes) * this.#clusterBytes, last, (cluster, place) => {
      const shows = this.#backingBytes(cluster * this.#clusterBytes) > 0;
      // In version 2 there is no way to hide what the backing image has there.
      if (shows && this.header.version === 2) return;
      if (place.kind === 'absent' || (place.kind === 'zero' && place.offset === 0)) return;
      this.metadata.replace(cluster, place, shows ? 'zero' : 'absent');
    });
  }

  writeZeroes(offset: number, length: number, { keepAllocated = false }: WriteZeroesOptions = {}): void {
    assertWithin(this, offset, length);
    this.#mustWrite();
    const end = offset + length;
    const first = Math.min(end, Math.ceil(offset / this.#clusterBytes) * this.#clusterBytes);
    const last = end === this.sizeBytes ? end : Math.max(first, end - (end % this.#clusterBytes));
    this.#zeroPart(offset, first - offset);
    this.#eachCluster(first, last, (cluster, place) => this.#zeroCluster(cluster, place, keepAllocated));
    this.#zeroPart(last, end - last);
  }

  grow(sizeBytes: number): void {
    this.#mustWrite();
    const before = this.sizeBytes;
    if (sizeBytes < before) throw invalid(this.file.name, 'a disk can only become larger');
    checkSize(sizeBytes, this.#clusterBytes, this.file.name);
    if (this.header.version === 2 && this.#backingBytes(before) > 0) {
      throw unsupported(this.file.name, 'an image of version 2 cannot become larger while its backing image is larger');
    }
    this.metadata.resize(sizeBytes, l1Entries(sizeBytes, this.#clusterBytes));
    // What was beyond the end may hold anything: in the last cluster, and in a backing image that is larger.
    const lastCluster = Math.ceil(before / this.#clusterBytes) * this.#clusterBytes;
    const uncovered = Math.max(lastCluster, Math.min(sizeBytes, this.backing?.sizeBytes ?? 0));
    this.writeZeroes(before, Math.min(sizeBytes, uncovered) - before);
    this.flush();
  }

  extent(offset: number, length: number): Extent {
    assertWithin(this, offset, length);
    const { place, bytes } = this.#run(offset, length);
    if (place.kind === 'zero') return { kind: 'zero', bytes };
    if (place.kind !== 'absent') return { kind: 'data', bytes };
    const backed = Math.min(bytes, this.#backingBytes(offset));
    return this.backing && backed > 0 ? this.backing.extent(offset, backed) : { kind: 'hole', bytes };
  }

  /** As `extent`, but of this image alone: "hole" is what its backing image decides. */
  ownExtent(offset: number, length: number): Extent {
    assertWithin(this, offset, length);
    const { place, bytes } = this.#run(offset, length);
    return { kind: place.kind === 'absent' ? 'hole' : place.kind === 'zero' ? 'zero' : 'data', bytes };
  }

  /** Whole clusters read as zeros whatever this image will be built on. */
  hide(offset: number, length: number): void {
    this.#mustWrite();
    this.#eachCluster(offset, offset + length, (cluster, place) => {
      if (place.kind !== 'zero') this.metadata.replace(cluster, place, 'zero');
    });
  }

  /** Forgets everything that this image holds, so that its backing image shows through everywhere. */
  empty(): void {
    this.#mustWrite();
    this.#eachCluster(0, this.sizeBytes, (cluster, place) => {
      if (place.kind !== 'absent') this.metadata.replace(cluster, place, 'absent');
    });
    this.flush();
  }

  flush(): void {
    if (!this.readOnly) this.metadata.flush();
  }

  close(): void {
    try {
      if (!this.readOnly) this.metadata.close();
    } finally {
      this.file.close();
    }
  }

  #mustWrite(): void {
    mustBeWritable(this.file.name, this.readOnly);
    this.metadata.mustWork();
  }

  /**
   * Like places in a row, up to the end of the range.
   * @param counts whether it matters how many there are of such places: to find out takes time
   */
  #run(
    offset: number,
    length: number,
    counts: (place: Place) => boolean = isAnything,
  ): { place: Place; bytes: number } {
    this.metadata.makeRoom();
    const { mapping } = this.metadata;
    const first = Math.floor(offset / this.#clusterBytes);
    const absent = mapping.absentRun(first);
    let end = (first + Math.max(1, absent)) * this.#clusterBytes;
    const place: Place = absent > 0 ? { kind: 'absent' } : mapping.find(first);
    if (absent === 0 && place.kind !== 'compressed' && counts(place)) {
      while (
        end < offset + length &&
        continues(place, mapping.find(end / this.#clusterBytes), end - first * this.#clusterBytes)
      ) {
        end += this.#clusterBytes;
        if (mapping.needsRoom) break;
      }
    }
    return { place, bytes: Math.min(offset + length, end) - offset };
  }

  #readPlace(place: Place, into: Uint8Array, offset: number): void {
    const inCluster = offset % this.#clusterBytes;
    if (place.kind === 'data') this.file.read(into, place.offset + inCluster);
    else if (place.kind === 'zero') into.fill(0);
    else if (place.kind === 'compressed')
      into.set(this.#compressed.read(place).subarray(inCluster, inCluster + into.length));
    else this.#readBacking(into, offset);
  }

  #readBacking(into: Uint8Array, offset: number): void {
    const bytes = Math.min(into.length, this.#backingBytes(offset));
    if (bytes > 0) this.backing?.read(into.subarray(0, bytes), offset);
    into.fill(0, Math.max(0, bytes));
  }

  /** How much of the backing image there is from this offset on. */
  #backingBytes(offset: number): number {
    return Math.max(0, (this.backing?.sizeBytes ?? 0) - offset);
  }

  /** Writes a part of a cluster that cannot be written in place, with the rest of its content beside it. */
  #writeElsewhere(start: number, inCluster: number, piece: Uint8Array): void {
    const cluster = start / this.#clusterBytes;
    this.metadata.makeRoom();
    const before = this.metadata.mapping.find(cluster);
    this.metadata.renew(cluster, before, (offset) => {
      const isWhole = piece.length === this.#clusterBytes;
      if (isWhole) this.file.write(piece, offset);
      else if (offset >= this.file.sizeBytes && this.#readsAsZeros(before, start)) {
        this.file.truncate(offset + this.#clusterBytes);
        this.file.write(piece, offset + inCluster);
      } else {
        this.file.write(this.#composed(before, start, inCluster, piece), offset);
      }
    });
  }

  #readsAsZeros(place: Place, start: number): boolean {
    return place.kind === 'zero' || (place.kind === 'absent' && this.#backingBytes(start) === 0);
  }

  /** The content of a cluster with a piece of it replaced. */
  #composed(before: Place, start: number, inCluster: number, piece: Uint8Array): Uint8Array {
    this.#cluster ??= new Uint8Array(this.#clusterBytes);
    const inDisk = Math.min(this.#clusterBytes, this.sizeBytes - start);
    this.#readPlace(before, this.#cluster.subarray(0, inDisk), start);
    this.#cluster.fill(0, inDisk);
    this.#cluster.set(piece, inCluster);
    return this.#cluster;
  }

  #zeroCluster(cluster: number, place: Place, keepAllocated: boolean): void {
    const start = cluster * this.#clusterBytes;
    const shows = this.#backingBytes(start) > 0;
    if (this.#readsAsZeros(place, start)) return;
    if (this.header.version === 2 && shows) {
      this.write(new Uint8Array(Math.min(this.#clusterBytes, this.sizeBytes - start)), start);
    } else if (keepAllocated && this.header.version === 3 && place.kind === 'data' && place.own) {
      this.metadata.mapping.setZero(cluster, place.offset);
    } else {
      this.metadata.replace(cluster, place, shows ? 'zero' : 'absent');
    }
  }

  #zeroPart(offset: number, length: number): void {
    for (let done = 0; done < length;) {
      const { place, bytes } = this.#run(offset + done, length - done);
      if (!this.#readsAsZeros(place, offset + done)) this.write(new Uint8Array(bytes), offset + done);
      done += bytes;
    }
  }

  /** Clusters that begin within the range, without those of L2 tables that are not there and hide nothing. */
  #eachCluster(from: number, to: number, change: (cluster: number, place: Place) => void): void {
    for (let at = from; at < to; at += this.#clusterBytes) {
      this.metadata.makeRoom();
      const cluster = at / this.#clusterBytes;
      const absent = this.metadata.mapping.absentRun(cluster);
      if (absent > 0 && this.#backingBytes(at) === 0) at += (absent - 1) * this.#clusterBytes;
      else change(cluster, this.metadata.mapping.find(cluster));
    }
  }

  /** A cluster that is said to lie beyond the file's end would let a damaged image grow without bound. */
  #mustBeInFile(offset: number): void {
    if (offset < this.file.sizeBytes) return;
    throw corrupt(this.file.name, `a cluster is said to be at ${offset}, beyond its end`);
  }
}

type OwnData = Extract<Place, { kind: 'data' }>;

function isInPlace(place: Place): place is OwnData {
  return place.kind === 'data' && place.own;
}

function isAnything(): boolean {
  return true;
}

function continues(first: Place, next: Place, distance: number): boolean {
  if (first.kind === 'data')
    return next.kind === 'data' && next.own === first.own && next.offset === first.offset + distance;
  return next.kind === first.kind;
}

function mayBeWritten(header: Qcow2Header, name: string): void {
  if (header.corrupt) throw corrupt(name, 'it is marked as corrupt');
  if (header.snapshotCount > 0) {
    throw unsupported(
      name,
      'it has internal snapshots, and can only be read',
      'Delete them with "qemu-img snapshot -d".',
    );
  }
}
