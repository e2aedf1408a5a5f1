import { viewOf } from './blocks.ts';

export interface FatEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly firstCluster: number;
  readonly sizeBytes: number;
}

const ENTRY_BYTES = 32;
const ATTRIBUTES = { volumeLabel: 0x08, directory: 0x10, longName: 0x0f } as const;
const DELETED = 0xe5;
/** Where the 13 characters of a piece of a long name stand. */
const LONG_NAME_AT = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
/** Flags of Windows NT: a short name that is shown in lower case. */
const LOWER_BASE = 0x08;
const LOWER_EXTENSION = 0x10;

/** The entries of a directory, with long names where there are such ("FAT Long Directory Entries"). */
export function readEntries(bytes: Uint8Array): readonly FatEntry[] {
  const entries: FatEntry[] = [];
  let pieces: string[] = [];
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const entry = bytes.subarray(at, at + ENTRY_BYTES);
    const first = entry[0] ?? 0;
    const attributes = entry[11] ?? 0;
    if (first === 0) break;
    if (first === DELETED) pieces = [];
    else if ((attributes & 0x3f) === ATTRIBUTES.longName) {
      if ((first & 0x40) !== 0) pieces = [];
      // The last piece comes first.
      pieces.unshift(longNamePiece(entry));
    } else {
      if ((attributes & ATTRIBUTES.volumeLabel) === 0) entries.push(entryOf(entry, pieces.join('')));
      pieces = [];
    }
  }
  return entries;
}

function longNamePiece(entry: Uint8Array): string {
  const view = viewOf(entry);
  const units = LONG_NAME_AT.map((at) => view.getUint16(at, true));
  const end = units.indexOf(0);
  return String.fromCharCode(...(end < 0 ? units : units.slice(0, end)));
}

function entryOf(entry: Uint8Array, longName: string): FatEntry {
  const view = viewOf(entry);
  return {
    name: longName === '' ? shortName(entry) : longName,
    isDirectory: (view.getUint8(11) & ATTRIBUTES.directory) !== 0,
    firstCluster: view.getUint16(20, true) * 2 ** 16 + view.getUint16(26, true),
    sizeBytes: view.getUint32(28, true),
  };
}

function shortName(entry: Uint8Array): string {
  const flags = entry[12] ?? 0;
  const text = (from: number, to: number, lower: number): string => {
    const part = String.fromCharCode(...entry.subarray(from, to)).trimEnd();
    return (flags & lower) === 0 ? part : part.toLowerCase();
  };
  const base = text(0, 8, LOWER_BASE);
  const extension = text(8, 11, LOWER_EXTENSION);
  return extension === '' ? base : `${base}.${extension}`;
}
