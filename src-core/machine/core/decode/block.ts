/** Finds the operation at which a hart goes on, decoding what was not decoded yet. */
import * as L from '../layout';
import { RAM_BASE } from '../generated/board';
import * as O from '../generated/operations';
import { raise } from '../hart/outcome';
import { dropAllCode, emptyTable, markDecoded, slotOf, slotOfTable, pieceMask, ramPageOf, tableOf, watch } from '../memory/code';
import { deviceExists, readDevice } from '../memory/devices';
import { FETCH } from '../memory/pmp';
import { addendOf, fill, holds } from '../memory/tlb';
import { hostOf, inRam, leafLevel, physical, translate } from '../memory/walk';
import { ENDS, GO_ON, GO_ON_SILENTLY, JUMPS, JUMPS_SILENTLY, decode, target, writeEnd } from './decode';
import { OP_BYTES } from './operation';
import { joinSequences } from './sequences';

/** Longest block, in instructions. A block is what a budget cannot be cut shorter than. */
const MAX_BLOCK: u32 = 64;
/**
 * A block also ends where it gets into the next piece of a page. So blocks that have come together end in the same place,
 * wherever they began, unless they wander about; regions need the code that they share only once.
 */
const PIECE: u32 = 256;
const FETCH_ACCESS_FAULT: u32 = 1;

/** The table of blocks that belongs to the operation that `locate` found. */
export let foundTable: usize = 0;

/** @returns the operation at the hart's pc; 0 when fetching it raised an exception */
export function locate(hart: usize): usize {
  const pc = load<u64>(hart, L.PC);
  while (true) {
    const table = codeTable(hart, pc);
    if (table == 0) return inRamOrFault(hart, pc);
    foundTable = table;
    const at = <u32>pc & 0xffe;
    const known = load<usize>(table + (at << 1));
    if (known) return known;
    if (load<usize>(hart, L.OPS_NEXT) + (MAX_BLOCK + 1) * OP_BYTES > load<usize>(hart, L.OPS_END)) {
      dropAllCode(hart);
      continue;
    }
    const made = decodeBlock(hart, table, at);
    return made ? made : straddling(hart, pc);
  }
}

let fetchCause: i32 = 0;

/** The table of the page that pc lies in; 0 when it is not RAM or cannot be fetched from (`fetchCause`). */
function codeTable(hart: usize, pc: u64): usize {
  const tlb = load<usize>(hart, L.FETCH_TLB);
  if (holds(hart, tlb, pc)) return addendOf(tlb, pc);
  fetchCause = translate(hart, pc, FETCH, load<u32>(hart, L.MODE));
  if (fetchCause || !inRam(physical)) return 0;
  const level = leafLevel;
  const table = tableOf(hart, slotOf(hart, <u32>((physical - RAM_BASE) >> 12)));
  fill(hart, tlb, pc, table, level);
  return table;
}

function inRamOrFault(hart: usize, pc: u64): usize {
  if (fetchCause) {
    raise(hart, <u32>fetchCause, pc);
    return 0;
  }
  const low = fetchHalf(hart, pc);
  if (low < 0) return 0;
  return single(hart, pc, <u32>low);
}

/** @returns 16 bits of an instruction from anywhere; -1 when that raised an exception */
function fetchHalf(hart: usize, address: u64): i32 {
  const cause = translate(hart, address, FETCH, load<u32>(hart, L.MODE));
  if (cause) {
    raise(hart, <u32>cause, address);
    return -1;
  }
  if (inRam(physical)) return <i32>load<u16>(hostOf(physical));
  if (!deviceExists(physical)) {
    raise(hart, FETCH_ACCESS_FAULT, address);
    return -1;
  }
  const word = <u32>readDevice(hart, physical & ~3, 4);
  return <i32>((word >> (<u32>(physical & 2) << 3)) & 0xffff);
}

/** An instruction whose halves lie in two pages is decoded alone, each time. */
function straddling(hart: usize, pc: u64): usize {
  const low = fetchHalf(hart, pc);
  return low < 0 ? 0 : single(hart, pc, <u32>low);
}

function single(hart: usize, pc: u64, low: u32): usize {
  let bits = low;
  let length: u32 = 2;
  if ((low & 3) == 3) {
    const high = fetchHalf(hart, pc + 2);
    if (high < 0) return 0;
    bits |= <u32>high << 16;
    length = 4;
  }
  const op = hart + L.SINGLE;
  const at = <u32>pc & 0xffe;
  const flow = decode(hart, op, bits, at, 0);
  if (flow == GO_ON || flow == GO_ON_SILENTLY) writeEnd(op + OP_BYTES, at + length, 1);
  else if (flow == JUMPS) writeEnd(op + OP_BYTES, target, 1);
  else if (flow == JUMPS_SILENTLY) writeEnd(op, target, 1);
  foundTable = emptyTable(hart);
  return op;
}

/** The bits of the instruction at pc, for the trap value of an illegal one; 0 when it cannot be read. */
export function instructionAt(hart: usize, pc: u64): u64 {
  const low = fetchHalf(hart, pc);
  if (low < 0) return 0;
  if ((low & 3) != 3) return <u64>low;
  const high = fetchHalf(hart, pc + 2);
  return high < 0 ? 0 : <u64>(<u32>low | (<u32>high << 16));
}

function isCsr(op: usize): bool {
  const operation = load<u16>(op);
  return operation >= O.CSRRW && operation <= O.CSRRCI;
}

/** @returns the first operation; 0 when the first instruction reaches into the next page */
function decodeBlock(hart: usize, table: usize, offset: u32): usize {
  const slot = slotOfTable(hart, table);
  const page = L.RAM + (ramPageOf(hart, slot) << 12);
  if (L.several()) watch(hart, slot);
  const first = load<usize>(hart, L.OPS_NEXT);
  let op = first;
  let at = offset;
  let decoded: u64 = 0;
  let flow = GO_ON;
  let index: u32 = 0;
  for (; index < MAX_BLOCK && at <= 0xffe; index++) {
    let bits = <u32>load<u16>(page + at);
    const length: u32 = (bits & 3) == 3 ? 4 : 2;
    if (length == 4) {
      if (at == 0xffe) break;
      bits = load<u32>(page + at);
    }
    decoded |= pieceMask(at, at + length);
    flow = decode(hart, op, bits, at, index);
    // An interrupt that a CSR instruction lets through comes before what follows, so that must be there.
    const isAwaited = op > first && isCsr(op - OP_BYTES);
    if (flow == JUMPS_SILENTLY && isAwaited) break;
    if (flow != JUMPS_SILENTLY && (flow != GO_ON_SILENTLY || isAwaited)) op += OP_BYTES;
    if (flow == ENDS) break;
    if (flow == JUMPS || flow == JUMPS_SILENTLY) {
      at = target;
      continue;
    }
    const before = at;
    at += length;
    if (((at ^ before) & PIECE) != 0) {
      index++;
      break;
    }
  }
  if (decoded == 0) return 0;
  if (flow != ENDS) {
    writeEnd(op, at, index);
    op += OP_BYTES;
  }
  joinSequences(first, op);
  store<usize>(hart, op, L.OPS_NEXT);
  markDecoded(hart, slot, decoded);
  store<usize>(table + (offset << 1), first);
  return first;
}
