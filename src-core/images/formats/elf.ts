import { corrupt } from './byte-source.ts';

/** ELF64, little endian, read through its section headers (System V ABI, "Sections"). */

const HEADER_BYTES = 64;
const SECTION_HEADER_BYTES = 64;
/** A real file has some dozens. */
const MAX_SECTIONS = 4096;
const DYNAMIC_ENTRY_BYTES = 16;
const DT_NEEDED = 1n;

interface SectionHeader {
  readonly name: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * The bytes of a named section, or undefined where the file has none.
 * @throws AppError 'corrupt'
 */
export function elfSection(bytes: Uint8Array, wanted: string, what: string): Uint8Array | undefined {
  const headers = sectionHeaders(bytes, what);
  const names = headers[viewOf(bytes).getUint16(62, true)];
  if (names === undefined) throw corrupt(what, 'it has no section names');
  const table = slice(bytes, names.offset, names.size, what);
  const found = headers.find((header) => nameIs(table, header.name, wanted));
  return found === undefined ? undefined : slice(bytes, found.offset, found.size, what);
}

/**
 * The shared libraries that a program asks for, and its interpreter's path without the leading slash.
 * @throws AppError 'corrupt'
 */
export function neededLibraries(
  bytes: Uint8Array,
  what: string,
): { needed: string[]; interpreter: string | undefined } {
  const interpreter = elfSection(bytes, '.interp', what);
  const dynamic = elfSection(bytes, '.dynamic', what) ?? new Uint8Array(0);
  const strings = elfSection(bytes, '.dynstr', what) ?? new Uint8Array(0);
  const needed: string[] = [];
  const view = viewOf(dynamic);
  for (let at = 0; at + DYNAMIC_ENTRY_BYTES <= dynamic.length; at += DYNAMIC_ENTRY_BYTES) {
    if (view.getBigUint64(at, true) !== DT_NEEDED) continue;
    const offset = Number(view.getBigUint64(at + 8, true));
    needed.push(cString(slice(strings, offset, strings.length - Math.min(offset, strings.length), what)));
  }
  return { needed, interpreter: interpreter === undefined ? undefined : cString(interpreter).replace(/^\//, '') };
}

function sectionHeaders(bytes: Uint8Array, what: string): SectionHeader[] {
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  if (bytes.length < HEADER_BYTES || magic !== '\x7fELF\x02\x01') throw corrupt(what, 'it is not a 64-bit ELF file');
  const view = viewOf(bytes);
  const start = Number(view.getBigUint64(40, true));
  const count = view.getUint16(60, true);
  if (view.getUint16(58, true) !== SECTION_HEADER_BYTES || count > MAX_SECTIONS) {
    throw corrupt(what, 'its section headers are wrong');
  }
  slice(bytes, start, count * SECTION_HEADER_BYTES, what);
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * SECTION_HEADER_BYTES;
    return {
      name: view.getUint32(at, true),
      offset: Number(view.getBigUint64(at + 24, true)),
      size: Number(view.getBigUint64(at + 32, true)),
    };
  });
}

function nameIs(table: Uint8Array, at: number, wanted: string): boolean {
  if (at + wanted.length >= table.length || table[at + wanted.length] !== 0) return false;
  return String.fromCharCode(...table.subarray(at, at + wanted.length)) === wanted;
}

function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function slice(bytes: Uint8Array, offset: number, size: number, what: string): Uint8Array {
  if (offset > bytes.length || size > bytes.length - offset) throw corrupt(what, 'a section lies outside of it');
  return bytes.subarray(offset, offset + size);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
