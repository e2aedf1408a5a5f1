import { ByteReader, collect, corrupt, type ByteSource, type Section } from './byte-source.ts';
import { applyPax, parsePax, sparse, type PaxRecords } from './tar-pax.ts';

const BLOCK_BYTES = 512;
/** GNU tar's own type of entry, before it used pax headers. */
const OLD_SPARSE = 'S';
/** Of a long name or a pax header; paths end at 4096 bytes everywhere. */
const MAX_METADATA_BYTES = 64 * 1024;

export type TarEntryType = 'file' | 'hard-link' | 'symlink' | 'directory' | 'other';

/** What an entry of type 'other' is, where that is known. */
export interface SpecialFile {
  readonly kind: 'character' | 'block' | 'fifo';
  readonly major: number;
  readonly minor: number;
}

export interface TarEntry {
  /** As written, without a leading "./" and a trailing "/". It may hold ".." and must not become a host path as it is. */
  readonly path: string;
  readonly type: TarEntryType;
  /** Permission bits. */
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
  /** Seconds since 1970. */
  readonly modifiedAt: number;
  readonly sizeBytes: number;
  /** Of a link. */
  readonly target: string;
  readonly special: SpecialFile | null;
  /** Extended attributes, by name ("SCHILY.xattr" of star and GNU tar, "LIBARCHIVE.xattr" is passed over). */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
  /** Where the content begins, in bytes from the beginning of the archive. */
  readonly contentOffset: number;
  /** Skipped when the next entry is asked for. */
  readonly content: Section;
}

const TYPES: Readonly<Record<string, TarEntryType>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'symlink',
  '5': 'directory',
};

interface Header {
  path: string;
  target: string;
  sizeBytes: number;
  attributes: ReadonlyMap<string, Uint8Array>;
  flag: string;
  readonly mode: number;
  owner: number;
  group: number;
  readonly modifiedAt: number;
  readonly major: number;
  readonly minor: number;
}

const SPECIAL: Readonly<Record<string, SpecialFile['kind']>> = { '3': 'character', '4': 'block', '6': 'fifo' };
const NO_ATTRIBUTES: ReadonlyMap<string, Uint8Array> = new Map();

/**
 * The entries of a tar archive (POSIX ustar and pax, GNU long names), in their order.
 *
 * Own code because this layer knows no Node streams, on which the parsers at hand are built: it pulls chunks from any
 * source, so that no more than one is in memory, and refuses what they pass over silently.
 * @throws AppError 'corrupt', 'not-supported' for files with holes
 */
export async function* readTar(source: ByteSource, what: string): AsyncGenerator<TarEntry, void, void> {
  const reader = new ByteReader(source, what);
  try {
    for (;;) {
      const header = await nextHeader(reader, what);
      if (header === undefined) return;
      const contentOffset = reader.position;
      const content = reader.section(header.sizeBytes);
      yield {
        path: header.path.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, ''),
        type: TYPES[header.flag] ?? 'other',
        mode: header.mode & 0o7777,
        owner: header.owner,
        group: header.group,
        modifiedAt: header.modifiedAt,
        sizeBytes: header.sizeBytes,
        target: header.target,
        special: specialOf(header),
        attributes: header.attributes,
        contentOffset,
        content,
      };
      await content.finish();
      await reader.skip(padding(header.sizeBytes));
    }
  } finally {
    await reader.close();
  }
}

/** The header of the next real entry, with what extension headers before it say. */
async function nextHeader(reader: ByteReader, what: string): Promise<Header | undefined> {
  let longPath: string | undefined;
  let longTarget: string | undefined;
  let pax: PaxRecords = {};
  for (;;) {
    const block = await reader.exactOrEnd(BLOCK_BYTES);
    if (block === undefined || block.every((byte) => byte === 0)) return undefined;
    const header = parseHeader(block, what);
    if (header.flag === 'L') longPath = cString(await metadata(reader, header, what));
    else if (header.flag === 'K') longTarget = cString(await metadata(reader, header, what));
    else if (header.flag === 'x') pax = parsePax(await metadata(reader, header, what), what);
    else if (header.flag === 'g') await metadata(reader, header, what);
    else if (header.flag === OLD_SPARSE) throw sparse(what);
    else {
      header.path = longPath ?? header.path;
      header.target = longTarget ?? header.target;
      applyPax(header, pax, what);
      // Before ustar, a trailing slash made a directory. What a short name ends with says nothing when there is a longer
      // one: Go leaves out of it what is not ASCII, and "d/ü" becomes "d/".
      if ((header.flag === '0' || header.flag === '\0') && header.path.endsWith('/')) header.flag = '5';
      // Only files have content; a size in any other header says nothing (POSIX, "ustar Interchange Format").
      if ((TYPES[header.flag] ?? 'file') !== 'file') header.sizeBytes = 0;
      return header;
    }
  }
}

async function metadata(reader: ByteReader, header: Header, what: string): Promise<Uint8Array> {
  const bytes = await collect(reader.section(header.sizeBytes), MAX_METADATA_BYTES, what);
  await reader.skip(padding(header.sizeBytes));
  return bytes;
}

function parseHeader(block: Uint8Array, what: string): Header {
  const sum = parseNumber(block.subarray(148, 156), what);
  if (sum !== checksum(block)) throw corrupt(what, 'a header of its tar archive has a wrong checksum');
  const name = cString(block.subarray(0, 100));
  // Bytes 345 to 500 are a prefix in ustar only ("ustar\0"); GNU ("ustar  ") keeps times there.
  const isUstar = cString(block.subarray(257, 264)) === 'ustar';
  const prefix = isUstar ? cString(block.subarray(345, 500)) : '';
  const flag = String.fromCharCode(block[156] ?? 0);
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    target: cString(block.subarray(157, 257)),
    sizeBytes: parseNumber(block.subarray(124, 136), what),
    flag,
    mode: parseNumber(block.subarray(100, 108), what),
    owner: parseNumber(block.subarray(108, 116), what),
    group: parseNumber(block.subarray(116, 124), what),
    modifiedAt: parseNumber(block.subarray(136, 148), what),
    major: Object.hasOwn(SPECIAL, flag) ? parseNumber(block.subarray(329, 337), what) : 0,
    minor: Object.hasOwn(SPECIAL, flag) ? parseNumber(block.subarray(337, 345), what) : 0,
    attributes: NO_ATTRIBUTES,
  };
}

function specialOf({ flag, major, minor }: Header): SpecialFile | null {
  const kind = Object.hasOwn(SPECIAL, flag) ? SPECIAL[flag] : undefined;
  return kind === undefined ? null : { kind, major, minor };
}

/** The sum of all bytes, its own field counted as spaces. */
function checksum(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of block.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum;
}

/** Octal digits, or base 256 where the first bit is set (a GNU extension for large values). */
function parseNumber(field: Uint8Array, what: string): number {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, field[0] === 0x80 ? 0 : Infinity);
    if (Number.isSafeInteger(value)) return value;
    throw corrupt(what, 'a number in its tar archive is out of range');
  }
  const text = cString(field).trim();
  if (!/^[0-7]*$/.test(text)) throw corrupt(what, 'a number in its tar archive is wrong');
  return text === '' ? 0 : parseInt(text, 8);
}

function cString(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function padding(sizeBytes: number): number {
  return (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
}
