import { Bytes } from '../wasm/bytes.ts';
import { I32, I64 } from '../wasm/opcodes.ts';
import { HEADER, SECTION, section, signature } from '../wasm/sections.ts';
import { CORE_IMPORT, type Hint, type Import } from './body.ts';
import { RegionEmitter, type RegionPlace } from './emit.ts';
import type { RegionBlock } from './shared.ts';

/** What a region's module calls its function. */
export const REGION_EXPORT = 'region';

const SHARED_WITH_MAXIMUM = 3;
const MEMORY_PAGES = 65_536;

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

/** The section of "Branch Hinting" for one function. */
function hintSection(contents: Bytes, functionIndex: number, hints: readonly Hint[]): void {
  contents.name('metadata.code.branch_hint');
  contents.unsigned(1);
  contents.unsigned(functionIndex);
  contents.unsigned(hints.length);
  for (const { at, holds } of hints) {
    contents.unsigned(at);
    contents.code(1, holds ? 1 : 0);
  }
}

/** A module of WebAssembly with one function, the region's: (number of the block, page's virtual address, budget,
 * what floating point may take for granted) -> why. */
export function regionModule(blocks: readonly RegionBlock[], where: RegionPlace): Uint8Array<ArrayBuffer> {
  const { code, hints, imports } = new RegionEmitter(blocks, where).emit();
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
  section(module, SECTION.custom, (contents) => hintSection(contents, imports.length, hints));
  section(module, SECTION.code, (contents) => {
    contents.unsigned(1);
    contents.sized(code);
  });
  return module.contents;
}
