import { AppError } from '../../base/errors.ts';
import { corrupt } from './byte-source.ts';

/** What a pax extended header says about the next entry, as far as it matters here. */
export interface PaxRecords {
  path?: string;
  linkpath?: string;
  size?: string;
  /** Owners beyond what the header has room for. */
  uid?: string;
  gid?: string;
  /** Extended attributes, by name. */
  attributes?: Map<string, Uint8Array>;
}

const ATTRIBUTE = 'SCHILY.xattr.';
/** Its content is a map of holes and what lies between them: read as it stands it would be another file. */
const SPARSE = 'GNU.sparse.';

const SPACE = 0x20;
const NEWLINE = 0x0a;
const EQUALS = 0x3d;

/**
 * Records "LENGTH KEY=VALUE\n" (POSIX, "pax Extended Header"). LENGTH counts the whole record, itself included.
 * @throws AppError 'corrupt', 'not-supported' for a sparse file
 */
export function parsePax(bytes: Uint8Array, what: string): PaxRecords {
  const records: PaxRecords = {};
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(SPACE, at);
    const digits = space < 0 || space - at > 7 ? '' : String.fromCharCode(...bytes.subarray(at, space));
    const end = at + Number(digits);
    // The length must reach past its own digits, or the loop would stand still.
    if (!/^\d+$/.test(digits) || end <= space + 1 || bytes[end - 1] !== NEWLINE) {
      throw corrupt(what, 'an extension header of its tar archive is wrong');
    }
    const record = bytes.subarray(space + 1, end - 1);
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(new TextDecoder().decode(record)) ?? [];
    if (key === 'path' || key === 'linkpath' || key === 'size' || key === 'uid' || key === 'gid') records[key] = value;
    if (key.startsWith(SPARSE)) throw sparse(what);
    // Their values are bytes, not text.
    if (key.startsWith(ATTRIBUTE)) {
      records.attributes ??= new Map();
      records.attributes.set(key.slice(ATTRIBUTE.length), record.slice(record.indexOf(EQUALS) + 1));
    }
    at = end;
  }
  return records;
}

/** What GNU tar makes of files with holes when it is told `--sparse`. */
export function sparse(what: string): AppError {
  return new AppError({
    code: 'not-supported',
    doing: `read ${what}`,
    because: `${what} has a file with holes that GNU tar has packed in a way of its own`,
    hint: 'Make it again without --sparse.',
  });
}

/** @throws AppError 'corrupt' */
export function applyPax(
  header: {
    path: string;
    target: string;
    sizeBytes: number;
    owner: number;
    group: number;
    attributes: ReadonlyMap<string, Uint8Array>;
  },
  pax: PaxRecords,
  what: string,
): void {
  header.path = pax.path ?? header.path;
  header.target = pax.linkpath ?? header.target;
  header.attributes = pax.attributes ?? header.attributes;
  header.sizeBytes = numberOf(pax.size, what) ?? header.sizeBytes;
  header.owner = numberOf(pax.uid, what) ?? header.owner;
  header.group = numberOf(pax.gid, what) ?? header.group;
}

function numberOf(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw corrupt(what, 'an extension header of its tar archive is wrong');
}
