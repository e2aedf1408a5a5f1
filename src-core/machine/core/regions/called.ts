/** What regions and those who make them call: exports of the core beyond those of CoreExports. */
import * as L from '../layout';
import { amoAddress, codelessPlace, crossesPage, loadHost, readablePlace, storeHost, writablePlace } from '../memory/access';
import { drops, dropAllCode } from '../memory/code';
import { locate } from '../decode/block';
import { OP_BYTES, pageOffset } from '../decode/operation';
import { zeroBlock } from '../hart/cache-blocks';
import { isBegun, keptCsr } from '../csr/instruction';
import { loadReserved_i32, loadReserved_i64, storeConditional_i32, storeConditional_i64 } from '../hart/atomics';
import { DONE, RESUME, outcome } from '../hart/outcome';
import { blockAt, install, noteCrossing } from './region';
import { listBlockAtPc } from './sample';

export { div, divu, mulh, mulhsu, mulhu, orcb, rem, remu } from '../hart/arithmetic';
export { f32_add, f32_div, f32_fma, f32_mul, f32_sqrt, f32_sub } from '../softfloat/index';
export { f32_class, f32_eq, f32_le, f32_lt, f32_max, f32_min } from '../softfloat/index';
export { f32_to_f64, f32_to_i32, f32_to_i64, f32_to_u32, f32_to_u64 } from '../softfloat/index';
export { f64_add, f64_div, f64_fma, f64_mul, f64_sqrt, f64_sub } from '../softfloat/index';
export { f64_class, f64_eq, f64_le, f64_lt, f64_max, f64_min } from '../softfloat/index';
export { f64_to_f32, f64_to_i32, f64_to_i64, f64_to_u32, f64_to_u64 } from '../softfloat/index';
export { i32_to_f32, i64_to_f32, u32_to_f32, u64_to_f32 } from '../softfloat/index';
export { i32_to_f64, i64_to_f64, u32_to_f64, u64_to_f64 } from '../softfloat/index';

/** The region is left for the interpreter, which goes on at this operation. */
function resumeAt(hart: usize, op: usize): void {
  store<usize>(hart, op, L.REGION_OP);
  store<u32>(hart, RESUME, L.REGION_OUTCOME);
}

/**
 * The load of operation `op`, whose address the TLB did not know. What is more than a load from one page of RAM is left
 * to the interpreter: then REGION_OUTCOME is not zero. @returns the value, zero-extended
 */
export function regionLoad(hart: usize, address: u64, size: u32, op: usize): u64 {
  store<u32>(hart, DONE, L.REGION_OUTCOME);
  const place = readablePlace(hart, address, size);
  if (place) return loadHost(place, size);
  resumeAt(hart, op);
  return 0;
}

/** @returns not zero when the interpreter is to go on: at `op`, or behind it when the store dropped code */
export function regionStore(hart: usize, address: u64, size: u32, value: u64, op: usize): u32 {
  const before = drops;
  const place = writablePlace(hart, address, size);
  if (place) storeHost(place, size, value);
  if (place && drops == before) return DONE;
  resumeAt(hart, place ? op + OP_BYTES : op);
  return RESUME;
}

/**
 * Where the bytes of a span are that are to be loaded from. @param op the first operation @param page of the code @param region its place
 * @returns 0: the interpreter is to go on at `op`
 */
export function regionLoadSpan(hart: usize, address: u64, size: u32, op: usize, page: u64, region: u32): usize {
  if (isCrossed(hart, address, size, op, page, region)) return 0;
  const place = readablePlace(hart, address, size);
  if (place == 0) resumeAt(hart, op);
  return place;
}

/** Where they may be stored to without dropping code. @returns as for loads */
export function regionStoreSpan(hart: usize, address: u64, size: u32, op: usize, page: u64, region: u32): usize {
  if (isCrossed(hart, address, size, op, page, region)) return 0;
  const place = codelessPlace(hart, address, size);
  if (place == 0) resumeAt(hart, op);
  return place;
}

/** Whether a span reaches into a second page: that is not asked for here. */
function isCrossed(hart: usize, address: u64, size: u32, op: usize, page: u64, region: u32): bool {
  if (!crossesPage(address, size)) return false;
  noteCrossing(hart, page + pageOffset(op), region);
  resumeAt(hart, op);
  return true;
}

/** cbo.zero. @returns as for a store */
export function regionZero(hart: usize, address: u64, op: usize): u32 {
  const before = drops;
  const done = zeroBlock(hart, address);
  if (done && drops == before) return DONE;
  resumeAt(hart, done ? op + OP_BYTES : op);
  return RESUME;
}

/** @returns the place of an atomic operation; 0 for the interpreter to go on at `op`, or behind it by REGION_OUTCOME */
export function regionAtomic(hart: usize, address: u64, size: u32, op: usize): usize {
  store<u32>(hart, DONE, L.REGION_OUTCOME);
  const before = drops;
  const place = amoAddress(hart, address, size);
  if (place == 0) resumeAt(hart, op);
  else if (drops != before) resumeAt(hart, op + OP_BYTES);
  return place;
}

/** A CSR instruction with its operand. @returns the old value, or anything with REGION_OUTCOME: `op` was not begun */
export function regionCsr(hart: usize, bits: u32, operand: u64, op: usize): u64 {
  store<u32>(hart, DONE, L.REGION_OUTCOME);
  const old = keptCsr(hart, bits, operand);
  if (!isBegun) resumeAt(hart, op);
  return old;
}

/** LR. @returns the value, sign-extended, or anything with REGION_OUTCOME: `op` was not begun */
export function regionLoadReserved(hart: usize, address: u64, size: u32, op: usize): u64 {
  store<u32>(hart, DONE, L.REGION_OUTCOME);
  const value = size == 4 ? loadReserved_i32(hart, address) : loadReserved_i64(hart, address);
  if (outcome != DONE) resumeAt(hart, op);
  return value;
}

/** SC. @returns 0: stored, 1: not, 2: the interpreter is to go on at `op`; behind it by REGION_OUTCOME */
export function regionStoreConditional(hart: usize, address: u64, size: u32, value: u64, op: usize): u32 {
  store<u32>(hart, DONE, L.REGION_OUTCOME);
  const before = drops;
  const failed = size == 4 ? storeConditional_i32(hart, address, value) : storeConditional_i64(hart, address, value);
  if (outcome == DONE && drops == before) return <u32>failed;
  resumeAt(hart, outcome == DONE ? op + OP_BYTES : op);
  return outcome == DONE ? <u32>failed : 2;
}

/** Address of the block that was decoded at an offset of a page of code; 0 when there is none. */
export function decodedBlock(table: usize, offset: u32): usize {
  return blockAt(table, offset);
}

/** Lets block `node` of the region at `place` of the function table stand for a decoded block. @returns 0: no room */
export function installRegion(index: u32, table: usize, offset: u32, place: u32, node: u32): u32 {
  return install(L.hartState(index), table, offset, place, node) ? 1 : 0;
}

/** Drops all that was decoded of a hart, and so its regions. The hart must not be running. */
export function dropCode(index: u32): void {
  dropAllCode(L.hartState(index));
}

/** Decodes the block at the hart's pc and puts it on the list of those to translate, hot or not. */
export function listNextBlock(index: u32): void {
  const hart = L.hartState(index);
  if (locate(hart)) listBlockAtPc(hart);
}

/** The instruction table calls it by the name of AssemblyScript's own. */
function bytesSwapped(value: u64): u64 {
  return bswap<u64>(value);
}

export { bytesSwapped as bswap };
