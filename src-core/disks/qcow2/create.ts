import { AppError } from '../../base/errors.ts';
import type { BlockFile } from '../block-file.ts';
import { AT, COMPRESSION_HEADER_BYTES, MAGIC, checkSize, l1Entries } from './header.ts';
import { writeExtensions } from './header-extensions.ts';
import { writeCount } from './refcount-width.ts';

/** Refcounts of 16 bits, as everybody makes them. */
export const REFCOUNT_ORDER = 4;
const DEFAULT_CLUSTER_BITS = 16;

export interface CreateOptions {
  readonly sizeBytes: number;
  /** 9 to 21; 16 when not given. */
  readonly clusterBits?: number;
  /** Relative to the folder of the new image, or absolute. The format is written down, so that nobody has to guess. */
  readonly backing?: { readonly path: string; readonly format: 'raw' | 'qcow2' };
}

export type NewFile = Pick<BlockFile, 'name' | 'truncate' | 'write' | 'flush'>;

interface Layout {
  readonly clusterBytes: number;
  readonly l1Size: number;
  readonly refcountBlocks: number;
  readonly clusters: number;
}

/**
 * Makes an empty image in an empty file; it takes a few clusters, whatever its size. The header comes last, so that
 * a crash leaves a file that is no image rather than half of one.
 * @throws AppError 'invalid-input'
 */
export function createQcow2(file: NewFile, options: CreateOptions): void {
  const { sizeBytes, clusterBits = DEFAULT_CLUSTER_BITS } = options;
  const layout = plan(sizeBytes, clusterBits, file.name);
  file.truncate(0);
  file.truncate(layout.clusters * layout.clusterBytes);
  writeRefcounts(file, layout);
  file.flush();
  const places = {
    ...{ clusterBits, l1Size: layout.l1Size },
    l1Offset: (2 + layout.refcountBlocks) * layout.clusterBytes,
    ...{ refcountTableOffset: layout.clusterBytes, refcountTableClusters: 1 },
  };
  file.write(headerBytes(options, places, file.name), 0);
  file.flush();
}

/** The same as bytes, for whoever writes whole files. @param name for messages @throws AppError 'invalid-input' */
export function emptyQcow2(options: CreateOptions, name: string): Uint8Array {
  let bytes = new Uint8Array(0);
  createQcow2(
    {
      name,
      truncate: (sizeBytes) => void (bytes = new Uint8Array(sizeBytes)),
      write: (from, offset) => bytes.set(from, offset),
      flush: () => undefined,
    },
    options,
  );
  return bytes;
}

/** Cluster 0 is the header, 1 the refcount table, then refcount blocks, then the L1 table. */
function plan(sizeBytes: number, clusterBits: number, name: string): Layout {
  const clusterBytes = 2 ** clusterBits;
  if (!Number.isInteger(clusterBits) || clusterBits < 9 || clusterBits > 21) {
    throw new AppError({
      code: 'invalid-input',
      doing: `make the disk image ${name}`,
      because: `clusters of ${clusterBytes} bytes are not possible`,
      hint: 'Take a power of two from 512 bytes to 2 MiB.',
    });
  }
  checkSize(sizeBytes, clusterBytes, name);
  const l1Size = Math.max(1, l1Entries(sizeBytes, clusterBytes));
  const others = 2 + Math.ceil((l1Size * 8) / clusterBytes);
  const perBlock = clusterBytes / 2;
  let refcountBlocks = 1;
  while (refcountBlocks * perBlock < others + refcountBlocks) refcountBlocks++;
  return checkPlan({ clusterBytes, l1Size, refcountBlocks, clusters: others + refcountBlocks }, name);
}

function checkPlan(layout: Layout, name: string): Layout {
  if (layout.refcountBlocks * 8 <= layout.clusterBytes) return layout;
  throw new AppError({
    code: 'invalid-input',
    doing: `make the disk image ${name}`,
    because: 'its clusters are too small for its size',
    hint: 'Take larger clusters.',
  });
}

function writeRefcounts(file: NewFile, { clusterBytes, refcountBlocks, clusters }: Layout): void {
  const table = new Uint8Array(clusterBytes);
  const view = new DataView(table.buffer);
  const blocks = new Uint8Array(refcountBlocks * clusterBytes);
  for (let index = 0; index < refcountBlocks; index++) {
    view.setBigUint64(index * 8, BigInt((2 + index) * clusterBytes));
  }
  for (let cluster = 0; cluster < clusters; cluster++) writeCount(blocks, REFCOUNT_ORDER, cluster, 1);
  file.write(table, clusterBytes);
  file.write(blocks, 2 * clusterBytes);
}

/** Where the tables of a new image are, and how large. */
export interface TablePlaces {
  readonly clusterBits: number;
  readonly l1Size: number;
  readonly l1Offset: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
}

/** Header, extensions, and the path of the backing image behind them: all in the first cluster. */
export function headerBytes(
  { sizeBytes, backing }: Pick<CreateOptions, 'sizeBytes' | 'backing'>,
  places: TablePlaces,
  name: string,
): Uint8Array {
  const clusterBytes = 2 ** places.clusterBits;
  const extensions = writeExtensions(backing?.format ?? null, clusterBytes >= 4096);
  const path = new TextEncoder().encode(backing?.path ?? '');
  const bytes = new Uint8Array(COMPRESSION_HEADER_BYTES + extensions.length + path.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint32(AT.version, 3);
  if (backing) {
    checkBacking(backing.path, path.length, clusterBytes - bytes.length, name);
    view.setBigUint64(AT.backingOffset, BigInt(bytes.length - path.length));
    view.setUint32(AT.backingLength, path.length);
  }
  view.setUint32(AT.clusterBits, places.clusterBits);
  view.setBigUint64(AT.size, BigInt(sizeBytes));
  view.setUint32(AT.l1Size, places.l1Size);
  view.setBigUint64(AT.l1Offset, BigInt(places.l1Offset));
  view.setBigUint64(AT.refcountTableOffset, BigInt(places.refcountTableOffset));
  view.setUint32(AT.refcountTableClusters, places.refcountTableClusters);
  view.setUint32(AT.refcountOrder, REFCOUNT_ORDER);
  view.setUint32(AT.headerLength, COMPRESSION_HEADER_BYTES);
  bytes.set(extensions, COMPRESSION_HEADER_BYTES);
  bytes.set(path, bytes.length - path.length);
  return bytes;
}

function checkBacking(path: string, length: number, room: number, name: string): void {
  if (length >= 1 && length <= 1023 && room >= 0 && !path.includes('\0')) return;
  throw new AppError({
    code: 'invalid-input',
    doing: `make the disk image ${name}`,
    because: 'the path of its backing image does not fit into its header',
    hint: 'Take a shorter path, or larger clusters.',
  });
}
