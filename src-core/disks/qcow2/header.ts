import { AppError } from '../../base/errors.ts';
import { corrupt, unsupported } from '../problems.ts';
import { featureNames, readExtensions } from './header-extensions.ts';

/** qcow2 specification, "Header". All numbers are big-endian. */
export const MAGIC = 0x514649fb;
export const V2_HEADER_BYTES = 72;
export const V3_HEADER_BYTES = 104;
/** Together with the compression type, which images with another than deflate need. */
export const COMPRESSION_HEADER_BYTES = 112;

export const AT = {
  version: 4,
  backingOffset: 8,
  backingLength: 16,
  clusterBits: 20,
  size: 24,
  encryption: 32,
  l1Size: 36,
  l1Offset: 40,
  refcountTableOffset: 48,
  refcountTableClusters: 56,
  snapshotCount: 60,
  snapshotsOffset: 64,
  incompatible: 72,
  compatible: 80,
  autoclear: 88,
  refcountOrder: 96,
  headerLength: 100,
  compressionType: 104,
} as const;

export const INCOMPATIBLE = { dirty: 1n, corrupt: 2n, externalData: 4n, compressionType: 8n, extendedL2: 16n } as const;
const KNOWN_INCOMPATIBLE = INCOMPATIBLE.dirty | INCOMPATIBLE.corrupt | INCOMPATIBLE.compressionType;

const MAX_L1_BYTES = 32 * 1024 * 1024;
export const MAX_REFCOUNT_TABLE_BYTES = 8 * 1024 * 1024;
const MAX_BACKING_BYTES = 1023;
const MAX_SIZE_BYTES = Number.MAX_SAFE_INTEGER;

export interface Qcow2Header {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  readonly clusterBytes: number;
  readonly sizeBytes: number;
  /** Entries. */
  readonly l1Size: number;
  readonly l1Offset: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
  readonly snapshotCount: number;
  readonly dirty: boolean;
  readonly corrupt: boolean;
  readonly autoclear: bigint;
  readonly refcountOrder: number;
  readonly compression: 'deflate' | 'zstd';
  /** As it stands in the image: relative to the image's folder, or absolute. The format is null when none is told. */
  readonly backing: { readonly path: string; readonly format: string | null } | null;
  /** There are persistent bitmaps whose clusters nothing else refers to. */
  readonly hasBitmaps: boolean;
}

/**
 * Reads a header.
 * @param bytes the first cluster of the file, or as much as there is of it; see `clusterBytesOf`
 * @throws AppError 'corrupt', or 'not-supported' that names the feature
 */
export function parseHeader(bytes: Uint8Array, name: string): Qcow2Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = checkBeginning(view, name);
  if (view.getUint32(AT.encryption) !== 0) throw unsupported(name, 'it is encrypted');
  const clusterBits = view.getUint32(AT.clusterBits);
  if (clusterBits < 9 || clusterBits > 21) throw corrupt(name, `clusters of 2^${clusterBits} bytes`);
  const clusterBytes = 2 ** clusterBits;
  const v3 = version === 3 ? parseVersion3(view, name) : VERSION_2;
  const extensions = readExtensions(view, v3.headerLength, endOfExtensions(view, clusterBytes), name);
  checkFeatures(v3.incompatible, featureNames(extensions.featureNameTable), name);
  const format = extensions.backingFormat;
  const path = parseBacking(view, bytes, clusterBytes, name);
  const header: Qcow2Header = {
    ...{ version, clusterBits, clusterBytes },
    sizeBytes: position(view, AT.size, name, 'its size'),
    l1Size: view.getUint32(AT.l1Size),
    l1Offset: position(view, AT.l1Offset, name, 'the place of its L1 table'),
    refcountTableOffset: position(view, AT.refcountTableOffset, name, 'the place of its refcount table'),
    refcountTableClusters: view.getUint32(AT.refcountTableClusters),
    snapshotCount: view.getUint32(AT.snapshotCount),
    dirty: (v3.incompatible & INCOMPATIBLE.dirty) !== 0n,
    corrupt: (v3.incompatible & INCOMPATIBLE.corrupt) !== 0n,
    autoclear: v3.autoclear,
    refcountOrder: v3.refcountOrder,
    compression: v3.compression,
    backing: path === null ? null : { path, format },
    hasBitmaps: extensions.hasBitmaps && (v3.autoclear & 1n) !== 0n,
  };
  checkTables(header, name);
  return header;
}

/** How many of the first bytes `parseHeader` wants. @throws AppError when it is no qcow2 at all */
export function clusterBytesOf(bytes: Uint8Array, name: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  checkBeginning(view, name);
  return 2 ** Math.min(21, Math.max(9, view.getUint32(AT.clusterBits)));
}

function checkBeginning(view: DataView, name: string): 2 | 3 {
  if (view.byteLength < V2_HEADER_BYTES || view.getUint32(0) !== MAGIC) throw corrupt(name, 'it has no qcow2 header');
  const version = view.getUint32(AT.version);
  if (version !== 2 && version !== 3) throw unsupported(name, `it is a qcow2 image of version ${version}`);
  return version;
}

interface Version3 {
  readonly incompatible: bigint;
  readonly autoclear: bigint;
  readonly refcountOrder: number;
  readonly headerLength: number;
  readonly compression: 'deflate' | 'zstd';
}

const VERSION_2: Version3 = {
  incompatible: 0n,
  autoclear: 0n,
  refcountOrder: 4,
  headerLength: V2_HEADER_BYTES,
  compression: 'deflate',
};

function parseVersion3(view: DataView, name: string): Version3 {
  if (view.byteLength < V3_HEADER_BYTES) throw corrupt(name, 'its header ends early');
  const refcountOrder = view.getUint32(AT.refcountOrder);
  const headerLength = view.getUint32(AT.headerLength);
  if (refcountOrder > 6) throw corrupt(name, `refcounts of 2^${refcountOrder} bits`);
  if (headerLength < V3_HEADER_BYTES || headerLength > view.byteLength) throw corrupt(name, 'the length of its header');
  const incompatible = view.getBigUint64(AT.incompatible);
  const type = headerLength > AT.compressionType ? view.getUint8(AT.compressionType) : 0;
  if ((incompatible & INCOMPATIBLE.compressionType) !== 0n && type > 1) {
    throw unsupported(name, `its compression is of the unknown type ${type}`);
  }
  const compression = type === 1 ? 'zstd' : 'deflate';
  return { incompatible, autoclear: view.getBigUint64(AT.autoclear), refcountOrder, headerLength, compression };
}

function checkFeatures(incompatible: bigint, names: ReadonlyMap<number, string>, name: string): void {
  if ((incompatible & INCOMPATIBLE.externalData) !== 0n) throw unsupported(name, 'its data lie in another file');
  if ((incompatible & INCOMPATIBLE.extendedL2) !== 0n) throw unsupported(name, 'it has extended L2 entries');
  const unknown = incompatible & ~KNOWN_INCOMPATIBLE;
  if (unknown === 0n) return;
  const bits = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ((unknown >> BigInt(bit)) & 1n) === 1n);
  const told = bits.map((bit) => names.get(bit) ?? `number ${bit}`).join(', ');
  throw unsupported(name, `it uses features that are not known here: ${told}`);
}

/** Extensions end where the name of the backing file begins. */
function endOfExtensions(view: DataView, clusterBytes: number): number {
  const backing = view.getUint32(AT.backingOffset) === 0 ? view.getUint32(AT.backingOffset + 4) : 0;
  return Math.min(view.byteLength, clusterBytes, backing || Infinity);
}

function parseBacking(view: DataView, bytes: Uint8Array, clusterBytes: number, name: string): string | null {
  const offset = position(view, AT.backingOffset, name, 'the place of the name of its backing file');
  const length = view.getUint32(AT.backingLength);
  if (offset === 0 || length === 0) return null;
  if (length > MAX_BACKING_BYTES || offset + length > Math.min(clusterBytes, bytes.length)) {
    throw corrupt(name, 'the name of its backing file');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.slice(offset, offset + length));
  } catch (cause) {
    throw corrupt(name, 'the name of its backing file', cause);
  }
}

/** Everything that is read as a whole later is bounded here. */
function checkTables(header: Qcow2Header, name: string): void {
  const { clusterBytes, l1Size, l1Offset, refcountTableOffset, refcountTableClusters } = header;
  if (l1Size * 8 > MAX_L1_BYTES) throw corrupt(name, 'its L1 table is too large');
  if (l1Size < l1Entries(header.sizeBytes, clusterBytes)) throw corrupt(name, 'its L1 table is too small for its size');
  if (l1Offset % clusterBytes !== 0 || (l1Offset === 0 && l1Size > 0)) throw corrupt(name, 'the place of its L1 table');
  const tableBytes = refcountTableClusters * clusterBytes;
  if (refcountTableClusters === 0 || tableBytes > MAX_REFCOUNT_TABLE_BYTES) {
    throw corrupt(name, 'the size of its refcount table');
  }
  if (refcountTableOffset % clusterBytes !== 0 || refcountTableOffset === 0) {
    throw corrupt(name, 'the place of its refcount table');
  }
}

/** How many L1 entries a disk of that size needs: each leads to an L2 table, which is one cluster. */
export function l1Entries(sizeBytes: number, clusterBytes: number): number {
  return Math.ceil(sizeBytes / (clusterBytes * (clusterBytes / 8)));
}

/** @throws AppError when no disk of that size can be described */
export function checkSize(sizeBytes: number, clusterBytes: number, name: string): void {
  const most = Math.min(MAX_SIZE_BYTES, (MAX_L1_BYTES / 8) * clusterBytes * (clusterBytes / 8));
  if (Number.isSafeInteger(sizeBytes) && sizeBytes >= 512 && sizeBytes % 512 === 0 && sizeBytes <= most) return;
  throw new AppError({
    code: 'invalid-input',
    doing: `make the disk image ${name}`,
    because: `${sizeBytes} bytes is no possible size of a disk`,
    hint: 'Give a whole number of sectors of 512 bytes.',
    data: { sizeBytes, mostBytes: most },
  });
}

function position(view: DataView, at: number, name: string, what: string): number {
  const value = view.getBigUint64(at);
  if (value > BigInt(MAX_SIZE_BYTES)) throw corrupt(name, what);
  return Number(value);
}
