import { setFlagsFromString } from 'node:v8';
import type { CoreHandle } from '../../src-core/machine/board/board.ts';
import type { CoreExports, CoreImports } from '../../src-core/machine/core-interface.ts';
import { type RegionExports, type RegionImports, withRegions } from '../../src-core/machine/jit/regions.ts';
import { BugError } from '../../src-core/base/errors.ts';

const PAGE_BYTES = 65_536;
/** What the core module asks for at least; the board grows it by the machine's RAM. */
const INITIAL_PAGES = 1536;
const MOST_PAGES = 65_536;

/** The first V8 that reads which way a region's branches usually go ("Branch Hinting") without being told to. */
const READS_HINTS = [13, 7] as const;
const [major = 0, minor = 0] = process.versions.v8.split('.').map(Number);
if (major < READS_HINTS[0] || (major === READS_HINTS[0] && minor < READS_HINTS[1]))
  setFlagsFromString('--experimental-wasm-branch-hinting');

/** A fresh memory for a core. Its address space is reserved, not taken. */
export function coreMemory(bytes = 0): WebAssembly.Memory {
  const initial = Math.max(INITIAL_PAGES, Math.ceil(bytes / PAGE_BYTES));
  return new WebAssembly.Memory({ initial, maximum: MOST_PAGES, shared: true });
}

/** An instance of the core over a memory that nobody has used yet. */
export function instantiateCore(
  module: WebAssembly.Module,
  host: CoreImports['host'],
  memory = coreMemory(),
): CoreHandle {
  const abort = (message: number, file: number, line: number, column: number): never => {
    throw new BugError(`the core failed an assertion at ${file}:${line}:${column} (${message})`);
  };
  const instance = new WebAssembly.Instance(module, { env: { memory, abort }, host: { ...host } });
  const exports = instance.exports as unknown as CoreExports & RegionExports;
  return { exports: withRegions({ exports, memory, instantiate }), memory };
}

/** Of a region: small, and so made at once. */
function instantiate(bytes: Uint8Array, imports: RegionImports): Readonly<Record<string, unknown>> {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
}
