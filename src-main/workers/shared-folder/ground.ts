import type { BigIntStats } from 'node:fs';
import { FILE_TYPE } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';
import type { Node } from './nodes.ts';

/** A path that is good for one operation, at once. */
export type Place = Buffer | string;

/** A node whose identity was not known was seen at its place: this is it from now on. */
export type Confirm = (node: Node, identity: string) => void;

/** Seconds since 1970, as Node takes them. */
export interface HostTimes {
  readonly accessed: number;
  readonly modified: number;
}

/**
 * How nodes are reached on a host's file system, so that nothing outside the shared folder ever is. What this cannot
 * promise on a system stands in ADR 012. All of it throws `FileError`, ESTALE when a node is not where it was.
 */
export interface Ground {
  readonly root: BigIntStats;
  /** Of the shared folder itself. */
  readonly place: Place;
  /** What tells a file from all others, as far as this system can say. */
  identityOf(stats: BigIntStats): string;
  /** Where an entry of a directory is. Its last component may be a link, and must not be followed. */
  entry(directory: Node, name: string): Place;
  /** Where two entries are, for an operation with both. */
  entries(directory: Node, name: string, otherDirectory: Node, otherName: string): readonly [Place, Place];
  /** What is at an entry. */
  look(directory: Node, name: string): BigIntStats;
  attributes(node: Node): BigIntStats;
  /** Opens a regular file that is there. @param flags as open(2), without any that make or truncate it */
  open(node: Node, flags: number): number;
  /** Makes and opens a regular file; what is there already is EEXIST. @param flags how it is opened, as open(2) */
  make(directory: Node, name: string, flags: number, permissions: number): number;
  /** Opens a directory to be read. */
  openDirectory(node: Node): number;
  /** What to list for a directory that is open. */
  listing(node: Node, fd: number): Place;
  setPermissions(node: Node, permissions: number): void;
  setTimes(node: Node, times: HostTimes): void;
  /** The node is not known any more. */
  forget(node: Node): void;
  close(): void;
}

export function typeOf(stats: BigIntStats): number {
  return Number(stats.mode) & FILE_TYPE.mask;
}
