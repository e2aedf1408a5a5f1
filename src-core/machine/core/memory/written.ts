/**
 * Which pages of RAM were written: ever, so that the others are known to be zero, and since the last snapshot, so that
 * the next one holds nothing else. A page is noted when it gets into a TLB for stores; from then on stores to it cost
 * nothing. So whoever forgets pages has to empty those TLBs.
 */
import { RAM_BASE } from '../generated/board';
import * as L from '../layout';
import { flushStores } from './tlb';

/** Bits of a page's byte. The host reads them too: board/written-pages.ts. */
const EVER: u8 = 1;
const SINCE: u8 = 2;
const EVER_OF_EIGHT: u64 = 0x0101_0101_0101_0101;

/** The page of this physical address of RAM is about to be written. */
@inline
export function noteWritten(physical: u64): void {
  store<u8>(L.WRITTEN + <usize>((physical - RAM_BASE) >> 12), EVER | SINCE);
}

/** From here on, "since" counts anew. No hart may be running. */
export function countAnew(): void {
  const end = L.WRITTEN + <usize>((L.ramBytes() + 0x7fff) >> 15 << 3);
  for (let at = L.WRITTEN; at < end; at += 8) store<u64>(at, load<u64>(at) & EVER_OF_EIGHT);
  const harts = L.machine32(L.HARTS);
  for (let index: u32 = 0; index < harts; index++) flushStores(L.hartState(index));
}
