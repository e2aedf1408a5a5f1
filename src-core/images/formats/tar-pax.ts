import { corrupt } from './byte-source.ts';

/** What a pax extended header says about the next entry, as far as it matters here. */
export interface PaxRecords {
  path?: string;
  linkpath?: string;
  size?: string;
}

const SPACE = 0x20;
const NEWLINE = 0x0a;

/**
 * Records "LENGTH KEY=VALUE\n" (POSIX, "pax Extended Header"). LENGTH counts the whole record, itself included.
 * @throws AppError 'corrupt'
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
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(new TextDecoder().decode(bytes.subarray(space + 1, end - 1))) ?? [];
    if (key === 'path' || key === 'linkpath' || key === 'size') records[key] = value ?? '';
    at = end;
  }
  return records;
}

/** @throws AppError 'corrupt' */
export function applyPax(
  header: { path: string; target: string; sizeBytes: number },
  pax: PaxRecords,
  what: string,
): void {
  header.path = pax.path ?? header.path;
  header.target = pax.linkpath ?? header.target;
  if (pax.size === undefined) return;
  const size = Number(pax.size);
  if (!/^\d+$/.test(pax.size) || !Number.isSafeInteger(size)) {
    throw corrupt(what, 'an extension header of its tar archive is wrong');
  }
  header.sizeBytes = size;
}
