import type { BlockFile } from '../block-file.ts';
import { corrupt } from '../problems.ts';
import { AT, INCOMPATIBLE, V3_HEADER_BYTES, clusterBytesOf, parseHeader } from './header.ts';
import type { Qcow2Header } from './header.ts';

const FIRST_BYTES = 4096;

/** @throws AppError 'corrupt' or 'not-supported' */
export function readHeader(file: BlockFile): Qcow2Header {
  const size = file.sizeBytes;
  const first = new Uint8Array(Math.min(FIRST_BYTES, size));
  file.read(first, 0);
  const cluster = new Uint8Array(Math.min(clusterBytesOf(first, file.name), size));
  file.read(cluster, 0);
  const header = parseHeader(cluster, file.name);
  const end = Math.ceil(size / header.clusterBytes) * header.clusterBytes;
  if (header.l1Offset + header.l1Size * 8 > end) throw corrupt(file.name, 'its L1 table lies beyond its end');
  if (header.refcountTableOffset + header.refcountTableClusters * header.clusterBytes > end) {
    throw corrupt(file.name, 'its refcount table lies beyond its end');
  }
  return header;
}

type Change = Partial<
  Pick<
    Qcow2Header,
    | 'sizeBytes'
    | 'l1Size'
    | 'l1Offset'
    | 'refcountTableOffset'
    | 'refcountTableClusters'
    | 'dirty'
    | 'corrupt'
    | 'autoclear'
  >
>;

/** Changes fields of the header in one write within one sector: after a crash all of them are changed or none. */
export function updateHeader(file: BlockFile, header: Qcow2Header, change: Change): Qcow2Header {
  const changed = { ...header, ...change };
  const bytes = new Uint8Array(header.version === 3 ? V3_HEADER_BYTES : AT.incompatible);
  file.read(bytes, 0);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(AT.size, BigInt(changed.sizeBytes));
  view.setUint32(AT.l1Size, changed.l1Size);
  view.setBigUint64(AT.l1Offset, BigInt(changed.l1Offset));
  view.setBigUint64(AT.refcountTableOffset, BigInt(changed.refcountTableOffset));
  view.setUint32(AT.refcountTableClusters, changed.refcountTableClusters);
  if (header.version === 3) {
    const others = view.getBigUint64(AT.incompatible) & ~(INCOMPATIBLE.dirty | INCOMPATIBLE.corrupt);
    const states = (changed.dirty ? INCOMPATIBLE.dirty : 0n) | (changed.corrupt ? INCOMPATIBLE.corrupt : 0n);
    view.setBigUint64(AT.incompatible, others | states);
    view.setBigUint64(AT.autoclear, changed.autoclear);
  }
  file.write(bytes, 0);
  return changed;
}
