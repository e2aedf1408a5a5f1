/** "Binary Encoding": where arguments and answers of an SBI call stand. */
import * as L from '../layout';

export const SUCCESS: i64 = 0;
export const ERR_FAILED: i64 = -1;
export const ERR_NOT_SUPPORTED: i64 = -2;
export const ERR_INVALID_PARAM: i64 = -3;
export const ERR_INVALID_ADDRESS: i64 = -5;
export const ERR_ALREADY_AVAILABLE: i64 = -6;

/** a0 is register 10. */
@inline
function place(hart: usize, number: u32): usize {
  return load<usize>(hart, L.REGISTERS) + ((10 + number) << 3);
}

@inline
export function argument(hart: usize, number: u32): u64 {
  return load<u64>(place(hart, number));
}

export function reply(hart: usize, value: u64): void {
  store<i64>(place(hart, 0), SUCCESS);
  store<u64>(place(hart, 1), value);
}

export function failed(hart: usize, error: i64): void {
  store<i64>(place(hart, 0), error);
  store<u64>(place(hart, 1), 0);
}

/**
 * The harts that a call is for: a mask in a0 counted from the hart in a1, or all when a1 is -1.
 * @returns one bit for each hart; 0 when a hart does not exist (no call is for no hart)
 */
export function targets(hart: usize): u32 {
  const all: u64 = (<u64>1 << <u64>L.machine32(L.HARTS)) - 1;
  const first = argument(hart, 1);
  if (first == ~(<u64>0)) return <u32>all;
  const mask = argument(hart, 0);
  if (mask == 0 || first >= <u64>L.machine32(L.HARTS)) return 0;
  const wanted = mask << first;
  return wanted & ~all || wanted >> first != mask ? 0 : <u32>wanted;
}

/** An empty mask is allowed and is for nobody. */
@inline
export function forNobody(hart: usize): bool {
  return argument(hart, 0) == 0 && argument(hart, 1) != ~(<u64>0);
}
