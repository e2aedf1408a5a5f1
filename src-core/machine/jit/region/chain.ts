import { Bytes } from '../wasm/bytes.ts';
import { I32, I64, OP } from '../wasm/opcodes.ts';
import { HEADER, SECTION, section, signature } from '../wasm/sections.ts';
import { CORE_IMPORT, type Import } from './body.ts';

/** From one region to another: what that one takes, then the place of its function. It never comes back to the first. */
export const CHAIN: Import = { name: 'chain', takes: [I32, I64, I32, I32, I32], gives: I32 };

const FUNCTION_TABLE = 0x70;

/**
 * A module with the function CHAIN: AssemblyScript, in which the core is written, has no tail calls, and regions do not
 * import the table each.
 */
export function chainModule(): Uint8Array<ArrayBuffer> {
  const region = CHAIN.takes.slice(0, -1);
  const module = new Bytes();
  module.code(...HEADER);
  section(module, SECTION.type, (contents) => {
    contents.unsigned(2);
    signature(contents, region, I32);
    signature(contents, CHAIN.takes, I32);
  });
  section(module, SECTION.import, (contents) => {
    contents.unsigned(1);
    contents.name(CORE_IMPORT);
    contents.name('table');
    contents.code(1, FUNCTION_TABLE, 0, 0);
  });
  section(module, SECTION.function, (contents) => contents.code(1, 1));
  section(module, SECTION.export, (contents) => {
    contents.unsigned(1);
    contents.name(CHAIN.name);
    contents.code(0, 0);
  });
  section(module, SECTION.code, (contents) => {
    const code = new Bytes();
    code.unsigned(0);
    region.forEach((_, local) => code.code(OP.localGet, local));
    code.code(OP.localGet, region.length, OP.returnCallIndirect, 0, 0, OP.end);
    contents.unsigned(1);
    contents.sized(code);
  });
  return module.contents;
}
