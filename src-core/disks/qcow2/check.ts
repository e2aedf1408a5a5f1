import { corrupt, mustBeWritable, unsupported } from '../problems.ts';
import type { Metadata } from './metadata.ts';
import type { Place } from './mapping.ts';

export interface CheckReport {
  /** Damage: two contents in one cluster, content that is not counted, entries that make no sense. */
  readonly corruptions: number;
  /** Clusters that are counted but used by nothing: only room is lost. */
  readonly leaks: number;
  /** The first problems, in words. */
  readonly problems: readonly string[];
  /** Clusters of the disk that have a place in the file. */
  readonly allocatedClusters: number;
}

const MOST_PROBLEMS = 20;
/** One number is kept in memory for each. */
const MOST_CLUSTERS = 1 << 26;
const MOST_COUNTED = 0xffff;

/** Compares the refcounts of an image with what really refers to its clusters. Changes nothing. @throws AppError 'not-supported' */
export function check(metadata: Metadata): CheckReport {
  return new Survey(metadata).compare(() => undefined);
}

/** Gives back what is leaked. @returns what was found before. @throws AppError 'corrupt' when more than that is wrong */
export function repairLeaks(metadata: Metadata): CheckReport {
  mustBeWritable(metadata.file.name, metadata.file.readOnly);
  const report = check(metadata);
  if (report.corruptions > 0)
    throw corrupt(metadata.file.name, report.problems[0] ?? 'its tables contradict each other');
  new Survey(metadata).compare((cluster, used) => metadata.refcounts.set(cluster, used));
  metadata.flush();
  return report;
}

/**
 * Sets all refcounts right, after a crash of a program that puts off writing them (the dirty bit says so).
 * @throws AppError 'corrupt' when that cannot be all that is wrong
 */
export function recount(metadata: Metadata): void {
  const survey = new Survey(metadata);
  const { fatal } = survey;
  if (fatal > 0) throw corrupt(metadata.file.name, survey.problems[0] ?? 'its tables contradict each other');
  // First what is used and not counted: a new refcount block must find no used cluster called free.
  survey.compare((cluster, used, counted) => used > counted && metadata.refcounts.set(cluster, used));
  new Survey(metadata).compare((cluster, used) => metadata.refcounts.set(cluster, used));
  metadata.flush();
  metadata.mark({ dirty: false });
}

/** What refers to each cluster of the file. */
class Survey {
  readonly problems: string[] = [];
  /** Problems that are not of the refcounts. */
  fatal = 0;
  readonly #metadata: Metadata;
  readonly #clusterBytes: number;
  readonly #used: Uint16Array;
  /** One for each cluster that can have one use only. */
  readonly #exclusive: Uint8Array;
  /** Clusters with an entry that says whether they have one use only: 1 that says so, 2 that denies it. */
  readonly #copied: Uint8Array;
  #allocated = 0;

  constructor(metadata: Metadata) {
    const { file, header } = metadata;
    this.#metadata = metadata;
    this.#clusterBytes = header.clusterBytes;
    if (header.snapshotCount > 0) throw unsupported(file.name, 'it has internal snapshots', 'Use "qemu-img check".');
    if (header.hasBitmaps) throw unsupported(file.name, 'it has persistent bitmaps', 'Use "qemu-img check".');
    const clusters = Math.ceil(file.sizeBytes / this.#clusterBytes);
    if (clusters > MOST_CLUSTERS)
      throw unsupported(file.name, 'it is too large to be checked', 'Use "qemu-img check".');
    this.#used = new Uint16Array(clusters);
    this.#exclusive = new Uint8Array(clusters);
    this.#copied = new Uint8Array(clusters);
    this.#visitTables();
    this.#visitContent();
  }

  /** @param differs called for each cluster whose refcount is not what is used */
  compare(differs: (cluster: number, used: number, counted: number) => void): CheckReport {
    const { refcounts } = this.#metadata;
    let leaks = 0;
    let uncounted = 0;
    for (let cluster = 0; cluster < this.#used.length; cluster++) {
      const used = this.#used[cluster] ?? 0;
      const counted = refcounts.get(cluster);
      const said = this.#copied[cluster];
      if ((said === 1 && counted !== 1) || (said === 2 && counted === 1)) {
        this.#tell(`an entry is wrong about who else uses cluster ${cluster}`);
        uncounted++;
      }
      if (used !== counted) {
        if (used < counted) leaks++;
        else {
          uncounted++;
          this.#tell(`cluster ${cluster} is used ${used} times and counted ${counted} times`);
        }
        differs(cluster, used, counted);
      }
      if (cluster % 4096 === 0) this.#metadata.makeRoom();
    }
    if (leaks > 0) this.#tell(`${leaks} clusters are leaked`);
    return { corruptions: this.fatal + uncounted, leaks, problems: this.problems, allocatedClusters: this.#allocated };
  }

  #visitTables(): void {
    const { mapping, refcounts } = this.#metadata;
    this.#use(0, this.#clusterBytes, true, 'the header');
    this.#use(refcounts.tableOffset, refcounts.tableClusters * this.#clusterBytes, true, 'the refcount table');
    this.#use(mapping.l1Offset, mapping.l1Size * 8, true, 'the L1 table');
    for (const offset of refcounts.blockOffsets()) this.#use(offset, this.#clusterBytes, true, 'a refcount block');
  }

  #visitContent(): void {
    const { mapping } = this.#metadata;
    const perTable = this.#clusterBytes / 8;
    for (const { index, offset, own } of mapping.l2Offsets()) {
      // A table that two entries lead to is visited once: else an image could keep us busy without end.
      if (!this.#use(offset, this.#clusterBytes, true, 'an L2 table')) continue;
      this.#say(offset, own);
      for (let cluster = index * perTable; cluster < (index + 1) * perTable; cluster++) this.#visit(cluster);
      this.#metadata.makeRoom();
    }
  }

  #visit(cluster: number): void {
    let place: Place;
    try {
      place = this.#metadata.mapping.find(cluster);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
      return;
    }
    if (place.kind === 'absent' || (place.kind !== 'compressed' && place.offset === 0)) return;
    this.#allocated++;
    if (place.kind === 'compressed') {
      // The last sectors may be told although the file ends before: the length is in whole sectors.
      this.#use(
        place.offset,
        Math.min(place.bytes, Math.max(1, this.#metadata.file.sizeBytes - place.offset)),
        false,
        'content',
      );
    } else if (this.#use(place.offset, this.#clusterBytes, true, 'content')) {
      this.#say(place.offset, place.own);
    }
  }

  /** @returns false when it cannot be so */
  #use(offset: number, bytes: number, exclusive: boolean, what: string): boolean {
    const first = Math.floor(offset / this.#clusterBytes);
    const last = Math.floor((offset + bytes - 1) / this.#clusterBytes);
    if (first < 0 || last >= this.#used.length || (exclusive && offset % this.#clusterBytes !== 0)) {
      return this.#fail(`${what} is said to be at ${offset}`);
    }
    let isFine = true;
    for (let cluster = first; cluster <= last; cluster++) {
      const used = this.#used[cluster] ?? 0;
      if (used > 0 && (exclusive || this.#exclusive[cluster] === 1)) {
        isFine = this.#fail(`${what} is in cluster ${cluster}, together with something else`);
      }
      this.#used[cluster] = Math.min(MOST_COUNTED, used + 1);
      if (exclusive) this.#exclusive[cluster] = 1;
    }
    return isFine;
  }

  #say(offset: number, own: boolean): void {
    this.#copied[offset / this.#clusterBytes] = own ? 1 : 2;
  }

  #fail(problem: string): false {
    this.fatal++;
    this.#tell(problem);
    return false;
  }

  #tell(problem: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem);
  }
}
