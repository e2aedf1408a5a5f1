import { Bytes } from '../wasm/bytes.ts';
import { I32, I64 } from '../wasm/opcodes.ts';
import type { Import } from './body.ts';
import { RegionEmitter, type RegionPlace } from './emit.ts';
import type { RegionBlock } from './shared.ts';

/** What a region's module calls its function, and the module it imports from. */
export const REGION_EXPORT = 'region';
export const CORE_IMPORT = 'core';

const FUNCTION = 0x60;
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 };
const SHARED_WITH_MAXIMUM = 3;
const MEMORY_PAGES = 65_536;

function section(into: Bytes, id: number, write: (contents: Bytes) => void): void {
  const contents = new Bytes();
  write(contents);
  into.byte(id);
  into.sized(contents);
}

function signature(into: Bytes, takes: readonly number[], gives: number | null): void {
  into.byte(FUNCTION);
  into.unsigned(takes.length);
  into.code(...takes);
  if (gives === null) into.byte(0);
  else into.code(1, gives);
}

function importSection(contents: Bytes, imports: readonly Import[]): void {
  contents.unsigned(imports.length + 1);
  contents.name(CORE_IMPORT);
  contents.name('memory');
  contents.code(2, SHARED_WITH_MAXIMUM, 1);
  contents.unsigned(MEMORY_PAGES);
  imports.forEach(({ name }, index) => {
    contents.name(CORE_IMPORT);
    contents.name(name);
    contents.byte(0);
    contents.unsigned(index + 1);
  });
}

/** A module of WebAssembly with one function, the region's: (number of the block, page's virtual address, budget,
 * what floating point may take for granted) -> why. */
export function regionModule(blocks: readonly RegionBlock[], where: RegionPlace): Uint8Array<ArrayBuffer> {
  const { code, imports } = new RegionEmitter(blocks, where).emit();
  const module = new Bytes();
  module.code(...HEADER);
  section(module, SECTION.type, (contents) => {
    contents.unsigned(imports.length + 1);
    signature(contents, [I32, I64, I32, I32], I32);
    for (const { takes, gives } of imports) signature(contents, takes, gives);
  });
  section(module, SECTION.import, (contents) => importSection(contents, imports));
  section(module, SECTION.function, (contents) => contents.code(1, 0));
  section(module, SECTION.export, (contents) => {
    contents.unsigned(1);
    contents.name(REGION_EXPORT);
    contents.byte(0);
    contents.unsigned(imports.length);
  });
  section(module, SECTION.code, (contents) => {
    contents.unsigned(1);
    contents.sized(code);
  });
  return module.contents;
}
