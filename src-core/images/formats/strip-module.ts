import { assert } from '../../base/errors.ts';
import { corrupt } from './byte-source.ts';

/** ELF64, little endian (System V ABI, "Object Files"). */
const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;
const RELA_BYTES = 24;
const SHT_SYMTAB = 2;
const SHT_RELA = 4;
const SHT_NOBITS = 8;
const LOCAL_LABEL = [0x2e, 0x4c]; // ".L"

interface Section {
  readonly index: number;
  readonly type: number;
  readonly offset: number;
  readonly link: number;
  readonly alignment: number;
  bytes: Uint8Array;
}

/**
 * A kernel module without what only costs time when it is loaded: the thousands of local labels that a RISC-V assembler
 * leaves for the linker (of ext4's 216,000 symbols, 3 % are used), and the signature, which is appended to a module and
 * not part of it. What is loaded is the same.
 * @throws AppError 'corrupt'
 */
export function stripModule(module: Uint8Array, what: string): Uint8Array {
  const view = new DataView(module.buffer, module.byteOffset, module.length);
  const sections = readSections(module, view, what);
  const symbols = sections.find(({ type }) => type === SHT_SYMTAB);
  const names = symbols && sections[symbols.link];
  if (symbols === undefined || names === undefined) return module;
  const relocations = sections.filter(({ type, link }) => type === SHT_RELA && link === symbols.index);
  const used = new Set<number>();
  for (const { bytes } of relocations) eachSymbolOf(bytes, (index) => void used.add(index));
  const { kept, locals, renumbered } = keepSymbols(symbols.bytes, names.bytes, used);
  symbols.bytes = kept;
  for (const section of relocations) section.bytes = renumber(section.bytes, renumbered, what);
  return layOut(module, sections, symbols.index, locals);
}

function readSections(module: Uint8Array, view: DataView, what: string): Section[] {
  if (module.length < HEADER_BYTES || view.getUint32(0) !== 0x7f45_4c46) throw corrupt(what, 'it is not an ELF file');
  const table = Number(view.getBigUint64(40, true));
  const count = view.getUint16(60, true);
  if (table + count * SECTION_BYTES > module.length) throw corrupt(what, 'its sections end early');
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * SECTION_BYTES;
    const type = view.getUint32(at + 4, true);
    const offset = Number(view.getBigUint64(at + 24, true));
    const size = type === SHT_NOBITS || type === 0 ? 0 : Number(view.getBigUint64(at + 32, true));
    if (offset + size > module.length) throw corrupt(what, 'a section of it ends early');
    const alignment = Math.max(1, Number(view.getBigUint64(at + 48, true)));
    if (alignment > 65_536) throw corrupt(what, 'a section of it has a wrong alignment');
    const link = view.getUint32(at + 40, true);
    return { index, type, offset, link, alignment, bytes: module.subarray(offset, offset + size) };
  });
}

function eachSymbolOf(relocations: Uint8Array, visit: (index: number, at: number) => void): void {
  const view = new DataView(relocations.buffer, relocations.byteOffset, relocations.length);
  for (let at = 0; at + RELA_BYTES <= relocations.length; at += RELA_BYTES) visit(view.getUint32(at + 12, true), at);
}

/** @returns the symbols that stay, how many of them are local, and the new number of each by its old one */
function keepSymbols(
  symbols: Uint8Array,
  names: Uint8Array,
  used: ReadonlySet<number>,
): { kept: Uint8Array; locals: number; renumbered: ReadonlyMap<number, number> } {
  const view = new DataView(symbols.buffer, symbols.byteOffset, symbols.length);
  const renumbered = new Map<number, number>();
  const kept = new Uint8Array(symbols.length);
  let locals = 0;
  for (let index = 0; (index + 1) * SYMBOL_BYTES <= symbols.length; index++) {
    const at = index * SYMBOL_BYTES;
    const name = view.getUint32(at, true);
    const isLocal = view.getUint8(at + 4) >> 4 === 0;
    const isLabel = names[name] === LOCAL_LABEL[0] && names[name + 1] === LOCAL_LABEL[1];
    if (isLocal && isLabel && !used.has(index)) continue;
    kept.set(symbols.subarray(at, at + SYMBOL_BYTES), renumbered.size * SYMBOL_BYTES);
    renumbered.set(index, renumbered.size);
    if (isLocal) locals++;
  }
  return { kept: kept.slice(0, renumbered.size * SYMBOL_BYTES), locals, renumbered };
}

function renumber(relocations: Uint8Array, renumbered: ReadonlyMap<number, number>, what: string): Uint8Array {
  // Not `slice`, which for Node's Buffer is no copy.
  const bytes = Uint8Array.from(relocations);
  const view = new DataView(bytes.buffer);
  eachSymbolOf(bytes, (index, at) => {
    const now = renumbered.get(index);
    if (now === undefined) throw corrupt(what, 'a relocation in it has no symbol');
    view.setUint32(at + 12, now, true);
  });
  return bytes;
}

/** The sections in their order, close together, and their table behind them. */
function layOut(module: Uint8Array, sections: readonly Section[], symtab: number, locals: number): Uint8Array {
  const old = new DataView(module.buffer, module.byteOffset, module.length);
  const table = Number(old.getBigUint64(40, true));
  const headers = Uint8Array.from(module.subarray(table, table + sections.length * SECTION_BYTES));
  const view = new DataView(headers.buffer);
  const places = new Map<number, number>();
  let end = HEADER_BYTES;
  for (const section of [...sections].sort((a, b) => a.offset - b.offset)) {
    end = Math.ceil(end / section.alignment) * section.alignment;
    places.set(section.index, end);
    end += section.bytes.length;
  }
  const tableAt = Math.ceil(end / 8) * 8;
  const out = new Uint8Array(tableAt + headers.length);
  out.set(module.subarray(0, HEADER_BYTES));
  new DataView(out.buffer).setBigUint64(40, BigInt(tableAt), true);
  for (const { index, type, bytes } of sections) {
    const place = places.get(index);
    assert(place !== undefined, 'each section has its place');
    if (type === 0) continue;
    out.set(bytes, place);
    view.setBigUint64(index * SECTION_BYTES + 24, BigInt(place), true);
    if (type !== SHT_NOBITS) view.setBigUint64(index * SECTION_BYTES + 32, BigInt(bytes.length), true);
  }
  view.setUint32(symtab * SECTION_BYTES + 44, locals, true);
  out.set(headers, tableAt);
  return out;
}
