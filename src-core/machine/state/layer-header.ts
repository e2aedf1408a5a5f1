import { AppError, assert } from '../../base/errors.ts';
import { MACHINE_STATE_VERSION } from './machine-state.ts';

/**
 * A memory layer is a saved machine as bytes, little-endian:
 *
 *   header    128 bytes, below
 *   document  machine-state.ts, as JSON
 *   table     of runs of pages: layer-table.ts
 *   memory    the pages of the runs that are not zero
 *
 * It holds all pages that are not zero, or is a delta: the pages that were written since another layer, its base, was
 * made. Everything has a checksum, and nothing is used before its own was right. Header:
 *
 *   0 "INNSTATE"         28 depth: layers below it       116 zeros
 *   8 version            32 identity of its base         124 checksum of the 124 bytes before
 *   12 document length   40 size of the guest's memory
 *   16 its checksum      48 length of the base's name
 *   20 number of runs    52 name of the base, a file in the same folder
 *   24 table's checksum
 *
 * Version 1 had a header of 32 bytes, which ended with its checksum after the table's, and no deltas.
 */
const MAGIC = new TextEncoder().encode('INNSTATE');
const HEADER_BYTES = 128;
const CHECKED_BYTES = 124;
const NAME_AT = 52;
const MOST_NAME_BYTES = 64;
const VERSION_1_BYTES = 32;
const VERSION_1_CHECKED_BYTES = 28;
/** Enough of a layer's beginning to know what it is. */
export const LAYER_HEAD_BYTES = HEADER_BYTES;

/** Layers below one that is still read: each costs time. A layer over so many is written whole. */
export const MOST_DEPTH = 15;

/** A file's name and nothing else. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Which state a layer holds: another one has others. */
export interface LayerIdentity {
  readonly documentChecksum: number;
  readonly tableChecksum: number;
}

/** A layer that another one can be a delta on. */
export interface LayerBase {
  /** Of its file. */
  readonly name: string;
  readonly identity: LayerIdentity;
  readonly depth: number;
}

export interface LayerHeader {
  readonly version: number;
  readonly headerBytes: number;
  readonly documentBytes: number;
  readonly identity: LayerIdentity;
  readonly runs: number;
  /** null in version 1: it stands in the document. */
  readonly memoryBytes: number | null;
  readonly depth: number;
  readonly base: { readonly name: string; readonly identity: LayerIdentity } | null;
}

export type Crc32 = (bytes: Uint8Array) => number;

/** Whether a layer can be a delta on one of this name in its folder. */
export function canBeBase({ name, depth }: LayerBase): boolean {
  return PLAIN_NAME.test(name) && name.length <= MOST_NAME_BYTES && depth < MOST_DEPTH;
}

export function encodeHeader(
  header: Pick<LayerHeader, 'documentBytes' | 'identity' | 'runs'> & { readonly memoryBytes: number },
  base: LayerBase | null,
  crc32: Crc32,
): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, MACHINE_STATE_VERSION, true);
  view.setUint32(12, header.documentBytes, true);
  view.setUint32(16, header.identity.documentChecksum, true);
  view.setUint32(20, header.runs, true);
  view.setUint32(24, header.identity.tableChecksum, true);
  view.setBigUint64(40, BigInt(header.memoryBytes), true);
  if (base) {
    const name = new TextEncoder().encode(base.name);
    view.setUint32(28, base.depth + 1, true);
    view.setUint32(32, base.identity.documentChecksum, true);
    view.setUint32(36, base.identity.tableChecksum, true);
    view.setUint32(48, name.length, true);
    bytes.set(name, NAME_AT);
  }
  view.setUint32(CHECKED_BYTES, crc32(bytes.subarray(0, CHECKED_BYTES)), true);
  return bytes;
}

/**
 * @param head the first LAYER_HEAD_BYTES of a layer, or all of a shorter file
 * @returns what is wrong with it when it is damaged
 * @throws AppError 'not-supported' when a newer Innkeeper wrote it
 */
export function decodeHeader(head: Uint8Array, crc32: Crc32, doing: string): LayerHeader | string {
  if (head.length < VERSION_1_BYTES) return 'it is too short';
  if (MAGIC.some((byte, index) => head[index] !== byte)) return 'it is not one';
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const version = view.getUint32(8, true);
  const checkedBytes = version === 1 ? VERSION_1_CHECKED_BYTES : CHECKED_BYTES;
  if (head.length < checkedBytes + 4) return 'it is too short';
  // A newer version's header may have another length, and still has to say which it is: see ADR 011.
  if (crc32(head.subarray(0, checkedBytes)) !== view.getUint32(checkedBytes, true)) return 'its header';
  if (version === 0) return 'its version';
  if (version > MACHINE_STATE_VERSION) throw newer(version, doing);
  const common = {
    version,
    headerBytes: version === 1 ? VERSION_1_BYTES : HEADER_BYTES,
    documentBytes: view.getUint32(12, true),
    identity: { documentChecksum: view.getUint32(16, true), tableChecksum: view.getUint32(24, true) },
    runs: view.getUint32(20, true),
  };
  if (version === 1) return { ...common, memoryBytes: null, depth: 0, base: null };
  return { ...common, ...readBase(head, view) };
}

function readBase(head: Uint8Array, view: DataView): Pick<LayerHeader, 'memoryBytes' | 'depth' | 'base'> {
  const memoryBytes = Number(view.getBigUint64(40, true));
  const depth = view.getUint32(28, true);
  if (depth === 0) return { memoryBytes, depth, base: null };
  const nameBytes = Math.min(view.getUint32(48, true), MOST_NAME_BYTES);
  const name = String.fromCharCode(...head.subarray(NAME_AT, NAME_AT + nameBytes));
  const identity = { documentChecksum: view.getUint32(32, true), tableChecksum: view.getUint32(36, true) };
  return { memoryBytes, depth, base: { name, identity } };
}

/** Whether what a header says of its base can be followed: nothing outside the folder, not for ever. */
export function isFollowable({ depth, base }: LayerHeader): boolean {
  return base === null || (depth <= MOST_DEPTH && PLAIN_NAME.test(base.name));
}

/**
 * The same head, with another name for the file that the layer is a delta on.
 * @param name as long as a name may be, and plain
 */
export function withBaseName(head: Uint8Array, name: string, crc32: Crc32): Uint8Array {
  const bytes = head.slice(0, HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const encoded = new TextEncoder().encode(name);
  assert(PLAIN_NAME.test(name) && encoded.length <= MOST_NAME_BYTES, 'a layer is named by a plain file name');
  bytes.fill(0, NAME_AT, NAME_AT + MOST_NAME_BYTES);
  bytes.set(encoded, NAME_AT);
  view.setUint32(48, encoded.length, true);
  view.setUint32(CHECKED_BYTES, crc32(bytes.subarray(0, CHECKED_BYTES)), true);
  return bytes;
}

function newer(version: number, doing: string): AppError {
  return new AppError({
    code: 'not-supported',
    doing,
    because: `its state was saved by a newer Innkeeper (format ${version}, this one knows ${MACHINE_STATE_VERSION})`,
    hint: 'Use the newer Innkeeper.',
    data: { version },
  });
}
