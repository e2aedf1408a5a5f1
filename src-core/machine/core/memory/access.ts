/** Loads and stores that the interpreter's inline check does not cover: misses, devices, misaligned, code pages. */
import * as L from '../layout';
import { RAM_BASE } from '../generated/board';
import { DONE, raise, setOutcome } from '../hart/outcome';
import { codeWritten, hasCode } from './code';
import { deviceExists, readDevice, writeDevice } from './devices';
import { READ, WRITE } from './pmp';
import { addendOf, dataMode, fill, holds } from './tlb';
import { noteWritten } from './written';
import { accessFault, hostOf, inRam, leafLevel, physical, translate } from './walk';

const LOAD_MISALIGNED: u32 = 4;
const STORE_MISALIGNED: u32 = 6;

@inline
export function crossesPage(address: u64, size: u32): bool {
  return (<u32>address & 0xfff) + size > L.PAGE_BYTES;
}

@inline
export function loadHost(host: usize, size: u32): u64 {
  if (size == 8) return load<u64>(host);
  if (size == 4) return <u64>load<u32>(host);
  return size == 2 ? <u64>load<u16>(host) : <u64>load<u8>(host);
}

@inline
export function storeHost(host: usize, size: u32, value: u64): void {
  if (size == 8) store<u64>(host, value);
  else if (size == 4) store<u32>(host, <u32>value);
  else if (size == 2) store<u16>(host, <u16>value);
  else store<u8>(host, <u8>value);
}

/** The place in our memory when the TLB has the page, whatever the alignment; else 0. */
@inline
function cached(hart: usize, table: usize, address: u64): usize {
  return holds(hart, table, address) ? <usize>address + addendOf(table, address) : 0;
}

/** The place in our memory of what may be loaded and stands in one page of RAM, which the TLB then knows; else 0. */
export function readablePlace(hart: usize, address: u64, size: u32): usize {
  if (crossesPage(address, size)) return 0;
  const known = cached(hart, load<usize>(hart, L.READ_TLB), address);
  if (known) return known;
  if (translate(hart, address, READ, dataMode(hart)) || !inRam(physical)) return 0;
  const host = hostOf(physical);
  fill(hart, load<usize>(hart, L.READ_TLB), address, host - <usize>address, leafLevel);
  return host;
}

/** @returns the value, zero-extended, or anything with `outcome` FAULTED. `size` in bytes. */
export function loadSlowly(hart: usize, address: u64, size: u32): u64 {
  setOutcome(DONE);
  const place = readablePlace(hart, address, size);
  if (place) return loadHost(place, size);
  if (crossesPage(address, size)) return loadAcross(hart, address, size);
  const cause = translate(hart, address, READ, dataMode(hart));
  if (cause) return fault(hart, <u32>cause, address);
  return loadDevice(hart, address, size);
}

function fault(hart: usize, cause: u32, address: u64): u64 {
  raise(hart, cause, address);
  return 0;
}

function loadAcross(hart: usize, address: u64, size: u32): u64 {
  let value: u64 = 0;
  for (let byte: u32 = 0; byte < size; byte++) {
    const at = address + byte;
    const cause = translate(hart, at, READ, dataMode(hart));
    if (cause) return fault(hart, <u32>cause, at);
    if (!inRam(physical)) return fault(hart, deviceExists(physical) ? LOAD_MISALIGNED : accessFault(READ), at);
    value |= <u64>load<u8>(hostOf(physical)) << (<u64>byte << 3);
  }
  return value;
}

function loadDevice(hart: usize, address: u64, size: u32): u64 {
  const at = physical;
  if (!deviceExists(at)) return fault(hart, 5, address);
  if (at & (size - 1)) return fault(hart, LOAD_MISALIGNED, address);
  return readDevice(hart, at, size);
}

/** The place in our memory of what is to be stored and stands in one page of RAM; drops code that was there. Else 0. */
export function writablePlace(hart: usize, address: u64, size: u32): usize {
  if (crossesPage(address, size)) return 0;
  const known = cached(hart, load<usize>(hart, L.WRITE_TLB), address);
  if (known) return known;
  if (translate(hart, address, WRITE, dataMode(hart)) || !inRam(physical)) return 0;
  return writable(hart, address, size);
}

/** The place in our memory of what may be stored to any number of times: in one page of RAM without code. Else 0. */
export function codelessPlace(hart: usize, address: u64, size: u32): usize {
  if (crossesPage(address, size)) return 0;
  const known = cached(hart, load<usize>(hart, L.WRITE_TLB), address);
  if (known) return known;
  if (translate(hart, address, WRITE, dataMode(hart)) || !inRam(physical)) return 0;
  if (hasCode(<u32>((physical - RAM_BASE) >> 12))) return 0;
  return writable(hart, address, size);
}

export function storeSlowly(hart: usize, address: u64, size: u32, value: u64): void {
  setOutcome(DONE);
  const place = writablePlace(hart, address, size);
  if (place) return storeHost(place, size, value);
  if (crossesPage(address, size)) return storeAcross(hart, address, size, value);
  const cause = translate(hart, address, WRITE, dataMode(hart));
  if (cause) return raise(hart, <u32>cause, address);
  storeDevice(hart, address, size, value);
}

/** The place in our memory of a translated address that is about to be written. */
function writable(hart: usize, address: u64, size: u32): usize {
  const host = hostOf(physical);
  noteWritten(physical);
  const ramPage = <u32>((physical - RAM_BASE) >> 12);
  const offset = <u32>physical & 0xfff;
  if (hasCode(ramPage)) codeWritten(hart, ramPage, offset, offset + size);
  if (!hasCode(ramPage)) fill(hart, load<usize>(hart, L.WRITE_TLB), address, host - <usize>address, leafLevel);
  return host;
}

/** A part of a store across two pages is for no memory: nothing is there, or a device. */
function refuse(hart: usize, place: u64, address: u64): void {
  raise(hart, deviceExists(place) ? STORE_MISALIGNED : <u32>accessFault(WRITE), address);
}

/** Both pages must be writable before anything is written: a store that faults has no effect. */
function storeAcross(hart: usize, address: u64, size: u32, value: u64): void {
  const second = (address | 0xfff) + 1;
  const mode = dataMode(hart);
  let cause = translate(hart, address, WRITE, mode);
  if (cause) return raise(hart, <u32>cause, address);
  const inFirst = inRam(physical);
  const first = physical;
  cause = translate(hart, second, WRITE, mode);
  if (cause) return raise(hart, <u32>cause, second);
  if (!inFirst) return refuse(hart, first, address);
  if (!inRam(physical)) return refuse(hart, physical, second);
  const start = physical;
  noteWritten(first);
  noteWritten(start);
  for (let byte: u32 = 0; byte < size; byte++) {
    const at = address + byte;
    const place = at < second ? first + byte : start + (at - second);
    const ramPage = <u32>((place - RAM_BASE) >> 12);
    const offset = <u32>place & 0xfff;
    if (hasCode(ramPage)) codeWritten(hart, ramPage, offset, offset + 1);
    store<u8>(hostOf(place), <u8>(value >> (<u64>byte << 3)));
  }
}

function storeDevice(hart: usize, address: u64, size: u32, value: u64): void {
  const at = physical;
  if (!deviceExists(at)) return raise(hart, 7, address);
  if (at & (size - 1)) return raise(hart, STORE_MISALIGNED, address);
  writeDevice(hart, at, size, value);
}

/** The place in our memory that an atomic operation may read and write; 0 when it faults. */
export function amoAddress(hart: usize, address: u64, size: u32): usize {
  if (address & (size - 1)) {
    raise(hart, STORE_MISALIGNED, address);
    return 0;
  }
  const known = cached(hart, load<usize>(hart, L.WRITE_TLB), address);
  if (known) return known;
  const cause = translate(hart, address, WRITE, dataMode(hart));
  if (cause == 0 && inRam(physical)) return writable(hart, address, size);
  raise(hart, cause ? <u32>cause : <u32>accessFault(WRITE), address);
  return 0;
}

/** The place in our memory that LR may read; 0 when it faults. */
export function reservedAddress(hart: usize, address: u64, size: u32): usize {
  if (address & (size - 1)) {
    raise(hart, LOAD_MISALIGNED, address);
    return 0;
  }
  const known = cached(hart, load<usize>(hart, L.READ_TLB), address);
  if (known) return known;
  const cause = translate(hart, address, READ, dataMode(hart));
  if (cause == 0 && inRam(physical)) return hostOf(physical);
  raise(hart, cause ? <u32>cause : <u32>accessFault(READ), address);
  return 0;
}
