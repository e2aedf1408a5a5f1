import type { CoreHandle } from '../../src-core/machine/board/board.ts';
import type { CoreExports, CoreImports } from '../../src-core/machine/core-interface.ts';
import { BugError } from '../../src-core/base/errors.ts';

/** What the core module asks for at least; the board grows it by the machine's RAM. */
const INITIAL_PAGES = 1536;
const MOST_PAGES = 65_536;

/** An instance of the core over a fresh memory. The memory's address space is reserved, not taken. */
export function instantiateCore(module: WebAssembly.Module, host: CoreImports['host']): CoreHandle {
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES, shared: true });
  const abort = (message: number, file: number, line: number, column: number): never => {
    throw new BugError(`the core failed an assertion at ${file}:${line}:${column} (${message})`);
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort }, host: { ...host } });
  return { exports: exports as unknown as CoreExports, memory };
}
