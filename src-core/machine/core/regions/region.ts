/**
 * Regions: many blocks as one function of WebAssembly, made outside (../../jit) and put into this module's
 * table. An operation `region` stands where the table of blocks had the block:
 *
 *   0 u16 operation number    2 u16 number of the block in the region    4 u32 place of the function in the table
 *   8 u32 address of the block's own first operation    12 u16 offset in the page    14 u16 zero
 *
 * A region does what the interpreter would do, block by block, with the same budget. It comes back with DONE when it
 * jumps to where it does not reach (pc), or else with RESUME for the interpreter to go on at an operation (REGION_OP)
 * of some page (REGION_PAGE) that it does not carry out itself. It goes from page to page as the interpreter does, by the
 * TLB for fetches and the other page's table of blocks. What was left of the budget at the beginning of its block stands in LEFT.
 */
import * as L from '../layout';
import * as O from '../generated/operations';
import { NX, RNE, flags } from '../softfloat/flags';
import { OP_BYTES } from '../decode/operation';

const NODE: usize = 2;
const FUNCTION: usize = 4;
const ORIGINAL: usize = 8;
const AT: usize = 12;

/** Bit 0: the inexact flag stands. Bit 1: and the dynamic rounding mode is to the nearest. Both last while a region runs. */
@inline
function float(hart: usize): u32 {
  const inexact = flags & NX;
  return load<u32>(hart, L.FRM) == RNE ? inexact | (inexact << 1) : inexact;
}

@inline
export function runRegion(hart: usize, op: usize, pageBase: u64, budget: i32): u32 {
  return call_indirect<u32>(load<u32>(op, FUNCTION), <u32>load<u16>(op, NODE), pageBase, budget, float(hart));
}

/** A span of accesses was left to the interpreter: sample.ts looks whether that was often. */
export function noteCrossing(hart: usize, pc: u64, region: u32): void {
  store<u32>(hart, load<u32>(hart, L.CROSSINGS) + 1, L.CROSSINGS);
  store<u32>(hart, region, L.CROSSING_FROM);
  store<u64>(hart, pc, L.CROSSING_PC);
}

@inline
export function isRegion(op: usize): bool {
  return load<u16>(op) == O.REGION;
}

/** The place of a region's function. @param op of a region */
@inline
export function placeOf(op: usize): u32 {
  return load<u32>(op, FUNCTION);
}

/** The first operation of the block at an offset of a page, whether it was translated or not; 0 when there is none. */
export function blockAt(table: usize, offset: u32): usize {
  const op = load<usize>(table + (offset << 1));
  return op != 0 && isRegion(op) ? load<usize>(op, ORIGINAL) : op;
}

/** Lets a function stand for a block. @returns whether there was room for it */
export function install(hart: usize, table: usize, offset: u32, place: u32, node: u32): bool {
  const op = load<usize>(hart, L.OPS_NEXT);
  const original = blockAt(table, offset);
  if (original == 0 || op + OP_BYTES > load<usize>(hart, L.OPS_END)) return false;
  store<usize>(hart, op + OP_BYTES, L.OPS_NEXT);
  store<u16>(op, O.REGION);
  store<u16>(op, <u16>node, NODE);
  store<u32>(op, place, FUNCTION);
  store<u32>(op, <u32>original, ORIGINAL);
  store<u16>(op, <u16>offset, AT);
  store<u16>(op, 0, 14);
  store<usize>(table + (offset << 1), op);
  return true;
}
