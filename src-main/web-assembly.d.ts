/**
 * What of WebAssembly is used here. Node and Electron have it; TypeScript declares it only with all of the DOM.
 */
declare namespace WebAssembly {
  class Module {
    private readonly compiled: never;
    /** Compiles at once, in this thread. */
    constructor(bytes: Uint8Array);
  }

  class Memory {
    readonly buffer: SharedArrayBuffer;
    /** @param shared needs `maximum`; both are in pages of 64 KiB */
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    /** @returns the size before, in pages */
    grow(pages: number): number;
  }

  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>);
  }

  function compile(bytes: Uint8Array): Promise<Module>;
}
