import { joinBytes } from '../../base/join-bytes.ts';
import { corrupt } from '../problems.ts';

/** qcow2, "Header extensions": a type, a length, and data that is padded to a multiple of 8 bytes. */
const EXTENSION = { end: 0, backingFormat: 0xe279_2aca, featureNames: 0x6803_f857, bitmaps: 0x2385_2875 } as const;
const HEAD_BYTES = 8;
const NAME_ENTRY_BYTES = 48;

interface Extensions {
  readonly backingFormat: string | null;
  readonly featureNameTable: Uint8Array;
  readonly hasBitmaps: boolean;
}

/** Unknown extensions are passed over, as the specification asks. */
export function readExtensions(view: DataView, from: number, to: number, name: string): Extensions {
  let found: Extensions = { backingFormat: null, featureNameTable: new Uint8Array(0), hasBitmaps: false };
  for (let at = from; at + HEAD_BYTES <= to;) {
    const type = view.getUint32(at);
    const length = view.getUint32(at + 4);
    if (type === EXTENSION.end) break;
    at += HEAD_BYTES;
    if (at + length > to) throw corrupt(name, 'an extension of its header is longer than the header');
    const data = new Uint8Array(view.buffer, view.byteOffset + at, length);
    if (type === EXTENSION.backingFormat) found = { ...found, backingFormat: ascii(data) };
    if (type === EXTENSION.featureNames) found = { ...found, featureNameTable: data };
    if (type === EXTENSION.bitmaps) found = { ...found, hasBitmaps: true };
    at += Math.ceil(length / 8) * 8;
  }
  return found;
}

/** Names of incompatible features by their bit: type, bit, 46 characters. */
export function featureNames(table: Uint8Array): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (let at = 0; at + NAME_ENTRY_BYTES <= table.length; at += NAME_ENTRY_BYTES) {
    if (table[at] === 0) names.set(table[at + 1] ?? 0, ascii(table.subarray(at + 2, at + NAME_ENTRY_BYTES)));
  }
  return names;
}

/** Printable characters up to the first zero: the text may come from anyone, and goes into messages. */
function ascii(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = end === -1 ? bytes : bytes.subarray(0, end);
  return Array.from(text, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?')).join('');
}

/** The extensions of an image that we make. @param withNames of the features, where clusters have room for them */
export function writeExtensions(backingFormat: string | null, withNames: boolean): Uint8Array {
  return joinBytes([
    ...(backingFormat === null ? [] : [extension(EXTENSION.backingFormat, new TextEncoder().encode(backingFormat))]),
    ...(withNames ? [extension(EXTENSION.featureNames, nameTable())] : []),
    extension(EXTENSION.end, new Uint8Array(0)),
  ]);
}

function extension(type: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + Math.ceil(data.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type);
  view.setUint32(4, data.length);
  bytes.set(data, HEAD_BYTES);
  return bytes;
}

const NAMED = [
  [0, 0, 'dirty bit'],
  [0, 1, 'corrupt bit'],
  [0, 2, 'external data file'],
  [0, 3, 'compression type'],
  [0, 4, 'extended L2 entries'],
  [1, 0, 'lazy refcounts'],
  [2, 0, 'bitmaps'],
  [2, 1, 'raw external data'],
] as const;

function nameTable(): Uint8Array {
  const bytes = new Uint8Array(NAMED.length * NAME_ENTRY_BYTES);
  NAMED.forEach(([type, bit, name], index) => {
    bytes.set([type, bit, ...new TextEncoder().encode(name)], index * NAME_ENTRY_BYTES);
  });
  return bytes;
}
