/**
 * The platform-level interrupt controller as on QEMU's `virt` (SiFive PLIC): context 2h is hart h in M-mode, 2h + 1 in
 * S-mode. Sources are level-triggered: a source is pending from when its line rises until it is claimed or the line
 * falls, and again after completion if the line is still up.
 *
 * Where there are several harts, one thread at a time is at it.
 */
import * as L from '../layout';
import { INTERRUPT_SOURCES } from '../generated/board';
import { wakeHart } from '../platform';
import { MEIP, SEIP } from './pending';

const WORDS: usize = 3;
const PRIORITY_MASK: u32 = 7;

/** Fields of the state, from MACHINE + PLIC on: 96 priorities, then bit sets, then contexts. */
const PRIORITIES: usize = L.MACHINE + L.PLIC;
const LEVELS: usize = PRIORITIES + 96 * 4;
const PENDING: usize = LEVELS + WORDS * 4;
const CLAIMED: usize = PENDING + WORDS * 4;
const ENABLES: usize = CLAIMED + WORDS * 4;
const THRESHOLDS: usize = ENABLES + 16 * WORDS * 4;
export const PLIC_BYTES: usize = 96 * 4 + 3 * WORDS * 4 + 16 * WORDS * 4 + 16 * 4;

const OFFSET_PENDING: u32 = 0x1000;
const OFFSET_ENABLES: u32 = 0x2000;
const OFFSET_CONTEXTS: u32 = 0x200000;

@inline
function contexts(): u32 {
  return L.machine32(L.HARTS) << 1;
}

@inline
function bitSet(set: usize, source: u32): bool {
  return ((load<u32>(set + ((source >> 5) << 2)) >> (source & 31)) & 1) != 0;
}

@inline
function setBit(set: usize, source: u32, value: bool): void {
  const word = set + ((source >> 5) << 2);
  const bit: u32 = 1 << (source & 31);
  store<u32>(word, value ? load<u32>(word) | bit : load<u32>(word) & ~bit);
}

@inline
function enables(context: u32): usize {
  return ENABLES + context * WORDS * 4;
}

/** The source that a context would claim: highest priority above its threshold, then lowest number; 0 for none. */
function best(context: u32): u32 {
  let winner: u32 = 0;
  let highest = load<u32>(THRESHOLDS + (context << 2));
  for (let word: u32 = 0; word < WORDS; word++) {
    let candidates = load<u32>(PENDING + (word << 2)) & load<u32>(enables(context) + (word << 2));
    for (; candidates; candidates &= candidates - 1) {
      const source = (word << 5) + ctz(candidates);
      const priority = load<u32>(PRIORITIES + (source << 2));
      if (priority <= highest) continue;
      highest = priority;
      winner = source;
    }
  }
  return winner;
}

const SPINS: u32 = 100;
const NAP_NS: i64 = 50_000;

function lock(): void {
  if (!L.several()) return;
  let spins: u32 = 0;
  while (atomic.cmpxchg<u32>(L.MACHINE + L.PLIC_LOCK, 0, 1) != 0) {
    // Who has it may not be running just now.
    if (++spins > SPINS) atomic.wait<i32>(L.MACHINE + L.PLIC_LOCK, 1, NAP_NS);
  }
}

function unlock(): void {
  if (L.several()) atomic.store<u32>(L.MACHINE, 0, L.PLIC_LOCK);
}

/** After a state was restored. */
export function restored(): void {
  lock();
  update();
  unlock();
}

/** Drives MEIP and SEIP of every hart. */
function update(): void {
  const harts = L.machine32(L.HARTS);
  for (let index: u32 = 0; index < harts; index++) {
    const hart = L.hartState(index);
    const before = load<u32>(hart, L.PENDING_EXTERNAL);
    const after = (best(index << 1) ? MEIP : 0) | (best((index << 1) + 1) ? SEIP : 0);
    atomic.store<u32>(hart, after, L.PENDING_EXTERNAL);
    if (after & ~before) wakeHart(index);
  }
}

export function setLine(source: u32, level: bool): void {
  if (source == 0 || source > INTERRUPT_SOURCES) return;
  lock();
  setBit(LEVELS, source, level);
  setBit(PENDING, source, level && !bitSet(CLAIMED, source));
  update();
  unlock();
}

function claim(context: u32): u32 {
  const source = best(context);
  if (source == 0) return 0;
  setBit(PENDING, source, false);
  setBit(CLAIMED, source, true);
  update();
  return source;
}

function complete(context: u32, source: u32): void {
  if (source == 0 || source > INTERRUPT_SOURCES || !bitSet(enables(context), source)) return;
  setBit(CLAIMED, source, false);
  setBit(PENDING, source, bitSet(LEVELS, source));
  update();
}

/** Reads 4 bytes. */
export function readPlic(offset: u32): u32 {
  lock();
  const value = read(offset);
  unlock();
  return value;
}

/** Writes 4 bytes. */
export function writePlic(offset: u32, value: u32): void {
  lock();
  write(offset, value);
  unlock();
}

function read(offset: u32): u32 {
  if (offset < OFFSET_PENDING) return offset >> 2 <= INTERRUPT_SOURCES ? load<u32>(PRIORITIES + offset) : 0;
  if (offset < OFFSET_ENABLES) {
    const word = (offset - OFFSET_PENDING) >> 2;
    return word < WORDS ? load<u32>(PENDING + (word << 2)) : 0;
  }
  if (offset < OFFSET_CONTEXTS) {
    const place = enablesAt(offset);
    return place ? load<u32>(place) : 0;
  }
  const context = (offset - OFFSET_CONTEXTS) >> 12;
  if (context >= contexts()) return 0;
  if ((offset & 0xfff) == 0) return load<u32>(THRESHOLDS + (context << 2));
  return (offset & 0xfff) == 4 ? claim(context) : 0;
}

/** The place of a word of enable bits; 0 when there is none at this offset. */
function enablesAt(offset: u32): usize {
  const context = (offset - OFFSET_ENABLES) >> 7;
  const word = (offset & 0x7f) >> 2;
  return context < contexts() && word < WORDS ? enables(context) + (word << 2) : 0;
}

function write(offset: u32, value: u32): void {
  if (offset < OFFSET_PENDING) {
    const source = offset >> 2;
    if (source == 0 || source > INTERRUPT_SOURCES) return;
    store<u32>(PRIORITIES + offset, value & PRIORITY_MASK);
    return update();
  }
  if (offset >= OFFSET_CONTEXTS) return writeContext(offset - OFFSET_CONTEXTS, value);
  if (offset < OFFSET_ENABLES) return;
  const place = enablesAt(offset);
  if (place == 0) return;
  // Source 0 does not exist.
  store<u32>(place, (offset & 0x7f) == 0 ? value & ~1 : value);
  update();
}

function writeContext(offset: u32, value: u32): void {
  const context = offset >> 12;
  if (context >= contexts()) return;
  if ((offset & 0xfff) == 4) return complete(context, value);
  if ((offset & 0xfff) != 0) return;
  store<u32>(THRESHOLDS + (context << 2), value & PRIORITY_MASK);
  update();
}
