import { MAX_HARTS, RunExit, type CoreExports } from '../core-interface.ts';
import { HART_STATES, HART_STATE_BYTES, PROFILE, PROFILES, PROFILE_BYTES } from './core-layout.ts';
import { HARTS, MACHINE, REGISTER_FILES, REGISTER_FILE_BYTES, X_SINK } from './core-layout.ts';
import { type FunctionTable, RegionFunctions } from './functions.ts';
import { REGION } from './meaning/meanings.ts';
import { findBlocks } from './region/blocks.ts';
import { fusedProbe } from './wasm/fused.ts';
import { chainModule } from './region/chain.ts';
import { CORE_IMPORT } from './region/body.ts';
import { REGION_EXPORT, regionModule } from './region/module.ts';
import { type CodePlace, placeKey } from './region/place.ts';

/** What the core exports besides CoreExports: for regions, and for us who make them (core/regions/called.ts). */
export interface RegionExports {
  readonly table: FunctionTable;
  decodedBlock(table: number, offset: number): number;
  installRegion(hart: number, table: number, offset: number, place: number, node: number): number;
  listNextBlock(hart: number): void;
  dropCode(hart: number): void;
}

/** By module and name. */
export type RegionImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What is needed of WebAssembly, which is not part of ECMAScript. */
export interface RegionHost {
  /** Compiles and instantiates at once. @returns the exports */
  instantiate(module: Uint8Array<ArrayBuffer>, imports: RegionImports): Readonly<Record<string, unknown>>;
  /** The core's memory, and its exports as they are. */
  readonly memory: { readonly buffer: ArrayBufferLike };
  readonly exports: CoreExports & RegionExports;
}

export interface RegionOptions {
  /**
   * How often a hart must be met before a block until it is translated; 0: every block, before it is executed. Without
   * it, what measured best: more often while the machine is young.
   */
  readonly meetings?: number;
  /** How many regions there may be before all are thrown away. */
  readonly most?: number;
}

/** A hart is met once in 16,384 instructions: what is translated took half a million, a millisecond. */
const MEETINGS = 32;
/**
 * While a hart is young it boots: there is much code, little of it lasts, and most of what was translated early cost more
 * than it gave. Then, instructions that it has retired when it no longer is.
 */
const MEETINGS_OF_YOUNG = 128;
const YOUNG = 300_000_000n;
/** A region that is left once in 128 instructions gains from reaching further. */
const EXITS = 128;
/** Each time all of it is translated again. */
const MOST_EXTENDED = 6;
/** Translated after one slice: a few milliseconds at the beginning, while our own code is new to the host's compiler. */
const MOST_AT_ONCE = 4;
const LISTED_BYTES = 16;
/** In the list, of a region's place: see core/regions/profile.ts. */
const CROSSED = 0x8000_0000;
/** Of a region: the place of its function, in the operation that stands for it (core/regions/region.ts). */
const REGION_PLACE = 4;

/** What a region was made from. */
interface Made {
  readonly hart: number;
  readonly from: readonly CodePlace[];
  /** How often it was extended. */
  readonly extended: number;
  /** Places of operations, by `placeKey`, that are in no span: too often it reached into a second page. */
  readonly alone: ReadonlySet<number>;
}

/** Translates what is hot. One for each instance of the core. */
class Regions {
  readonly #core: RegionHost['exports'];
  readonly #instantiate: RegionHost['instantiate'];
  readonly #memory: DataView;
  readonly #imports: RegionImports;
  readonly #functions: RegionFunctions;
  readonly #fuses: boolean;
  readonly #isFixed: boolean;
  /** By the place of its function. */
  readonly #made = new Map<number, Made>();
  /** Of each hart: times that its code was dropped when we last looked. */
  readonly #dropped: number[] = [];

  constructor(host: RegionHost, { meetings, most }: RegionOptions) {
    this.#isFixed = meetings !== undefined;
    this.#core = host.exports;
    this.#instantiate = (module, imports) => host.instantiate(module, imports);
    this.#memory = new DataView(host.memory.buffer);
    const chain = host.instantiate(chainModule(), { [CORE_IMPORT]: { table: host.exports.table } });
    this.#imports = { [CORE_IMPORT]: { ...host.exports, ...chain, memory: host.memory } };
    this.#fuses = isFused(host);
    this.#functions = new RegionFunctions(host.exports.table, most);
    for (let hart = 0; hart < MAX_HARTS; hart++) {
      this.#set(hart, PROFILE.ENOUGH, meetings ?? MEETINGS_OF_YOUNG);
      this.#set(hart, PROFILE.ENOUGH_EXITS, (meetings ?? MEETINGS) < MEETINGS ? 1 : EXITS);
    }
  }

  /** As many meetings as the hart's age asks for. To be called when it does not run. */
  grow(hart: number): void {
    if (this.#isFixed) return;
    const meetings = this.#core.retired(hart) < YOUNG ? MEETINGS_OF_YOUNG : MEETINGS;
    if (this.#get(hart, PROFILE.ENOUGH) !== meetings) this.#set(hart, PROFILE.ENOUGH, meetings);
  }

  /** Translates blocks of the hart's list, oldest first. To be called when the hart does not run. */
  translateListed(hart: number): void {
    const listed = this.#get(hart, PROFILE.LISTED);
    if (listed === 0) return;
    if (this.#functions.full) {
      for (const each of this.#functions.harts) this.#core.dropCode(each);
      for (const each of this.#functions.harts) this.#release(each);
      return;
    }
    this.#releaseDropped(hart);
    const count = Math.min(listed, MOST_AT_ONCE);
    for (let index = 0; index < count; index++) {
      const at = PROFILE.LIST + index * LISTED_BYTES;
      const from = this.#get(hart, at + 8);
      if (from >= CROSSED) this.#separate(this.#place(hart, at), from - CROSSED);
      else this.#translate(hart, this.#place(hart, at), from);
    }
    for (let at = PROFILE.LIST; at < PROFILE.LIST + (listed - count) * LISTED_BYTES; at += 4)
      this.#set(hart, at, this.#get(hart, at + count * LISTED_BYTES));
    this.#set(hart, PROFILE.LISTED, listed - count);
  }

  #releaseDropped(hart: number): void {
    const dropped = this.#get(hart, PROFILE.DROPPED);
    if (this.#dropped[hart] === dropped) return;
    this.#release(hart);
    this.#dropped[hart] = dropped;
  }

  #release(hart: number): void {
    this.#functions.release(hart);
    for (const [place, made] of this.#made) if (made.hart === hart) this.#made.delete(place);
  }

  /** @param extended place of the region that is to reach the block, or 0 */
  #translate(hart: number, block: CodePlace, extended: number): void {
    const region = this.#regionAt(block);
    if (extended === 0) {
      // A block can be on the list twice, or have become part of another's region.
      if (region === null) this.#make({ hart, from: [block], extended: 0, alone: new Set() }, block);
      return;
    }
    const made = this.#made.get(extended);
    const other = region === null ? undefined : this.#made.get(region);
    if (!made || region === extended) return;
    const times = Math.max(made.extended, other?.extended ?? 0) + 1;
    if (times > MOST_EXTENDED) return;
    const known = new Set(made.from.map(placeKey));
    const more = [block, ...(other?.from ?? [])].filter((each) => !known.has(placeKey(each)));
    const alone = new Set([...made.alone, ...(other?.alone ?? [])]);
    this.#make({ hart, from: [...made.from, ...more], extended: times, alone }, block);
  }

  /** Makes a region anew that does not look up an operation's address together with others. */
  #separate(operation: CodePlace, place: number): void {
    const made = this.#made.get(place);
    const [first] = made?.from ?? [];
    const key = placeKey(operation);
    if (made && first && !made.alone.has(key)) this.#make({ ...made, alone: new Set([...made.alone, key]) }, first);
  }

  /** @param wanted what it must have; where there is no room for that it is not made */
  #make(made: Made, wanted: CodePlace): void {
    const { hart, from, alone } = made;
    const blockAt = (table: number, offset: number): number => this.#core.decodedBlock(table, offset);
    const blocks = findBlocks({ memory: this.#memory, blockAt }, from);
    if (!blocks.some((block) => placeKey(block) === placeKey(wanted))) return;
    const place = this.#functions.take(hart);
    const registers = REGISTER_FILES + hart * REGISTER_FILE_BYTES;
    const state = HART_STATES + hart * HART_STATE_BYTES;
    const sink = registers + X_SINK;
    const fences = this.#memory.getUint32(MACHINE + HARTS, true) > 1;
    const where = { hart: state, registers, sink, fuses: this.#fuses, fences, place, alone };
    const module = regionModule(blocks, where);
    this.#functions.set(place, this.#instantiate(module, this.#imports)[REGION_EXPORT]);
    this.#made.set(place, made);
    blocks.forEach(({ table, offset }, node) => this.#core.installRegion(hart, table, offset, place, node));
  }

  /** The place of the region that stands for a block; null: none does. */
  #regionAt({ table, offset }: CodePlace): number | null {
    const op = this.#memory.getUint32(table + 2 * offset, true);
    return this.#memory.getUint16(op, true) === REGION ? this.#memory.getUint32(op + REGION_PLACE, true) : null;
  }

  #place(hart: number, at: number): CodePlace {
    return { table: this.#get(hart, at), offset: this.#get(hart, at + 4) };
  }

  #get(hart: number, field: number): number {
    return this.#memory.getUint32(PROFILES + hart * PROFILE_BYTES + field, true);
  }

  #set(hart: number, field: number, value: number): void {
    this.#memory.setUint32(PROFILES + hart * PROFILE_BYTES + field, value, true);
  }
}

/** Relaxed SIMD leaves it to the host, and a host may be without it. */
function isFused(host: RegionHost): boolean {
  try {
    const { f64, f32 } = host.instantiate(fusedProbe(), {}) as Record<'f64' | 'f32', () => number>;
    return f64() !== 0 && f32() !== 0;
  } catch {
    return false;
  }
}

/** The core with regions: it does the same, faster. */
export function withRegions(host: RegionHost, options: RegionOptions = {}): RegionHost['exports'] {
  const regions = new Regions(host, options);
  const { exports } = host;
  const run = (hart: number, budget: number): number => {
    regions.grow(hart);
    const exit = exports.run(hart, budget);
    regions.translateListed(hart);
    return exit;
  };
  const blockwise = (hart: number, budget: number): number => runBlocks(exports, regions, hart, budget);
  return { ...exports, run: options.meetings === 0 ? blockwise : run };
}

/** Block by block, each translated before it runs. */
function runBlocks(core: RegionHost['exports'], regions: Regions, hart: number, budget: number): number {
  let left = budget;
  for (;;) {
    core.listNextBlock(hart);
    regions.translateListed(hart);
    const before = core.retired(hart);
    const exit = core.run(hart, 1);
    left -= Math.max(1, Number(core.retired(hart) - before));
    if (left <= 0 || exit !== RunExit.budget) return exit;
  }
}
