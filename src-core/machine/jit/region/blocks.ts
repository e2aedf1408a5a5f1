import { OP_BYTES, PAGE_BYTES } from '../core-layout.ts';
import { MEANINGS } from '../meaning/meanings.ts';
import { type Operation, readOperation } from './operation.ts';
import { type CodePlace, placeKey } from './place.ts';
import { type RegionBlock, SharedBlocks } from './shared.ts';
import { isKept } from './system.ts';

/** What was decoded. */
export interface DecodedCode {
  readonly memory: DataView;
  /** Address of the first operation of the block at a place, 0 when nothing was decoded there. */
  blockAt(table: number, offset: number): number;
}

const MOST_BLOCKS = 128;
const MOST_OPERATIONS = 2000;

/** Whether a region does the operation itself. */
export function translates(op: Operation): boolean {
  const kind = MEANINGS[op.number]?.kind ?? 'leave';
  return kind === 'csr' ? isKept(op) : kind !== 'leave';
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
  const blocks = new SharedBlocks();
  const seen = new Set(from.map(placeKey));
  const waiting = [...from];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { table } = next;
    const first = blockAt(table, next.offset);
    if (first === 0) continue;
    const operations = readBlock(memory, first);
    const [head] = operations;
    if (!head) continue;
    if (translates(head)) {
      if (blocks.count === MOST_BLOCKS || blocks.operations + operations.length > MOST_OPERATIONS) break;
      blocks.add(next, operations);
    }
    for (const offset of successors(operations)) {
      const successor = { table, offset };
      if (offset >= PAGE_BYTES || offset < 0 || seen.has(placeKey(successor))) continue;
      seen.add(placeKey(successor));
      waiting.push(successor);
    }
  }
  return blocks.all().sort((one, other) => placeKey(one) - placeKey(other));
}
