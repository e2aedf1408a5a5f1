import { corrupt } from './byte-source.ts';

/** The table of applet names starts with these two; they are the first in byte order. */
const TABLE_START = new TextEncoder().encode('[\0[[\0');
const MAX_NAME_BYTES = 32;

/**
 * The applets of a BusyBox binary, out of its own table of names (libbb/appletlib.c, `applet_names`: NUL-terminated,
 * sorted, an empty name at the end), so that links are made for exactly what is there.
 * @throws AppError 'corrupt'
 */
export function busyboxApplets(binary: Uint8Array, what: string): readonly string[] {
  const tables = findAll(binary, TABLE_START).map((at) => namesFrom(binary, at));
  const table = tables.find((names) => names.includes('sh') && names.includes('init'));
  if (table === undefined) throw corrupt(what, 'it has no table of applets');
  return table;
}

function findAll(haystack: Uint8Array, needle: Uint8Array): number[] {
  const found: number[] = [];
  const first = needle[0] ?? 0;
  for (let at = haystack.indexOf(first); at >= 0; at = haystack.indexOf(first, at + 1)) {
    if (needle.every((byte, index) => haystack[at + index] === byte)) found.push(at);
  }
  return found;
}

function namesFrom(binary: Uint8Array, start: number): string[] {
  const names: string[] = [];
  for (let at = start; ;) {
    const end = binary.indexOf(0, at);
    if (end < 0 || end === at || end - at > MAX_NAME_BYTES) return names;
    const name = String.fromCharCode(...binary.subarray(at, end));
    const last = names.at(-1);
    if (!/^[[A-Za-z0-9_.-]+$/.test(name) || (last !== undefined && name <= last)) return names;
    names.push(name);
    at = end + 1;
  }
}
