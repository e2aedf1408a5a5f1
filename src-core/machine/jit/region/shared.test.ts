import { describe, expect, it } from 'vitest';
import { MEANINGS } from '../meaning/meanings.ts';
import type { Operation } from './operation.ts';
import { SharedBlocks } from './shared.ts';

const END = MEANINGS.findIndex((meaning) => meaning.kind === 'internal' && meaning.name === 'end');
const BRANCH = MEANINGS.findIndex((meaning) => meaning.kind === 'branch' && !meaning.far);
const TABLE = 0x10_0000;

/** A block of branches, four bytes each, from one offset to before another, that goes on at `to`. */
function branches(from: number, before: number, to = before, skipped = 0): Operation[] {
  const rest = { address: 0, rd: 0, rs1: 8, rs2: 16, rounding: 0, rs3: 0 };
  const operations: Operation[] = [];
  for (let at = from; at < before; at += 4)
    operations.push({ ...rest, number: BRANCH, imm: 2 * at, at, retiredBefore: skipped + operations.length });
  const ended = { number: END, imm: to, at: to, retiredBefore: skipped + operations.length };
  // What stands in an end's registers means nothing.
  return [...operations, { ...rest, ...ended, rd: from }];
}

/** What becomes of blocks {offset: operations}: of each, its offset, its own operations, and what it joins after how many. */
function shared(...added: readonly (readonly [number, Operation[]])[]): { operations: number; blocks: unknown[] } {
  const blocks = new SharedBlocks();
  for (const [offset, operations] of added) blocks.add({ table: TABLE, offset }, operations);
  const all = blocks.all().map(({ offset, operations, joins }) => {
    return [offset, operations.length, joins && [joins.offset, joins.retired]];
  });
  return { operations: blocks.operations, blocks: all };
}

describe('blocks that overlap', () => {
  const whole = branches(0x100, 0x120);
  const inner = branches(0x108, 0x120);

  it('have what they share once, whichever was found first', () => {
    const joins = [0x100, 2, [0x108, 2]];
    expect(shared([0x100, whole], [0x108, inner])).toEqual({ operations: 9, blocks: [joins, [0x108, 7, null]] });
    expect(shared([0x108, inner], [0x100, whole])).toEqual({ operations: 9, blocks: [[0x108, 7, null], joins] });
  });

  it('join the next of several', () => {
    const last = branches(0x11c, 0x120);
    const blocks = [
      [0x100, 2, [0x108, 2]],
      [0x11c, 2, null],
      [0x108, 5, [0x11c, 5]],
    ];
    expect(shared([0x100, whole], [0x11c, last], [0x108, inner])).toEqual({ operations: 9, blocks });
  });

  it('count what is left out where they begin', () => {
    // A jump leads to 0x108: the block that begins with it has retired one instruction before its first operation.
    const { blocks } = shared([0x40, branches(0x108, 0x120, 0x120, 1)], [0x100, whole]);
    expect(blocks[1]).toEqual([0x100, 2, [0x40, 1]]);
  });

  it.each([
    ['end elsewhere', branches(0x108, 0x124)],
    ['go on elsewhere', branches(0x108, 0x120, 0x80)],
    ['do something else', inner.map((each) => (each.at === 0x10c ? { ...each, rs1: 24 } : each))],
    ['have other immediates', inner.map((each) => (each.at === 0x10c ? { ...each, imm: 4 } : each))],
    ['count otherwise', inner.map((each) => (each.at > 0x10c ? { ...each, retiredBefore: 9 } : each))],
    ['have left out more', branches(0x108, 0x120, 0x120, 3)],
  ])('stay as they are when they %s', (_, other) => {
    const { blocks } = shared([0x100, whole], [0x108, other]);
    expect(blocks).toEqual([
      [0x100, whole.length, null],
      [0x108, other.length, null],
    ]);
  });

  it('stay as they are when they lie in two pages', () => {
    const blocks = new SharedBlocks();
    blocks.add({ table: TABLE, offset: 0x100 }, whole);
    blocks.add({ table: TABLE + 4096, offset: 0x108 }, inner);
    expect(blocks.operations).toBe(whole.length + inner.length);
  });
});
