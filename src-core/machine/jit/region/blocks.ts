import { OP_BYTES, PAGE_BYTES } from '../core-layout.ts';
import { MEANINGS } from '../meaning/meanings.ts';
import { type Operation, readOperation } from './operation.ts';

/** Where a block begins: its page, named by the address of that page's table of blocks, and the offset in the page. */
export interface CodePlace {
  readonly table: number;
  readonly offset: number;
}

/** A block that becomes part of a region; its number is its place in the list. */
export interface RegionBlock extends CodePlace {
  readonly operations: readonly Operation[];
}

/** What was decoded. */
export interface DecodedCode {
  readonly memory: DataView;
  /** Address of the first operation of the block at a place, 0 when nothing was decoded there. */
  blockAt(table: number, offset: number): number;
}

const MOST_BLOCKS = 128;
const MOST_OPERATIONS = 2000;

/** Whether a region does the operation itself. */
export function translates({ number }: Operation): boolean {
  return (MEANINGS[number]?.kind ?? 'leave') !== 'leave';
}

/** The operations of a block from its first one, the last one being what ends it. */
function readBlock(memory: DataView, first: number): Operation[] {
  const operations: Operation[] = [];
  for (let address = first; ; address += OP_BYTES) {
    const operation = readOperation(memory, address);
    operations.push(operation);
    if (endsBlock(operation)) return operations;
  }
}

function endsBlock({ number }: Operation): boolean {
  const meaning = MEANINGS[number];
  if (!meaning || (meaning.kind === 'leave' && meaning.ends)) return true;
  return meaning.kind === 'internal' && ['end', 'jal.far', 'ret', 'jalr'].includes(meaning.name);
}

/** Where a block may go on in its page: targets of its branches, its end, and where its calls return to. */
function successors(operations: readonly Operation[]): number[] {
  return operations.flatMap(({ number, imm, rs2 }) => {
    const meaning = MEANINGS[number];
    if (meaning?.kind === 'branch') return meaning.far ? [] : [imm >> 1];
    if (meaning?.kind !== 'internal') return [];
    if (meaning.name === 'end' || meaning.name === 'link') return [imm];
    return meaning.name === 'jal.far' || meaning.name === 'jalr' ? [rs2] : [];
  });
}

/**
 * The blocks of a region: those that were executed once and can be reached within their pages from some places, the
 * nearest first if there are too many; in the order in which they stand in their pages.
 */
export function findBlocks({ memory, blockAt }: DecodedCode, from: readonly CodePlace[]): RegionBlock[] {
  const blocks: RegionBlock[] = [];
  const seen = new Set(from.map(placeKey));
  const waiting = [...from];
  let operations = 0;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { table } = next;
    const first = blockAt(table, next.offset);
    if (first === 0) continue;
    const block = { ...next, operations: readBlock(memory, first) };
    const [head] = block.operations;
    if (!head) continue;
    if (translates(head)) {
      if (blocks.length === MOST_BLOCKS || operations + block.operations.length > MOST_OPERATIONS) break;
      operations += block.operations.length;
      blocks.push(block);
    }
    for (const offset of successors(block.operations)) {
      const successor = { table, offset };
      if (offset >= PAGE_BYTES || offset < 0 || seen.has(placeKey(successor))) continue;
      seen.add(placeKey(successor));
      waiting.push(successor);
    }
  }
  return blocks.sort((one, other) => placeKey(one) - placeKey(other));
}

/** A number for each place. */
export function placeKey({ table, offset }: CodePlace): number {
  return table * PAGE_BYTES + offset;
}
