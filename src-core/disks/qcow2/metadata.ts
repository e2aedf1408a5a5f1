import type { BlockFile } from '../block-file.ts';
import { AppError } from '../../base/errors.ts';
import { corrupt } from '../problems.ts';
import { updateHeader } from './header-file.ts';
import type { Qcow2Header } from './header.ts';
import { Mapping } from './mapping.ts';
import type { Place } from './mapping.ts';
import { Refcounts } from './refcounts.ts';

/** Clusters that wait for being given back, before that is done without being asked. */
const MOST_WAITING = 8192;

/**
 * Header, mapping and refcounts of an image, and the order in which changes of them reach the disk:
 *
 *   1. data, and refcounts of what is newly used (and L2 tables that nothing leads to yet)   - barrier -
 *   2. L2 and L1 entries that lead to it, or no longer lead to what was given up             - barrier -
 *   3. refcounts of what was given up; only now can it be used again
 *
 * So nothing on the disk ever leads to a cluster that is not counted, not written, or used for something else.
 */
export class Metadata {
  readonly file: BlockFile;
  readonly refcounts: Refcounts;
  readonly mapping: Mapping;
  header: Qcow2Header;
  readonly #clusterBytes: number;
  /** Clusters that are referred to once less as soon as the entries that led to them are gone from the disk. */
  #givenUp: number[] = [];
  #failure: unknown;

  constructor(file: BlockFile, header: Qcow2Header) {
    this.file = file;
    this.header = header;
    this.#clusterBytes = header.clusterBytes;
    this.refcounts = new Refcounts(file, header, {
      moveTable: (offset, clusters) => this.#moveRefcountTable(offset, clusters),
      attempt: (work) => this.#try(work),
      isMetadata: (offset) => this.#isMetadata(offset),
    });
    this.mapping = new Mapping(file, header, this.refcounts, (offset) => this.#giveUp(offset));
    // Whoever knew these features must not believe what they say about the disk any more.
    if (!file.readOnly && header.autoclear !== 0n) this.#updateHeader({ autoclear: 0n });
  }

  /** After a flush that failed nobody knows what is on the disk. @throws AppError 'unavailable' */
  mustWork(): void {
    if (this.#failure === undefined) return;
    throw new AppError({
      code: 'unavailable',
      doing: `change the disk image ${this.file.name}`,
      because: 'an earlier change of it could not be brought to the disk',
      hint: 'Restart the machine once there is room and the disk works.',
      cause: this.#failure,
    });
  }

  /** Keeps the caches within their bounds. To be called before something is looked up, never in between. */
  makeRoom(): void {
    const { refcounts, mapping } = this;
    if (!refcounts.needsRoom && !mapping.needsRoom && this.#givenUp.length < MOST_WAITING) return;
    if (!this.file.readOnly && (refcounts.isDirty || mapping.isDirty || this.#givenUp.length > 0)) this.#settle();
    refcounts.trim();
    mapping.trim();
  }

  /**
   * Gives a cluster of the disk a place in the file that is its own.
   * @param fill writes the content to the place
   */
  renew(cluster: number, before: Place, fill: (offset: number) => void): void {
    const kept = before.kind === 'zero' && before.own && before.offset !== 0;
    const offset = kept ? before.offset : this.refcounts.allocate();
    try {
      fill(offset);
      this.mapping.setData(cluster, offset);
    } catch (error) {
      if (!kept) this.refcounts.release(offset / this.#clusterBytes);
      throw error;
    }
    if (!kept) this.#giveUpPlace(before);
  }

  /** A cluster of the disk gives up its place in the file. */
  replace(cluster: number, before: Place, by: 'zero' | 'absent'): void {
    if (by === 'zero') this.mapping.setZero(cluster, 0);
    else this.mapping.setAbsent(cluster);
    this.#giveUpPlace(before);
  }

  resize(sizeBytes: number, l1Size: number): void {
    const { l1Offset, l1Size: oldSize } = this.mapping;
    if (l1Size <= oldSize) {
      this.#updateHeader({ sizeBytes });
      return;
    }
    this.#settle();
    this.mapping.enlargeL1(l1Size);
    this.#settle();
    this.#updateHeader({ sizeBytes, l1Size, l1Offset: this.mapping.l1Offset });
    const clusters = Math.ceil((oldSize * 8) / this.#clusterBytes);
    for (let index = 0; index < clusters; index++) this.refcounts.release(l1Offset / this.#clusterBytes + index);
  }

  flush(): void {
    this.mustWork();
    this.#settle();
  }

  /** Also what was given up is written, so that nothing is leaked. */
  close(): void {
    if (this.#failure !== undefined) return;
    this.#settle();
    this.#try(() => {
      this.refcounts.write();
      this.file.flush();
    });
  }

  mark(change: { readonly dirty?: boolean; readonly corrupt?: boolean }): void {
    this.#updateHeader(change);
  }

  /** Both barriers; the second only when an entry changed. */
  #settle(): void {
    this.#try(() => {
      this.refcounts.write();
      this.mapping.writeFresh();
      this.file.flush();
      if (this.mapping.isDirty) {
        this.mapping.write();
        this.file.flush();
      }
    });
    const givenUp = this.#givenUp;
    this.#givenUp = [];
    for (const cluster of givenUp) this.refcounts.release(cluster);
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #giveUpPlace(place: Place): void {
    if (place.kind === 'absent') return;
    if (place.kind !== 'compressed') {
      if (place.offset !== 0) this.#giveUp(place.offset);
      return;
    }
    const last = Math.floor((place.offset + place.bytes - 1) / this.#clusterBytes);
    for (let cluster = Math.floor(place.offset / this.#clusterBytes); cluster <= last; cluster++) {
      this.#giveUp(cluster * this.#clusterBytes);
    }
  }

  #giveUp(offset: number): void {
    if (this.#isMetadata(offset))
      throw corrupt(this.file.name, 'a cluster of its content is said to lie in its tables');
    this.#givenUp.push(offset / this.#clusterBytes);
  }

  #isMetadata(offset: number): boolean {
    const within = (start: number, bytes: number): boolean => offset >= start && offset < start + bytes;
    const { refcounts, mapping } = this;
    return (
      offset < this.#clusterBytes ||
      within(mapping.l1Offset, mapping.l1Size * 8) ||
      within(refcounts.tableOffset, refcounts.tableClusters * this.#clusterBytes)
    );
  }

  #moveRefcountTable(offset: number, clusters: number): void {
    this.#updateHeader({ refcountTableOffset: offset, refcountTableClusters: clusters });
  }

  #updateHeader(change: Parameters<typeof updateHeader>[2]): void {
    this.#try(() => {
      this.header = updateHeader(this.file, this.header, change);
      this.file.flush();
    });
  }
}
