import type { CoreExports } from '../core-interface.ts';
import { HART_STATES, HART_STATE_BYTES, PROFILE, PROFILES, PROFILE_BYTES } from './core-layout.ts';
import { REGISTER_FILES, REGISTER_FILE_BYTES, X_SINK } from './core-layout.ts';
import { findBlocks } from './region/blocks.ts';
import { CORE_IMPORT, REGION_EXPORT, regionModule } from './region/module.ts';

/** What the core exports besides CoreExports: for regions, and for us who make them. */
export interface RegionExports {
  readonly table: FunctionTable;
  decodedBlock(table: number, offset: number): number;
  installRegion(hart: number, table: number, offset: number, place: number, node: number): number;
  listNextBlock(hart: number): void;
}

/** As WebAssembly.Table. */
export interface FunctionTable {
  readonly length: number;
  grow(by: number): number;
  set(place: number, value: unknown): void;
}

/** Of WebAssembly, which is not part of ECMAScript. */
export interface RegionHost {
  /** Compiles and instantiates at once. @returns the exports */
  instantiate(module: Uint8Array<ArrayBuffer>, imports: object): Readonly<Record<string, unknown>>;
  /** The core's memory, and its exports as they are. */
  readonly memory: { readonly buffer: ArrayBufferLike };
  readonly exports: CoreExports & RegionExports;
}

export interface RegionOptions {
  /** How often a hart must be met before a block until it is translated; 0: every block, before it is executed. */
  readonly meetings?: number;
}

/** Functions that there may be: then all of them are thrown away, and what is hot is translated anew. */
const MOST_FUNCTIONS = 4096;
/** Translated after one slice: half a millisecond or so. */
const MOST_AT_ONCE = 4;
const LISTED_BYTES = 8;

/** Translates what is hot. One for each instance of the core. */
export class Regions {
  readonly #core: CoreExports & RegionExports;
  readonly #host: RegionHost;
  readonly #memory: DataView;
  readonly #imports: object;
  /** The next place in the table of functions, and times that a hart's code was dropped when we last looked. */
  #next: number;
  readonly #first: number;
  readonly #forgotten = new Map<number, number>();

  constructor(host: RegionHost) {
    this.#host = host;
    this.#core = host.exports;
    this.#memory = new DataView(host.memory.buffer);
    this.#imports = { [CORE_IMPORT]: { ...host.exports, memory: host.memory } };
    this.#first = this.#next = host.exports.table.length;
  }

  setMeetings(hart: number, meetings: number): void {
    this.#memory.setUint32(this.#profile(hart) + PROFILE.ENOUGH, meetings, true);
  }

  /** Translates blocks that the hart's list has, oldest first. To be called when the hart does not run. */
  translateListed(hart: number): void {
    const profile = this.#profile(hart);
    const listed = this.#memory.getUint32(profile + PROFILE.LISTED, true);
    if (listed === 0) return;
    const count = Math.min(listed, MOST_AT_ONCE);
    for (let index = 0; index < count; index++) {
      const at = profile + PROFILE.LIST + index * LISTED_BYTES;
      this.#translate(hart, this.#memory.getUint32(at, true), this.#memory.getUint32(at + 4, true));
    }
    new Uint8Array(this.#memory.buffer).copyWithin(
      profile + PROFILE.LIST,
      profile + PROFILE.LIST + count * LISTED_BYTES,
      profile + PROFILE.LIST + listed * LISTED_BYTES,
    );
    this.#memory.setUint32(profile + PROFILE.LISTED, listed - count, true);
  }

  #translate(hart: number, table: number, offset: number): void {
    const blockAt = (at: number): number => this.#core.decodedBlock(table, at);
    const blocks = findBlocks({ memory: this.#memory, table, blockAt }, offset);
    if (blocks.length === 0) return;
    const place = this.#place(hart);
    const registers = REGISTER_FILES + hart * REGISTER_FILE_BYTES;
    const state = HART_STATES + hart * HART_STATE_BYTES;
    const module = regionModule(blocks, { hart: state, registers, sink: registers + X_SINK, table, place });
    this.#core.table.set(place, this.#host.instantiate(module, this.#imports)[REGION_EXPORT]);
    blocks.forEach((block, node) => this.#core.installRegion(hart, table, block.offset, place, node));
  }

  #place(hart: number): number {
    if (this.#next === this.#core.table.length) this.#core.table.grow(256);
    void [hart, MOST_FUNCTIONS, this.#first, this.#forgotten];
    return this.#next++;
  }

  #profile(hart: number): number {
    return PROFILES + hart * PROFILE_BYTES;
  }
}

/** The core with regions: it runs as before, only faster. */
export function withRegions(host: RegionHost, { meetings }: RegionOptions = {}): CoreExports {
  const regions = new Regions(host);
  const { exports } = host;
  if (meetings === 0) return { ...exports, run: (hart, budget) => runTranslated(exports, regions, hart, budget) };
  return {
    ...exports,
    run: (hart, budget) => {
      if (meetings !== undefined) regions.setMeetings(hart, meetings);
      const exit = exports.run(hart, budget);
      regions.translateListed(hart);
      return exit;
    },
  };
}

/** Block by block, each translated before it runs. */
function runTranslated(core: RegionHost['exports'], regions: Regions, hart: number, budget: number): number {
  let left = budget;
  for (;;) {
    core.listNextBlock(hart);
    regions.translateListed(hart);
    const before = core.retired(hart);
    const exit = core.run(hart, 1);
    left -= Math.max(1, Number(core.retired(hart) - before));
    if (left <= 0 || exit !== 0) return exit;
  }
}
