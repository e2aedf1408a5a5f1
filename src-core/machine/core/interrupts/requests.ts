/** What one hart asks of another: a word of bits in the other's state, served when that one next runs. */
import * as L from '../layout';
import { START_PENDING, STARTED } from '../hart/run-state';
import { wakeHart } from '../platform';
import { fenceAll } from '../memory/tlb';
import { dropAllCode } from '../memory/code';
import { enter } from '../hart/start';

export const FENCE_TRANSLATIONS: u32 = 1;
export const FENCE_INSTRUCTIONS: u32 = 2;
export const START: u32 = 4;

export function request(index: u32, what: u32): void {
  atomic.or<u32>(L.hartState(index) + L.REQUESTS, what);
  wakeHart(index);
}

export function serveRequests(hart: usize): void {
  if (atomic.load<u32>(hart, L.REQUESTS) == 0) return;
  const wanted = atomic.xchg<u32>(hart + L.REQUESTS, 0);
  if (wanted & FENCE_TRANSLATIONS) fenceAll(hart, -1);
  if (wanted & FENCE_INSTRUCTIONS) dropAllCode(hart);
  if (wanted & START && load<u32>(hart, L.RUN_STATE) == START_PENDING) {
    enter(hart, load<u64>(hart, L.START_ADDRESS), <u64>load<u32>(hart, L.ID), load<u64>(hart, L.START_OPAQUE));
    store<u32>(hart, STARTED, L.RUN_STATE);
  }
}
