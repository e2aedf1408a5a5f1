import { MEANINGS } from '../meaning/meanings.ts';
import type { Operation } from './operation.ts';
import { type CodePlace, placeKey } from './place.ts';

/** A block that becomes part of a region; its number is its place in the list. */
export interface RegionBlock extends CodePlace {
  readonly operations: readonly Operation[];
  /** The block that does the rest of it, and the instructions that are retired before that. */
  readonly joins: (CodePlace & { readonly retired: number }) | null;
}

/** A block as it was decoded, and how much of it is written where it stands: the rest is that of the one that it joins. */
interface Whole extends CodePlace {
  readonly operations: readonly Operation[];
  /** Operations of its own; all of them when it joins none. */
  own: number;
  joins: Whole | null;
}

/**
 * Blocks that overlap, as those do that were entered in the middle of others: what two have in common up to their ends is
 * written once. Both look at the budget where they end, so joining another block there and then does the same.
 */
export class SharedBlocks {
  readonly #blocks: Whole[] = [];
  /** Blocks by the place of their first operation, and all that have an operation of their own at a place. */
  readonly #beginning = new Map<number, Whole>();
  readonly #holding = new Map<number, Whole[]>();
  /** How many operations are to be written. */
  operations = 0;

  get count(): number {
    return this.#blocks.length;
  }

  add({ table, offset }: CodePlace, operations: readonly Operation[]): void {
    const added: Whole = { table, offset, operations, own: operations.length, joins: null };
    this.#blocks.push(added);
    this.operations += operations.length;
    this.#cutOthers(added);
    for (let index = 1; index < operations.length; index++) {
      const joined = this.#beginning.get(placeOf(added, index));
      if (joined && this.#cut(added, index, joined)) break;
    }
    for (let index = 1; index < added.own; index++) {
      const place = placeOf(added, index);
      const holding = this.#holding.get(place);
      if (holding) holding.push(added);
      else this.#holding.set(place, [added]);
    }
    if (!this.#beginning.has(placeOf(added, 0))) this.#beginning.set(placeOf(added, 0), added);
  }

  #cutOthers(added: Whole): void {
    const place = placeOf(added, 0);
    for (const other of this.#holding.get(place) ?? []) {
      for (let index = 1; index < other.own; index++)
        if (placeOf(other, index) === place && this.#cut(other, index, added)) break;
    }
  }

  /** @returns false when the blocks do not do the same from there on */
  #cut(block: Whole, index: number, joined: Whole): boolean {
    if (!isSame(block.operations, index, joined.operations)) return false;
    this.operations -= block.own - index;
    block.own = index;
    block.joins = joined;
    return true;
  }

  /** In the order in which they were added. */
  all(): RegionBlock[] {
    return this.#blocks.map(({ table, offset, operations, own, joins }) => ({
      ...{ table, offset, operations: operations.slice(0, own) },
      joins: joins && {
        ...{ table: joins.table, offset: joins.offset },
        retired: (operations[own]?.retiredBefore ?? 0) - (joins.operations[0]?.retiredBefore ?? 0),
      },
    }));
  }
}

function placeOf({ table, operations }: Whole, index: number): number {
  return placeKey({ table, offset: operations[index]?.at ?? 0 });
}

/** Whether operations from `index` on are those of another block, up to the end of both, which no other operation is. */
function isSame(operations: readonly Operation[], index: number, others: readonly Operation[]): boolean {
  const earlier = (operations[index]?.retiredBefore ?? 0) - (others[0]?.retiredBefore ?? 0);
  if (earlier < 0) return false;
  return others.every((other, at) => {
    const own = operations[index + at];
    return own !== undefined && own.retiredBefore - other.retiredBefore === earlier && doesSame(own, other);
  });
}

function doesSame(one: Operation, other: Operation): boolean {
  if (one.number !== other.number || one.imm !== other.imm) return false;
  const meaning = MEANINGS[one.number];
  // An end has no registers, and does not say so.
  if (meaning?.kind === 'internal' && meaning.name === 'end') return true;
  return one.at === other.at && one.rd === other.rd && one.rs1 === other.rs1 && one.rs2 === other.rs2;
}
