/** "A" Extension: what WebAssembly's own atomic operations do not do. Safe for several harts over one memory. */
import * as L from '../layout';
import { amoAddress, reservedAddress } from '../memory/access';
import { DONE, setOutcome } from './outcome';

/**
 * A reservation is the place and the value read there; SC compares and exchanges. A value that changed and came back
 * is not noticed, as in other simulators: the guest cannot tell, except by counting.
 */
export function loadReserved_i32(hart: usize, address: u64): u64 {
  setOutcome(DONE);
  const host = reservedAddress(hart, address, 4);
  if (host == 0) return 0;
  const value = atomic.load<u32>(host);
  store<usize>(hart, host, L.RESERVATION_ADDRESS);
  store<u64>(hart, <u64>value, L.RESERVATION_VALUE);
  return <u64>(<i64>(<i32>value));
}

export function loadReserved_i64(hart: usize, address: u64): u64 {
  setOutcome(DONE);
  const host = reservedAddress(hart, address, 8);
  if (host == 0) return 0;
  const value = atomic.load<u64>(host);
  store<usize>(hart, host, L.RESERVATION_ADDRESS);
  store<u64>(hart, value, L.RESERVATION_VALUE);
  return value;
}

/** @returns 0 when it stored, else 1 */
export function storeConditional_i32(hart: usize, address: u64, value: u64): u64 {
  setOutcome(DONE);
  const host = amoAddress(hart, address, 4);
  if (host == 0) return 1;
  const reserved = load<usize>(hart, L.RESERVATION_ADDRESS) == host;
  store<usize>(hart, 0, L.RESERVATION_ADDRESS);
  if (!reserved) return 1;
  const expected = <u32>load<u64>(hart, L.RESERVATION_VALUE);
  return atomic.cmpxchg<u32>(host, expected, <u32>value) == expected ? 0 : 1;
}

export function storeConditional_i64(hart: usize, address: u64, value: u64): u64 {
  setOutcome(DONE);
  const host = amoAddress(hart, address, 8);
  if (host == 0) return 1;
  const reserved = load<usize>(hart, L.RESERVATION_ADDRESS) == host;
  store<usize>(hart, 0, L.RESERVATION_ADDRESS);
  if (!reserved) return 1;
  const expected = load<u64>(hart, L.RESERVATION_VALUE);
  return atomic.cmpxchg<u64>(host, expected, value) == expected ? 0 : 1;
}

/** Minimum and maximum: @returns the old value. */
export function atomic_min_i32(host: usize, operand: u64): i32 {
  const value = <i32>operand;
  while (true) {
    const old = atomic.load<i32>(host);
    if (old <= value || atomic.cmpxchg<i32>(host, old, value) == old) return old;
  }
}

export function atomic_max_i32(host: usize, operand: u64): i32 {
  const value = <i32>operand;
  while (true) {
    const old = atomic.load<i32>(host);
    if (old >= value || atomic.cmpxchg<i32>(host, old, value) == old) return old;
  }
}

export function atomic_minu_i32(host: usize, operand: u64): i32 {
  const value = <u32>operand;
  while (true) {
    const old = atomic.load<u32>(host);
    if (old <= value || atomic.cmpxchg<u32>(host, old, value) == old) return <i32>old;
  }
}

export function atomic_maxu_i32(host: usize, operand: u64): i32 {
  const value = <u32>operand;
  while (true) {
    const old = atomic.load<u32>(host);
    if (old >= value || atomic.cmpxchg<u32>(host, old, value) == old) return <i32>old;
  }
}

export function atomic_min_i64(host: usize, operand: u64): i64 {
  const value = <i64>operand;
  while (true) {
    const old = atomic.load<i64>(host);
    if (old <= value || atomic.cmpxchg<i64>(host, old, value) == old) return old;
  }
}

export function atomic_max_i64(host: usize, operand: u64): i64 {
  const value = <i64>operand;
  while (true) {
    const old = atomic.load<i64>(host);
    if (old >= value || atomic.cmpxchg<i64>(host, old, value) == old) return old;
  }
}

export function atomic_minu_i64(host: usize, operand: u64): i64 {
  while (true) {
    const old = atomic.load<u64>(host);
    if (old <= operand || atomic.cmpxchg<u64>(host, old, operand) == old) return <i64>old;
  }
}

export function atomic_maxu_i64(host: usize, operand: u64): i64 {
  while (true) {
    const old = atomic.load<u64>(host);
    if (old >= operand || atomic.cmpxchg<u64>(host, old, operand) == old) return <i64>old;
  }
}
