/** The core-local interruptor as on QEMU's `virt` (SiFive CLINT): msip, mtimecmp, mtime. */
import * as L from '../layout';
import { wakeHart } from '../platform';
import { MSIP, now, updateTimer } from './pending';

const MTIMECMP: u32 = 0x4000;
const MTIME: u32 = 0xbff8;

/** Reads 4 bytes. */
export function readClint(offset: u32): u32 {
  if (offset < MTIMECMP) {
    const hart = offset >> 2;
    if (hart >= L.machine32(L.HARTS)) return 0;
    return atomic.load<u32>(L.hartState(hart), L.PENDING_CLINT) & MSIP ? 1 : 0;
  }
  const high = (offset & 4) << 3;
  if (offset >= MTIME) return offset < MTIME + 8 ? <u32>(now() >> <u64>high) : 0;
  const hart = (offset - MTIMECMP) >> 3;
  if (hart >= L.machine32(L.HARTS)) return 0;
  return <u32>(atomic.load<u64>(L.hartState(hart), L.MTIMECMP) >> <u64>high);
}

/** Hart `caller` writes 4 or 8 bytes. mtime cannot be set: it is the guest's time, which the host keeps. */
export function writeClint(caller: u32, offset: u32, size: u32, value: u64): void {
  if (offset < MTIMECMP) {
    setSoftware(offset >> 2, (value & 1) != 0);
    if (size == 8) setSoftware((offset >> 2) + 1, ((value >> 32) & 1) != 0);
  } else if (offset < MTIME) {
    setTimer(caller, offset - MTIMECMP, size, value);
  }
}

function setSoftware(hart: u32, level: bool): void {
  if (hart >= L.machine32(L.HARTS)) return;
  atomic.store<u32>(L.hartState(hart), level ? MSIP : 0, L.PENDING_CLINT);
  if (level) wakeHart(hart);
}

function setTimer(caller: u32, offset: u32, size: u32, value: u64): void {
  const index = offset >> 3;
  if (index >= L.machine32(L.HARTS)) return;
  const hart = L.hartState(index);
  if (size == 8) atomic.store<u64>(hart, value, L.MTIMECMP);
  else atomic.store<u32>(hart + (offset & 4), <u32>value, L.MTIMECMP);
  // Which of its timer's interrupts are pending is its own affair: it looks when it runs.
  if (index == caller) updateTimer(hart);
  else wakeHart(index);
}
