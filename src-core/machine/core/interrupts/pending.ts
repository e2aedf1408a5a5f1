/** mip: which interrupts a hart has, put together from where they come, and which one it takes. */
import * as L from '../layout';
import { hostTime } from '../platform';
import { MODE_M, MODE_S } from '../memory/tlb';

export const SSIP: u32 = 1 << 1;
export const MSIP: u32 = 1 << 3;
export const STIP: u32 = 1 << 5;
export const MTIP: u32 = 1 << 7;
export const SEIP: u32 = 1 << 9;
export const MEIP: u32 = 1 << 11;
export const SUPERVISOR: u32 = SSIP | STIP | SEIP;

const MSTATUS_SIE: u64 = 1 << 1;
const MSTATUS_MIE: u64 = 1 << 3;
const MENVCFG_STCE: u64 = 1 << 63;

@inline
export function timerOfSupervisor(hart: usize): bool {
  return (load<u64>(hart, L.MENVCFG) & MENVCFG_STCE) != 0;
}

export function now(): u64 {
  return <u64>hostTime();
}

/** Interrupts that other threads raise are written atomically; the timer's bits are the hart's own. */
export function mip(hart: usize): u32 {
  return (
    atomic.load<u32>(hart, L.PENDING_EXTERNAL) |
    atomic.load<u32>(hart, L.PENDING_SOFTWARE) |
    atomic.load<u32>(hart, L.PENDING_CLINT) |
    load<u32>(hart, L.PENDING_TIMER)
  );
}

/** Looks at the clock: MTIP, and with Sstc STIP, say whether the time compared with has come. */
export function updateTimer(hart: usize): void {
  const time = now();
  let pending: u32 = time >= load<u64>(hart, L.MTIMECMP) ? MTIP : 0;
  if (timerOfSupervisor(hart) && time >= load<u64>(hart, L.STIMECMP)) pending |= STIP;
  store<u32>(hart, pending, L.PENDING_TIMER);
}

/** Interrupts that are pending and enabled one by one: what ends a WFI. */
export function waiting(hart: usize): u32 {
  return mip(hart) & load<u32>(hart, L.MIE);
}

/** Of those, the ones that the hart's privilege and status let it take now. */
export function deliverable(hart: usize): u32 {
  const pending = waiting(hart);
  if (pending == 0) return 0;
  const mode = load<u32>(hart, L.MODE);
  const mstatus = load<u64>(hart, L.MSTATUS);
  const delegated = load<u32>(hart, L.MIDELEG);
  const forM = pending & ~delegated;
  if (forM != 0 && (mode != MODE_M || (mstatus & MSTATUS_MIE) != 0)) return forM;
  if (mode < MODE_S || (mode == MODE_S && (mstatus & MSTATUS_SIE) != 0)) return pending & delegated;
  return 0;
}

/** "Machine Interrupt Registers": external before software before timer, M before S. */
export function first(interrupts: u32): u32 {
  if (interrupts & MEIP) return 11;
  if (interrupts & MSIP) return 3;
  if (interrupts & MTIP) return 7;
  if (interrupts & SEIP) return 9;
  return interrupts & SSIP ? 1 : 5;
}

/** The time of the next timer interrupt that would be seen, in ticks; infinite when there is none. */
export function nextDeadline(hart: usize): f64 {
  const enabled = load<u32>(hart, L.MIE);
  let time: u64 = ~(<u64>0);
  if (enabled & MTIP) time = load<u64>(hart, L.MTIMECMP);
  if (enabled & STIP && timerOfSupervisor(hart)) time = min<u64>(time, load<u64>(hart, L.STIMECMP));
  // Beyond 2^53 ticks (28 years): never.
  return time > 0x1f_ffff_ffff_ffff ? Infinity : <f64>time;
}
