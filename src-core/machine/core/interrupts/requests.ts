/**
 * What one hart asks of another: a word of bits in the other's state, served before that one executes its next
 * instructions. Harts may have a thread each. A hart that does not execute (it sleeps, asks for a device, waits for
 * another) serves what is asked before it goes on, so nobody has to wait for it, and no two wait for each other.
 */
import * as L from '../layout';
import { START_PENDING, STARTED } from '../hart/run-state';
import { wakeHart } from '../platform';
import { fenceAll } from '../memory/tlb';
import { refreshCode, settleStores, storesSettled } from '../memory/code';
import { enter } from '../hart/start';

export const FENCE_TRANSLATIONS: u32 = 1;
export const FENCE_INSTRUCTIONS: u32 = 2;
export const START: u32 = 4;

/** Looks at a hart that is asked for something so often before it sleeps a little in between. */
const SPINS: u32 = 1000;
const NAP_NS: i64 = 100_000;

/** @returns what SERVED has to reach until it is done */
export function request(index: u32, what: u32): u32 {
  const hart = L.hartState(index);
  atomic.or<u32>(hart + L.REQUESTS, what);
  const ticket = atomic.add<u32>(hart + L.ASKED, 1) + 1;
  wakeHart(index);
  return ticket;
}

/** Waits until a hart has done what it was asked, or does not execute. */
export function awaitServed(index: u32, ticket: u32): void {
  const hart = L.hartState(index);
  let spins: u32 = 0;
  while (atomic.load<u32>(hart, L.EXECUTING)) {
    const served = atomic.load<u32>(hart, L.SERVED);
    if (<i32>(served - ticket) >= 0) return;
    if (++spins > SPINS) atomic.wait<i32>(hart + L.SERVED, <i32>served, NAP_NS);
  }
}

/** The hart is about to execute instructions: from here on, others wait for it. It has to `settle` first. */
export function enterGuest(hart: usize): void {
  atomic.xchg<u32>(hart + L.EXECUTING, 1);
}

/** The hart executes nothing until it enters again. */
export function leaveGuest(hart: usize): void {
  atomic.store<u32>(hart, 0, L.EXECUTING);
  if (atomic.load<u32>(hart, L.REQUESTS)) atomic.notify(hart + L.SERVED, -1);
}

/** Whether nobody wants anything of a hart before its next instruction. */
@inline
export function settled(hart: usize): bool {
  return atomic.load<u32>(hart, L.REQUESTS) == 0 && storesSettled(hart);
}

export function settle(hart: usize): void {
  if (!storesSettled(hart)) settleStores(hart);
  serveRequests(hart);
}

export function serveRequests(hart: usize): void {
  if (atomic.load<u32>(hart, L.REQUESTS) == 0) return;
  const asked = atomic.load<u32>(hart, L.ASKED);
  const wanted = atomic.xchg<u32>(hart + L.REQUESTS, 0);
  if (wanted & FENCE_TRANSLATIONS) fenceAll(hart, -1);
  if (wanted & FENCE_INSTRUCTIONS) refreshCode(hart);
  if (wanted & START && atomic.load<u32>(hart, L.RUN_STATE) == START_PENDING) {
    enter(hart, load<u64>(hart, L.START_ADDRESS), <u64>load<u32>(hart, L.ID), load<u64>(hart, L.START_OPAQUE));
    atomic.store<u32>(hart, STARTED, L.RUN_STATE);
  }
  atomic.store<u32>(hart, asked, L.SERVED);
  atomic.notify(hart + L.SERVED, -1);
}
