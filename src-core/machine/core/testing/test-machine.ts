import { readFileSync } from 'node:fs';
import type { CoreExports, CoreImports } from '../../core-interface.ts';
import { MEMORY_MAP } from '../../core-interface.ts';
import { type RegionExports, type RegionOptions, withRegions } from '../../jit/regions.ts';
import { coreModule } from './core-module.ts';

export const RAM_BASE = BigInt(MEMORY_MAP.ram.base);
const PAGE_BYTES = 65536;
const MAX_PAGES = 65536;

/** Everything the core asked of its host, and what the test answers. */
export interface TestHost {
  ticks: number;
  readonly reads: { address: number; size: number }[];
  readonly writes: { address: number; size: number; value: number }[];
  readonly registers: Map<number, number>;
  readonly resets: { type: number; reason: number }[];
  readonly woken: number[];
  console: string;
  input: number[];
}

export interface TestOptions {
  readonly ramBytes?: number;
  readonly harts?: number;
  readonly sbi?: 0 | 1;
  /** How hot code is translated; null: not at all. */
  readonly regions?: RegionOptions | null;
}

/** For all tests that do not say: REGION_MEETINGS of the environment, so that they can be run with everything translated. */
const MEETINGS = process.env['REGION_MEETINGS'];
const REGIONS = MEETINGS === undefined ? null : { meetings: Number(MEETINGS) };

/** A core with RAM and a host that only notes what is asked of it. */
export class TestMachine {
  readonly core: CoreExports;
  readonly ram: Uint8Array;
  readonly host: TestHost = {
    ticks: 0,
    reads: [],
    writes: [],
    registers: new Map(),
    resets: [],
    woken: [],
    console: '',
    input: [],
  };
  readonly #view: DataView;

  constructor({ ramBytes = 4 << 20, harts = 1, sbi = 0, regions = REGIONS }: TestOptions = {}) {
    const module = new WebAssembly.Module(coreModule());
    const reserved = reservedBytes(module);
    const memory = new WebAssembly.Memory({
      initial: (reserved + ramBytes) / PAGE_BYTES,
      maximum: MAX_PAGES,
      shared: true,
    });
    const bytes = new Uint8Array(memory.buffer);
    const { exports } = new WebAssembly.Instance(module, this.#imports(memory, bytes));
    this.core = regions === null ? (exports as unknown as CoreExports) : translating(exports, memory, regions);
    this.core.initialize(ramBytes, harts, sbi);
    this.ram = bytes.subarray(this.core.ramAddress(), this.core.ramAddress() + ramBytes);
    this.#view = new DataView(memory.buffer, this.core.ramAddress(), ramBytes);
  }

  #imports(memory: WebAssembly.Memory, bytes: Uint8Array): WebAssembly.Imports {
    const { host } = this;
    const imports: CoreImports = {
      env: {
        memory,
        abort: () => {
          throw new Error('the core aborted');
        },
      },
      host: {
        mmioRead: (address, size) => {
          host.reads.push({ address, size });
          return host.registers.get(address) ?? 0;
        },
        mmioWrite: (address, size, value) => {
          host.writes.push({ address, size, value: value >>> 0 });
        },
        time: () => host.ticks,
        debugConsoleWrite: (address, length) => {
          host.console += Buffer.from(bytes.slice(address, address + length)).toString('latin1');
          return length;
        },
        debugConsoleRead: (address, length) => {
          const taken = host.input.splice(0, length);
          bytes.set(taken, address);
          return taken.length;
        },
        systemReset: (type, reason) => host.resets.push({ type, reason }),
        wakeHart: (hart) => host.woken.push(hart),
      },
    };
    return imports as unknown as WebAssembly.Imports;
  }

  /** Puts instruction words (or any 32-bit values) into RAM. */
  write32(address: bigint, ...words: readonly number[]): void {
    words.forEach((word, index) => this.#view.setUint32(Number(address - RAM_BASE) + 4 * index, word >>> 0, true));
  }

  write64(address: bigint, value: bigint): void {
    this.#view.setBigUint64(Number(address - RAM_BASE), BigInt.asUintN(64, value), true);
  }

  read32(address: bigint): number {
    return this.#view.getUint32(Number(address - RAM_BASE), true);
  }

  read64(address: bigint): bigint {
    return this.#view.getBigUint64(Number(address - RAM_BASE), true);
  }

  /** Register x0 to x31, as an unsigned number of 64 bits. */
  x(number: number): bigint {
    return BigInt.asUintN(64, this.core.readRegister(0, number));
  }

  pc(): bigint {
    return BigInt.asUintN(64, this.core.readRegister(0, 64));
  }

  csr(number: number): bigint {
    return BigInt.asUintN(64, this.core.readCsr(0, number));
  }
}

function translating(exports: WebAssembly.Exports, memory: WebAssembly.Memory, options: RegionOptions): CoreExports {
  return withRegions(
    {
      exports: exports as unknown as CoreExports & RegionExports,
      memory,
      instantiate: (bytes, imports) =>
        new WebAssembly.Instance(new WebAssembly.Module(bytes), imports as WebAssembly.Imports).exports,
    },
    options,
  );
}

let reserved: number | undefined;

/** Where RAM begins is a constant of the module: asked of a throw-away instance. */
function reservedBytes(module: WebAssembly.Module): number {
  if (reserved !== undefined) return reserved;
  const memory = new WebAssembly.Memory({ initial: 1536, maximum: MAX_PAGES, shared: true });
  const nothing = () => 0;
  const imports = {
    env: { memory, abort: nothing },
    host: new Proxy({}, { get: () => nothing }) as WebAssembly.ModuleImports,
  };
  reserved = (new WebAssembly.Instance(module, imports).exports as unknown as CoreExports).reservedBytes();
  return reserved;
}

/** Reads a file that a test was pointed to. */
export function fileBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}
