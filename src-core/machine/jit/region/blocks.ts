import { OP_BYTES, PAGE_BYTES } from '../core-layout.ts';
import { MEANINGS } from '../meaning/meanings.ts';
import { type Operation, readOperation } from './operation.ts';

/** A block that becomes part of a region; its number is its place in the list. */
export interface RegionBlock {
  /** Offset in the page. */
  readonly offset: number;
  readonly operations: readonly Operation[];
}

/** What is known of the page of code around a hot block. */
export interface CodePage {
  readonly memory: DataView;
  /** Address of the first operation of the block at an offset, 0 when nothing was decoded there. */
  blockAt(offset: number): number;
}

const MOST_BLOCKS = 48;
const MOST_OPERATIONS = 1200;

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
 * The blocks that a region begins with at `offset`: all of the page that were executed once and can be reached from
 * there: those that are nearest, in the order in which they stand in the page.
 */
export function findBlocks(page: CodePage, offset: number): RegionBlock[] {
  const blocks: RegionBlock[] = [];
  const seen = new Set([offset]);
  const waiting = [offset];
  let operations = 0;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const first = page.blockAt(next);
    if (first === 0) continue;
    const block = { offset: next, operations: readBlock(page.memory, first) };
    const [head] = block.operations;
    if (!head) continue;
    if (translates(head)) {
      if (blocks.length === MOST_BLOCKS || operations + block.operations.length > MOST_OPERATIONS) break;
      operations += block.operations.length;
      blocks.push(block);
    }
    for (const successor of successors(block.operations)) {
      if (successor >= PAGE_BYTES || successor < 0 || seen.has(successor)) continue;
      seen.add(successor);
      waiting.push(successor);
    }
  }
  return blocks.sort((one, other) => one.offset - other.offset);
}
